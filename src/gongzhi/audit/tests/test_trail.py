"""Events: in the transaction of their act, chained once, and no act without them."""

import datetime as dt
import json
import threading

import pytest
from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import CHECKPOINT_AFTER, Behind, copy_out, record, seal, seal_until
from gongzhi.audit.models import Checkpoint, Event, Unchangeable
from gongzhi.audit.queries import of_actor, verify, visible_to
from gongzhi.gate import NOBODY, sight_of


def test_an_event_outside_a_transaction_is_refused(transactional_db):
    with pytest.raises(RuntimeError, match="transaction of its act"):
        record("a.b", by=None)
    assert not Event.objects.exists()


def test_a_failing_event_undoes_the_act(cast, monkeypatch):
    from gongzhi.organisation import actions  # noqa: PLC0415  # needs the apps
    from gongzhi.organisation.models import Person  # noqa: PLC0415  # the same

    def broken(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr("gongzhi.organisation.actions.accounts.record", broken)
    with pytest.raises(OSError, match="disk full"):
        actions.register(username="newcomer", name="新人", unit="water", by=cast["system"])
    assert not Person.objects.filter(username="newcomer").exists()


def test_an_undone_act_leaves_no_event(db):
    def act():
        with transaction.atomic():
            record("a.b", by=None)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    assert not Event.objects.exists()


def test_acts_stop_when_sealing_lags_and_go_on_when_it_has_caught_up(db, settings):
    record("a.b", by=None)
    Event.objects.update(at=timezone.now() - dt.timedelta(seconds=settings.AUDIT_MAX_LAG_SECONDS + 1))
    with pytest.raises(Behind):
        record("a.b", by=None)
    assert seal() == 1
    record("a.b", by=None)


def test_a_lagging_trail_answers_503_and_says_what_to_do(client_of, settings):
    client = client_of("system")
    Event.objects.update(at=timezone.now() - dt.timedelta(seconds=settings.AUDIT_MAX_LAG_SECONDS + 1))
    form = {"username": "newcomer", "name": "新人", "unit": "water"}
    answer = client.post("/people/new", form)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    assert "系统正忙" in answer.content.decode()
    refused = Event.objects.filter(verb="person.registered", detail={"unit": "water"})
    assert not refused.exists()


def test_sealing_is_done_once(db):
    for number in range(5):
        record("a.b", by=None, subject=("n", number))
    assert seal() == 5
    assert seal() == 0
    assert list(Event.objects.values_list("sequence", flat=True)) == [1, 2, 3, 4, 5]
    record("a.b", by=None)
    assert seal() == 1
    copy_out()
    assert verify().whole
    assert verify().events == 6


def test_an_event_cannot_be_changed_or_removed(db):
    event = record("a.b", by=None)
    event.verb = "a.c"
    with pytest.raises(Unchangeable):
        event.save()
    with pytest.raises(Unchangeable):
        event.delete()


def test_checkpoints_leave_the_database_after_the_commit(db, settings, django_capture_on_commit_callbacks):
    record("a.b", by=None)
    before = settings.AUDIT_WITNESS.read_text() if settings.AUDIT_WITNESS.exists() else ""
    with django_capture_on_commit_callbacks() as callbacks:
        seal()
    assert (settings.AUDIT_WITNESS.read_text() if settings.AUDIT_WITNESS.exists() else "") == before
    callbacks[-1]()
    line = json.loads(settings.AUDIT_WITNESS.read_text().splitlines()[-1])
    checkpoint = Checkpoint.objects.get()
    assert (line["size"], line["head"], line["mac"]) == (1, checkpoint.head, checkpoint.mac)


def test_the_last_events_before_a_quiet_time_get_their_checkpoint(db, django_capture_on_commit_callbacks):
    record("a.b", by=None)
    seal()
    record("a.b", by=None)
    seal()
    assert list(Checkpoint.objects.values_list("size", flat=True)) == [1]
    Checkpoint.objects.update(at=timezone.now() - CHECKPOINT_AFTER)
    with django_capture_on_commit_callbacks(execute=True):
        assert seal() == 0
    assert [checkpoint.size for checkpoint in Checkpoint.objects.order_by("size")] == [1, 2]
    Event.objects.filter(sequence=2)._raw_delete("default")
    assert (verify().whole, verify().break_at) == (False, 2)
    assert seal() == 0


def test_where_nothing_waits_nothing_is_locked(db, django_assert_num_queries):
    record("a.b", by=None)
    seal()
    with django_assert_num_queries(3) as asked:
        assert seal() == 0
    assert all(one["sql"].startswith("SELECT") for one in asked.captured_queries)


@pytest.fixture(autouse=True)
def own_witness(settings, tmp_path):
    settings.AUDIT_WITNESS = tmp_path / "witness" / "checkpoints.jsonl"


def test_who_sees_events(cast):
    assert visible_to(sight_of(cast["auditor"])).count() == Event.objects.count()
    assert not visible_to(NOBODY).exists()
    record("a.b", by=cast["liaison"])
    record("a.b", by=cast["peer"])
    mine = visible_to(sight_of(cast["liaison"]))
    assert {event.actor for event in mine} == {str(cast["liaison"].pk)}
    assert of_actor(cast["peer"].pk, verb="a.b").count() == 1
    for name in ("system", "security", "office"):
        assert not visible_to(sight_of(cast[name])).exclude(actor=str(cast[name].pk)).exists()


def test_a_disk_that_was_full_for_a_while_does_not_end_the_chaining(db, monkeypatch):
    asked, stop = [], threading.Event()

    def full_once():
        asked.append(1)
        if len(asked) == 1:
            raise OSError("disk full")
        stop.set()
        return 0

    monkeypatch.setattr("gongzhi.audit.actions.seal", full_once)
    monkeypatch.setattr("gongzhi.audit.actions.SEAL_SECONDS", 0.01)
    monkeypatch.setattr("gongzhi.audit.actions.connection", Kept())
    seal_until(stop)
    assert len(asked) == 2


class Kept:
    """The test's own connection is not to be closed."""

    def close(self):
        """Nothing."""
