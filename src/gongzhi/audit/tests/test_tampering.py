"""Every kind of tampering with the sealed trail is found, and its place named (security.md T12)."""

import json

import pytest
from django.conf import settings as conf
from django.db import connection

from gongzhi.audit import actions
from gongzhi.audit.actions import copy_out, record, seal
from gongzhi.audit.models import Checkpoint, Event
from gongzhi.audit.queries import verify
from gongzhi.engine.crypto import GENESIS, chain

EVENTS = 30


@pytest.fixture
def trail(db, settings, tmp_path, monkeypatch):
    """Thirty sealed events with a checkpoint at 10, 20 and 30, copied out."""
    settings.AUDIT_WITNESS = tmp_path / "checkpoints.jsonl"
    monkeypatch.setattr(actions, "CHECKPOINT_EVERY", 1)
    for number in range(EVENTS):
        record("a.b", by=None, subject=("n", number), detail={"rows": number})
        if number % 10 == 9:
            seal()
            copy_out()
    assert verify().whole
    assert verify().checkpoints == 3


def sql(text: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text, values)


def rechain(since: int = 1) -> None:
    """What somebody with the database, but without the audit key, can do after a change."""
    previous = bytes.fromhex(Event.objects.get(sequence=since - 1).digest) if since > 1 else GENESIS
    for event in Event.objects.filter(sequence__gte=since).order_by("sequence"):
        digest = chain(previous, event.sequence, event.content())
        sql(
            "UPDATE audit_event SET previous=%s, digest=%s WHERE id=%s",
            previous.hex(), digest.hex(), event.pk,
        )  # fmt: skip
        previous = digest


def edit() -> None:
    sql("UPDATE audit_event SET verb='a.c' WHERE sequence=15")


def edit_detail() -> None:
    sql("UPDATE audit_event SET detail=%s WHERE sequence=15", json.dumps({"rows": 0}))


def shift_time() -> None:
    event = Event.objects.get(sequence=15)
    Event.objects.filter(pk=event.pk).update(at=event.at.replace(year=2001))


def delete() -> None:
    sql("DELETE FROM audit_event WHERE sequence=15")


def insert() -> None:
    sql("UPDATE audit_event SET sequence=sequence+1000 WHERE sequence>=15")
    sql("UPDATE audit_event SET sequence=sequence-999 WHERE sequence>=1000")
    forged = Event.objects.get(sequence=14)
    forged.pk, forged.sequence, forged._state.adding = None, 15, True
    forged.save()


def swap() -> None:
    sql("UPDATE audit_event SET sequence=-1 WHERE sequence=15")
    sql("UPDATE audit_event SET sequence=15 WHERE sequence=16")
    sql("UPDATE audit_event SET sequence=16 WHERE sequence=-1")


def edit_and_rehash() -> None:
    edit()
    event = Event.objects.get(sequence=15)
    digest = chain(bytes.fromhex(event.previous), 15, event.content())
    sql("UPDATE audit_event SET digest=%s WHERE sequence=15", digest.hex())


@pytest.mark.parametrize("tamper", [edit, edit_detail, shift_time, delete, insert, swap])
def test_the_first_break_is_named(trail, tamper):
    tamper()
    proof = verify()
    assert not proof.whole
    assert proof.break_at == 15
    assert proof.events == 14


def test_a_rehashed_event_breaks_at_the_next(trail):
    edit_and_rehash()
    assert verify().break_at == 16


def edit_and_rechain() -> None:
    edit()
    rechain(15)


def delete_and_rechain() -> None:
    delete()
    sql("UPDATE audit_event SET sequence=-sequence+1 WHERE sequence>15")
    sql("UPDATE audit_event SET sequence=-sequence WHERE sequence<0")
    rechain(15)


def truncate() -> None:
    sql("DELETE FROM audit_event WHERE sequence>25")


def roll_back() -> None:
    """An old copy of the database is put back; only the witness knows better."""
    sql("DELETE FROM audit_event WHERE sequence>20")
    sql("DELETE FROM audit_checkpoint WHERE size>20")


def forge_checkpoint() -> None:
    edit_and_rechain()
    for checkpoint in Checkpoint.objects.all():
        head = Event.objects.get(sequence=checkpoint.size).digest
        sql("UPDATE audit_checkpoint SET head=%s WHERE size=%s", head, checkpoint.size)


def forge_checkpoint_and_witness() -> None:
    forge_checkpoint()
    lines = [json.loads(line) for line in conf.AUDIT_WITNESS.read_text().splitlines()]
    for line in lines:
        line["head"] = Event.objects.get(sequence=line["size"]).digest
    conf.AUDIT_WITNESS.write_text("".join(json.dumps(line) + "\n" for line in lines))


def lose_witness() -> None:
    conf.AUDIT_WITNESS.unlink()


def thin_witness() -> None:
    lines = conf.AUDIT_WITNESS.read_text().splitlines()
    conf.AUDIT_WITNESS.write_text(f"{lines[0]}\n{lines[2]}\n")


def drop_checkpoint() -> None:
    sql("DELETE FROM audit_checkpoint WHERE size=30")


def garble_witness() -> None:
    lines = conf.AUDIT_WITNESS.read_bytes().splitlines(keepends=True)
    conf.AUDIT_WITNESS.write_bytes(lines[0] + b"\xff{\n" + lines[2])


@pytest.mark.parametrize(
    "tamper",
    [
        drop_checkpoint, garble_witness,
        edit_and_rechain, delete_and_rechain, truncate, roll_back, forge_checkpoint,
        forge_checkpoint_and_witness, lose_witness, thin_witness,
    ],
)  # fmt: skip
def test_what_was_rechained_or_cut_is_found_by_checkpoint_or_witness(trail, tamper):
    tamper()
    proof = verify()
    assert not proof.whole
    assert proof.reason
    assert 1 <= proof.break_at <= EVENTS


def test_a_crash_between_commit_and_copy_is_no_alarm_and_heals(trail):
    record("a.b", by=None)
    seal()  # the copy is not made: on_commit never runs inside a test's transaction
    assert verify().whole
    record("a.b", by=None)
    seal()
    copy_out()
    sizes = [json.loads(line)["size"] for line in conf.AUDIT_WITNESS.read_text().splitlines()]
    assert sizes == [10, 20, 30, 31, 32]
    assert verify().whole


def test_a_second_copy_writes_nothing_twice(trail):
    before = conf.AUDIT_WITNESS.read_text()
    copy_out()
    assert conf.AUDIT_WITNESS.read_text() == before


@pytest.mark.parametrize("line", [b"{garbled\n", b"[]\n", b'{"size": "40", "head": "x"}\n', b"\xff\xfe\n"])
def test_a_line_of_the_copy_that_nobody_can_read_is_named_and_stops_nothing(trail, line):
    with conf.AUDIT_WITNESS.open("ab") as witness:
        witness.write(line)
    record("a.b", by=None)
    seal()
    copy_out()
    assert json.loads(conf.AUDIT_WITNESS.read_bytes().splitlines()[-1])["size"] == 31
    proof = verify()
    assert (proof.whole, proof.break_at) == (False, 31)
    assert "第 4 行" in proof.reason


def test_a_line_that_a_full_disk_has_torn_is_written_anew(trail):
    whole = conf.AUDIT_WITNESS.read_bytes()
    conf.AUDIT_WITNESS.write_bytes(whole[:-25])
    assert verify().whole
    copy_out()
    assert conf.AUDIT_WITNESS.read_bytes() == whole
