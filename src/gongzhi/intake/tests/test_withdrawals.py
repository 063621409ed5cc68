"""A batch taken back: asked by its unit, decided by the office, out of use from then on, and kept."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from tests.files import presale_rows

from gongzhi.audit.models import Event
from gongzhi.catalogue.models import Obligation
from gongzhi.catalogue.states import NotPossible, State, standing
from gongzhi.intake import actions, queries
from gongzhi.intake.actions.refused import Refused
from gongzhi.intake.actions.signing import freeze
from gongzhi.intake.models import Receipt, Review

UNIT = "construction_transport"


@pytest.fixture
def owed(db):
    today = timezone.localdate()
    return Obligation.objects.create(
        unit=UNIT, resource="9.5", period="2026Q3", period_end=today - dt.timedelta(40),
        opens=today - dt.timedelta(130), due=today + dt.timedelta(5), definitions="0" * 64,
    )  # fmt: skip


def state_of(owed):
    owed.refresh_from_db()
    return standing(owed, timezone.localdate()).state


def taken_back(batch, cast):
    asked = actions.ask_withdrawal(batch=batch, reason="误报了外区的数据", by=cast["liaison"])
    actions.decide_withdrawal(withdrawal=asked, grant=True, answer="", by=cast["office"])
    batch.refresh_from_db()
    return asked


def test_a_withdrawn_batch_stays_but_counts_no_more(hand, cast, owed):
    batch = hand(presale_rows(3), by=cast["liaison"]).batch
    asked = actions.ask_withdrawal(batch=batch, reason="误报了外区的数据", by=cast["liaison"])
    assert queries.live().get() == batch
    assert state_of(owed) is State.ON_TIME
    actions.decide_withdrawal(withdrawal=asked, grant=True, answer="同意", by=cast["office"])
    batch.refresh_from_db()
    assert (batch.live, batch.rows, batch.files.filter(role="rows").count()) == (False, 3, 1)
    assert not queries.live().exists()
    assert Receipt.objects.filter(batch=batch).exists()
    assert state_of(owed) is State.AWAITED
    verbs = Event.objects.filter(verb__startswith="batch.w").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["batch.withdrawal_asked", "batch.withdrawn"]


def test_what_was_frozen_before_keeps_it_and_what_is_frozen_after_does_not(hand, cast):
    batch = hand(presale_rows(3), by=cast["liaison"]).batch
    before = timezone.now()
    frozen = freeze(cut_at=before, by=None)
    taken_back(batch, cast)
    assert [one.batch for one in frozen.entries.all()] == [batch]
    assert queries.live(before).get() == batch
    assert not queries.live(timezone.now()).exists()


def test_another_batch_of_the_place_still_meets_the_obligation(hand, cast, owed):
    first = hand(presale_rows(3), by=cast["liaison"]).batch
    added = hand(presale_rows(2, start=50), by=cast["liaison"], adds=str(first.pk)).batch
    taken_back(first, cast)
    assert state_of(owed) is State.ON_TIME
    owed.refresh_from_db()
    assert owed.received_at == added.submission.received_at


def test_the_same_file_may_come_in_again_and_nothing_hangs_on_what_was_withdrawn(hand, cast, owed):
    batch = hand(presale_rows(3), by=cast["liaison"]).batch
    taken_back(batch, cast)
    with pytest.raises(Refused, match="已撤回"):
        hand(presale_rows(4), by=cast["liaison"], replaces=str(batch.pk))
    again = hand(presale_rows(3), by=cast["liaison"])
    assert (again.outcome, again.batch.version) == ("accepted", 2)
    assert again.batch.pk != batch.pk
    assert state_of(owed) is State.ON_TIME


def test_who_may_and_when(hand, cast):
    batch = hand(presale_rows(3), by=cast["liaison"]).batch
    with pytest.raises(NotPossible, match="原因"):
        actions.ask_withdrawal(batch=batch, reason=" ", by=cast["liaison"])
    asked = actions.ask_withdrawal(batch=batch, reason="误报", by=cast["liaison"])
    with pytest.raises(NotPossible, match="已经申请"):
        actions.ask_withdrawal(batch=batch, reason="再申请", by=cast["liaison"])
    with pytest.raises(NotPossible, match="另一个人"):
        actions.decide_withdrawal(withdrawal=asked, grant=True, answer="", by=cast["liaison"])
    with pytest.raises(NotPossible, match="理由"):
        actions.decide_withdrawal(withdrawal=asked, grant=False, answer="", by=cast["office"])
    with pytest.raises(NotPossible, match="300 字，现在是 301 字"):
        actions.decide_withdrawal(withdrawal=asked, grant=True, answer="可" * 301, by=cast["office"])
    actions.decide_withdrawal(withdrawal=asked, grant=False, answer="请用更正", by=cast["office"])
    assert queries.live().get() == batch
    dropped = actions.ask_withdrawal(batch=batch, reason="误报", by=cast["liaison"])
    actions.drop_withdrawal(withdrawal=dropped, by=cast["liaison"])
    taken_back(batch, cast)
    with pytest.raises(NotPossible, match="已经撤回"):
        actions.ask_withdrawal(batch=batch, reason="误报", by=cast["liaison"])
    with pytest.raises(Refused, match="单位撤回"):
        actions.return_batch(batch=batch, reason="请核对", by=cast["office"])


def test_the_pages_ask_decide_and_show_it(hand, cast, client_of):
    batch = hand(presale_rows(3), by=cast["liaison"]).batch
    liaison, office, peer = client_of("liaison"), client_of("office"), client_of("peer")
    assert "申请撤回这一批" in liaison.get(f"/batches/{batch.pk}").content.decode()
    assert peer.post(f"/batches/{batch.pk}/withdrawal", {"reason": "x"}).status_code == 404
    liaison.post(f"/batches/{batch.pk}/withdrawal", {"reason": "误报了外区的数据"})
    assert "误报了外区的数据" in office.get("/withdrawals").content.decode()
    assert "误报了外区的数据" not in peer.get("/withdrawals").content.decode()
    asked = batch.withdrawals.get()
    assert "同意撤回" in office.get(f"/batches/{batch.pk}").content.decode()
    office.post(f"/withdrawals/{asked.pk}/decide", {"grant": "yes", "answer": ""})
    page = liaison.get(f"/batches/{batch.pk}").content.decode()
    assert "起不再使用" in page
    assert "申请撤回这一批" not in page
    assert batch.number in liaison.get("/batches?state=withdrawn").content.decode()
    assert batch.number not in liaison.get("/batches?state=live").content.decode()


def test_what_was_taken_out_of_use_meanwhile_is_not_accepted(hand, cast, client_of):
    office, open_page = client_of("office"), {"verdict": "accept"}
    withdrawn = hand(presale_rows(3), by=cast["liaison"]).batch
    taken_back(withdrawn, cast)
    corrected = hand(presale_rows(4), by=cast["liaison"]).batch
    latest = hand(presale_rows(5), by=cast["liaison"], replaces=str(corrected.pk)).batch
    assert actions.accept(batches=[withdrawn, corrected], by=cast["office"]) == 0
    told = office.post(f"/batches/{withdrawn.pk}/accept", follow=True).content.decode()
    assert "已由单位撤回，不再使用，不必审核" in told
    told = office.post(f"/batches/{corrected.pk}/accept", follow=True).content.decode()
    assert "已被更正，请审核最新的一批" in told
    chosen = [str(one.pk) for one in (withdrawn, corrected, latest)]
    told = office.post("/reviews/together", {**open_page, "chosen": chosen}, follow=True).content.decode()
    assert "已接受 1 批。另有 2 批已更正或撤回，不再使用，没有审核。" in told
    assert list(Review.objects.values_list("batch", flat=True)) == [latest.pk]
