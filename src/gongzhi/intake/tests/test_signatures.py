"""Receipts under signed roots, days in a chain, cut-offs fixed for good; and what no tampering gets past."""

from __future__ import annotations

import copy
import datetime as dt
import json

import pytest
from django.utils import timezone
from tests.files import presale_rows

from gongzhi.audit.actions import seal
from gongzhi.audit.models import Event
from gongzhi.cli import verify
from gongzhi.editions.queries import in_force
from gongzhi.engine.crypto import PublicKey, Signer, derive_key, derive_ring
from gongzhi.engine.crypto.statements import signed_of
from gongzhi.intake.actions.receipt import as_json, proof
from gongzhi.intake.actions.signing import (
    close_days,
    copy_days_out,
    freeze,
    freeze_due,
    renew_key,
    sign_receipts,
)
from gongzhi.intake.models import (
    SHANGHAI,
    Batch,
    Cutoff,
    DayRoot,
    FrozenBatch,
    LakeFile,
    Receipt,
    ReceiptRoot,
    Submission,
)
from gongzhi.intake.queries import NotFrozen, frozen_batches, live, public_keys, snapshot, snapshot_at
from gongzhi.intake.queries.proofs import days_witness, ledger_faults, offline
from gongzhi.web.home import Home

DAY = dt.timedelta(days=1)
TABLE = "presale_permits"


@pytest.fixture
def own_keys(home, settings):
    """A home with keys of its own; the ring is put back after the test."""
    settings.HOME.prepare()
    states = {key.purpose: {1: "active"} for key in settings.KEYS}
    settings.KEYS = derive_ring(settings.HOME.secret("master"), states)


def handed_in(hand, count, start=0):
    """So many batches of one row each, in event periods of their own."""
    return [
        hand(presale_rows(1, start=start + number), period=f"20{22 + number % 3}Q{1 + number // 3 % 4}").batch
        for number in range(count)
    ]


def closed(hand, count=3):
    """Batches whose receipts are signed in two roots and whose day is closed; the receipts as handed out."""
    batches = handed_in(hand, count)
    sign_receipts()
    batches += handed_in(hand, 1, start=100)[:0] or [hand(presale_rows(2, start=50), period="2025Q1").batch]
    sign_receipts()
    close_days(now=timezone.now() + DAY)
    return [as_json(batch) for batch in batches]


def test_all_receipts_that_wait_are_signed_under_one_root_with_one_event(hand):
    handed_in(hand, 5)
    assert sign_receipts() == 5
    root = ReceiptRoot.objects.get()
    assert (root.size, root.receipts.count()) == (5, 5)
    assert Event.objects.filter(verb="receipts.signed").count() == 1
    assert sign_receipts() == 0
    assert ReceiptRoot.objects.count() == 1


def test_a_receipt_asked_for_before_the_worker_comes_is_signed_at_once(hand):
    (batch,) = handed_in(hand, 1)
    shown = as_json(batch)
    assert offline(shown, public_keys())[1] == []
    assert shown["day"] is None
    assert as_json(batch) == shown


def test_a_receipt_holds_by_the_public_key_alone_and_by_no_other(hand):
    for shown in closed(hand):
        again = json.loads(json.dumps(shown))
        held, wrong = offline(again, public_keys())
        assert wrong == []
        assert len(held) == 3, "text, signature, day"
        stranger = Signer(derive_key(bytes(32), "sign", 1)).public
        assert any("公钥" in line for line in offline(again, {stranger.identity: stranger})[1])
        disguised = {name: stranger for name in public_keys()}
        assert any("签名不对" in line for line in offline(again, disguised)[1])
        assert proof(again) == []


def changed(value):
    """Every way in which one value of a receipt is another one."""
    match value:
        case bool() | None:
            yield 1
        case int():
            yield from (value + 1, -value - 1, str(value), float(value) + 0.5)
        case str():
            yield from (value[:-1], value + " ", value.upper() if value.upper() != value else value + "x")
            for place in {0, len(value) // 2, len(value) - 1} if value else ():
                other = "0" if value[place] != "0" else "1"
                yield value[:place] + other + value[place + 1 :]
        case list():
            yield from (value[:-1], value[::-1], [*value, *value[-1:]])
    yield None if value is not None else {}


def tampered(whole, path=()):
    """The receipt with one field changed, taken away or added, at every depth."""
    here = whole
    for step in path:
        here = here[step]
    keys = list(here) if isinstance(here, dict) else range(len(here))
    for key in keys:
        for other in changed(here[key]) if not isinstance(here[key], dict) else ():
            if other != here[key] or type(other) is not type(here[key]):
                yield (*path, key), other
        if isinstance(here[key], dict | list):
            yield from tampered(whole, (*path, key))


def put(whole, path, other):
    copied = copy.deepcopy(whole)
    here = copied
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = other
    return copied


def test_every_field_that_is_changed_turns_the_receipt_red(hand):
    shown = closed(hand, 5)[1]
    keys = public_keys()
    assert len(shown["proof"]["path"]) > 1
    assert len(shown["day"]["path"]) == 1
    tried = list(tampered(shown))
    assert len(tried) > 150
    for path, other in tried:
        if path == ("day",) and other is None:
            continue  # a receipt of the day itself: it says that it is not closed yet
        held, wrong = offline(put(shown, path, other), keys)
        assert wrong, (path, other, held)
    for part in (shown, shown["proof"], shown["day"], shown["proof"]["statement"], shown["day"]["statement"]):
        for name in list(part):
            kept = part.pop(name)
            assert offline(shown, keys)[1], name
            part[name] = kept
        part["more"] = 1
        assert offline(shown, keys)[1]
        del part["more"]
    assert offline(shown, keys)[1] == []


def test_the_proof_of_another_receipt_does_not_serve(hand):
    one, other, *_ = closed(hand)
    assert offline(one | {"proof": other["proof"]}, public_keys())[1]
    assert offline(one | {"day": one["proof"]}, public_keys())[1]
    assert offline(one | {"proof": one["day"]}, public_keys())[1]
    assert offline({**one, "proof": None}, public_keys())[1] == ["回执上没有签名"]


def test_each_day_is_closed_once_and_chained_to_the_day_before(hand):
    handed_in(hand, 1)
    sign_receipts()
    now = timezone.now()
    assert close_days(now=now) == 0, "the day is not over"
    assert close_days(now=now + 3 * DAY) == 3
    assert close_days(now=now + 3 * DAY) == 0
    first, second, third = DayRoot.objects.all()
    today = now.astimezone(SHANGHAI).date()
    assert [one.day for one in (first, second, third)] == [today, today + DAY, today + 2 * DAY]
    assert [one.size for one in (first, second, third)] == [1, 0, 0]
    assert first.previous == "00" * 32
    assert (second.previous, third.previous) == (first.signed.leaf.hex(), second.signed.leaf.hex())
    assert list(ledger_faults()) == []


def test_what_is_signed_late_falls_to_the_next_day_and_is_not_lost(hand):
    handed_in(hand, 1)
    sign_receipts()
    close_days(now=timezone.now() + DAY)
    late = hand(presale_rows(1, start=9), period="2025Q2").batch
    sign_receipts()
    close_days(now=timezone.now() + 2 * DAY)
    shown = as_json(late)
    assert shown["day"]["statement"]["day"] == str(DayRoot.objects.last().day)
    assert offline(shown, public_keys())[1] == []


def test_a_day_binds_the_audit_chain(hand):
    handed_in(hand, 1)
    sign_receipts()
    seal()
    head = Event.objects.exclude(sequence=None).order_by("-sequence").first()
    close_days(now=timezone.now() + DAY)
    day = DayRoot.objects.get()
    assert (day.events, day.head) == (head.sequence, head.digest)


LEDGER_LIES = {
    "a receipt's digest": lambda: Receipt.objects.filter(pk=Receipt.objects.first().pk).update(
        digest="0" * 64
    ),
    "what a receipt speaks of": lambda: Submission.objects.update(accepted=77),
    "a receipt moved to another root": lambda: Receipt.objects.update(root=ReceiptRoot.objects.last()),
    "a receipt taken out": lambda: Receipt.objects.filter(pk=Receipt.objects.first().pk).update(root=None),
    "the time of a signature": lambda: ReceiptRoot.objects.update(at=timezone.now()),
    "a root": lambda: ReceiptRoot.objects.update(root="1" * 64),
    "a root taken from its day": lambda: ReceiptRoot.objects.filter(pk=ReceiptRoot.objects.first().pk).update(
        day=None
    ),
    "a day's head of the audit": lambda: DayRoot.objects.update(head="2" * 64),
    "a day's place in the chain": lambda: DayRoot.objects.filter(pk=DayRoot.objects.last().pk).update(
        previous="3" * 64
    ),
    "a day that is gone": lambda: DayRoot.objects.filter(pk=DayRoot.objects.order_by("day")[1].pk).delete(),
    "a frozen batch": lambda: FrozenBatch.objects.update(digest="4" * 64),
    "a frozen batch's digest that is none": lambda: FrozenBatch.objects.update(digest="?"),
    "a receipt's digest that is none": lambda: Receipt.objects.update(digest="?"),
    "a batch out of the cut-off": lambda: FrozenBatch.objects.first().delete(),
    "a file of a frozen batch": lambda: LakeFile.objects.filter(role="rows").update(digest="5" * 64),
    "the instant of a cut-off": lambda: Cutoff.objects.update(cut_at=timezone.now() - 9 * DAY),
}


@pytest.mark.parametrize("lie", LEDGER_LIES)
def test_a_ledger_that_was_changed_no_longer_fits_its_signatures(hand, lie):
    closed(hand)
    close_days(now=timezone.now() + 3 * DAY)
    freeze(cut_at=timezone.now(), by=None)
    assert list(ledger_faults()) == []
    assert verify.signatures()["whole"]
    LEDGER_LIES[lie]()
    assert list(ledger_faults())
    assert not verify.signatures()["whole"]


def test_a_ledger_that_was_rolled_back_is_told_by_the_copy_outside(hand, django_capture_on_commit_callbacks):
    handed_in(hand, 1)
    sign_receipts()
    with django_capture_on_commit_callbacks(execute=True):
        close_days(now=timezone.now() + 3 * DAY)
    copy_days_out()
    assert len(days_witness().read_text("utf-8").splitlines()) == 3, "each day once"
    assert list(ledger_faults()) == []
    DayRoot.objects.last().delete()
    assert [fault for fault in ledger_faults() if "外存副本" in fault]


def test_a_copy_of_days_that_was_garbled_or_torn(hand, django_capture_on_commit_callbacks):
    handed_in(hand, 1)
    sign_receipts()
    with django_capture_on_commit_callbacks(execute=True):
        close_days(now=timezone.now() + 3 * DAY)
    whole = days_witness().read_bytes()
    days_witness().write_bytes(whole[:-9])
    assert list(ledger_faults()) == [], "the last line is not there yet"
    copy_days_out()
    assert days_witness().read_bytes() == whole
    days_witness().write_bytes(b"{garbled\n" + whole)
    copy_days_out()
    assert ["第 1 行" in fault for fault in ledger_faults()] == [True]


def test_a_new_key_signs_from_now_on_and_the_old_one_still_proves(own_keys, hand, home):
    (before,) = [as_json(batch) for batch in handed_in(hand, 1)]
    old = public_keys()
    name = renew_key(by=None)
    after = as_json(hand(presale_rows(1, start=7), period="2025Q3").batch)
    assert [one["proof"]["statement"]["key"] for one in (before, after)] == [*old, name]
    assert list(public_keys()) == [*old, name]
    assert offline(before, public_keys())[1] == offline(after, public_keys())[1] == []
    assert offline(after, old)[1], "somebody with the old public key alone learns that he needs the new one"
    assert list(ledger_faults()) == []
    assert Event.objects.filter(verb="key.renewed", subject=name).count() == 1
    assert Home(home).versions("sign") == {1: "decrypt_only", 2: "active"}, "also after a restart"


def test_the_private_key_lies_in_no_file_and_no_table(hand, home, settings):
    """What is on disk (home, database) holds neither the scalar nor the derived secret."""
    closed(hand)
    secret = settings.KEYS.current("sign").secret
    held = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    assert not any(secret in content or secret.hex().encode() in content for content in held)
    assert set(signed_of(as_json(Batch.objects.first())["proof"]).statement) == {
        "algorithm", "at", "key", "kind", "root", "size",
    }  # fmt: skip


def test_the_owner_verifies_offline_with_a_file_and_a_public_key(hand, tmp_path):
    shown = closed(hand)[0]
    file, pem = tmp_path / "回执.json", tmp_path / "公钥.pem"
    file.write_text(json.dumps({"receipt": shown}, ensure_ascii=False), "utf-8")
    pem.write_text("".join(key.pem for key in public_keys().values()), "utf-8")
    Receipt.objects.filter(number=shown["number"]).update(digest="0" * 64)
    told = verify.receipt(str(file), pem)
    assert told["whole"], told
    assert "列入" in told["text"]
    assert not verify.receipt(str(file))["whole"], "the ledger differs, and that is said where it is asked"
    file.write_text(json.dumps(shown | {"rows": 99}, ensure_ascii=False), "utf-8")
    assert "摘要" in verify.receipt(str(file), pem)["text"]
    pem.write_text("no key", "utf-8")
    assert "公钥" in verify.receipt(str(file), pem)["text"]
    file.write_text("{", "utf-8")
    assert "JSON" in verify.receipt(str(file))["text"]
    assert PublicKey.from_pem(next(iter(public_keys().values())).pem)


def test_a_cutoff_keeps_what_counted_whatever_comes_after(hand):
    first = hand(presale_rows(3)).batch
    cut = timezone.now()
    frozen = freeze(cut_at=cut, by=None)
    before = snapshot_at(in_force(), [TABLE], cut)
    hand(presale_rows(2, start=20), replaces=str(first.pk))
    hand(presale_rows(4, start=40), period="2025Q4")
    assert snapshot(in_force(), [TABLE]).digest != before.digest
    assert snapshot_at(in_force(), [TABLE], cut).digest == before.digest
    assert list(frozen_batches(frozen)) == [first]
    assert freeze(cut_at=cut, by=None) == frozen, "frozen once"
    assert Event.objects.filter(verb="cutoff.frozen").count() == 1
    with pytest.raises(NotFrozen):
        snapshot_at(in_force(), [TABLE], cut - DAY)
    with pytest.raises(ValueError, match="not come yet"):
        freeze(cut_at=timezone.now() + DAY, by=None)


def test_a_cutoff_of_the_past_takes_what_had_been_received_by_then(hand):
    early, late = handed_in(hand, 2)
    cut = timezone.now() - 10 * DAY
    Submission.objects.filter(pk=early.submission_id).update(received_at=cut)
    assert list(frozen_batches(freeze(cut_at=cut, by=None))) == [early]
    assert set(live()) == {early, late}


def test_a_correction_under_way_at_the_cutoff_never_counts_beside_what_it_replaces(hand):
    """Received before, agreed to after: by then it counts, and what it replaces no more."""
    first = hand(presale_rows(3)).batch
    right = hand(presale_rows(2, start=20), replaces=str(first.pk)).batch
    cut, before = right.submission.received_at, first.submission.received_at
    assert right.committed_at > cut
    assert list(live(cut)) == list(frozen_batches(freeze(cut_at=cut, by=None))) == [right]
    assert list(live(before)) == [first]


def test_the_worker_freezes_every_cutoff_that_has_passed_once(hand):
    (batch,) = handed_in(hand, 1)
    received = dt.datetime(2026, 3, 20, 9, tzinfo=SHANGHAI)
    Submission.objects.filter(pk=batch.submission_id).update(received_at=received)
    days = int(in_force().parameters["cutoff_days"].at(received.date()).value)
    wanted = [dt.datetime(2026, month, 1, tzinfo=SHANGHAI) + days * DAY for month in (4, 5, 6)]
    assert freeze_due(now=wanted[-1] - dt.timedelta(seconds=1)) == 2
    assert freeze_due(now=wanted[-1]) == 1
    assert freeze_due(now=wanted[-1]) == 0
    assert [cutoff.cut_at for cutoff in Cutoff.objects.all()] == wanted
    assert [cutoff.size for cutoff in Cutoff.objects.all()] == [1, 1, 1]


def test_nothing_is_closed_or_frozen_in_an_empty_house(db, home):
    assert (sign_receipts(), close_days(), freeze_due()) == (0, 0, 0)
    assert list(ledger_faults()) == []
