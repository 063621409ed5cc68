"""Plain pushes are let in, kept and answered together; whatever else is looked at from the beginning."""

from __future__ import annotations

import datetime as dt
import threading
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.test.client import FakePayload
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.calls import Machine, authorization, key_of
from tests.files import PRESALE_HEAD, presale_rows

from gongzhi.audit.models import Event
from gongzhi.editions.models import Publication
from gongzhi.intake.models import Push
from gongzhi.organisation.actions import NotPlain, end_key
from gongzhi.organisation.models import Answer, ApiKey, Nonce, Tally, TurnedAway
from gongzhi.web.api import pushing, together
from gongzhi.web.api.together import Together

ROWS = "/api/v1/resources/9.5/rows"
MOST_STATEMENTS = 9
"""Of a plain push that is written alone, without begin and commit; the others with it cost none."""


def body(number: int = 0, **more) -> dict[str, object]:
    rows = [dict(zip(PRESALE_HEAD, row, strict=True)) for row in presale_rows(1, start=number)]
    return {"period": "2026Q3", "rows": rows} | more


def pushed(machine, number: int = 0, **headers):
    return machine.post(ROWS, body(number), **headers)


def code(answer) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def written() -> dict[str, int]:
    """How much of each kind of row the pushes have left."""
    events = Event.objects.filter(verb="rows.pushed").count()
    calls = sum(Tally.objects.values_list("calls", flat=True))
    counts = {model.__name__: model.objects.count() for model in (Push, Nonce, Answer)}
    return counts | {"Event": events, "calls": calls}


def each(count: int) -> dict[str, int]:
    return dict.fromkeys(("Push", "Nonce", "Answer", "Event", "calls"), count)


@pytest.fixture
def known(machine):
    """A machine that has pushed once: from then on its pushes are plain."""
    assert pushed(machine, 1_000).status_code == 202
    return machine


@pytest.fixture
def plain(monkeypatch):
    """Counts the plain pushes that were written."""
    found = []

    def put(one):
        pushing._write([one])
        found.append(one)

    monkeypatch.setattr(pushing.inbox, "put", put)
    return found


def test_a_plain_push_leaves_what_every_push_leaves_in_few_statements(known, plain):
    assert pushed(known, 5).status_code == 202  # makes the counter of this process
    with CaptureQueriesContext(connection) as queries:
        answer = pushed(known)
    assert answer.status_code == 202
    assert len(plain) == 2
    assert written() == each(3)
    statements = [one["sql"] for one in queries if "SAVEPOINT" not in one["sql"]]  # a test's transaction
    assert len(statements) <= MOST_STATEMENTS
    assert known.get(answer.headers["Location"]).json()["rows"][0]["fate"] == "waiting"


def test_a_replay_is_refused_and_leaves_nothing(known, plain):
    content = b'{"period": "2026Q3", "rows": [{"' + PRESALE_HEAD[0].encode() + b'": "1"}]}'
    said = authorization(known.secret, known.key.kid, "POST", ROWS, content)
    sent = {"authorization": said, "Idempotency-Key": "a"}
    assert known.post(ROWS, content, **sent).status_code == 202
    before = written()
    for name in ("a", "b"):
        assert code(known.post(ROWS, content, **sent | {"Idempotency-Key": name})) == (401, "replayed")
    assert written() == before
    assert len(plain) == 1


def test_the_same_idempotency_key_is_answered_byte_for_byte(known, plain):
    first = pushed(known, **{"Idempotency-Key": "a"})
    again = pushed(known, **{"Idempotency-Key": "a"})
    assert (again.status_code, again.content) == (202, first.content)
    assert again.headers["Location"] == first.headers["Location"]
    assert code(pushed(known, 5, **{"Idempotency-Key": "a"})) == (422, "key_reused")
    assert written() == each(2) | {"Nonce": 4, "calls": 4}
    assert len(plain) == 1


def test_the_same_rows_are_known(known, plain):
    first = pushed(known)
    again = pushed(known)
    assert (again.json()["inbox"], again.json()["known"]) == (first.json()["inbox"], True)
    assert Push.objects.count() == 2


def test_an_ended_key_stops_at_once(known, plain, cast):
    assert pushed(known).status_code == 202
    ApiKey.objects.update(until=timezone.now() - dt.timedelta(seconds=1))
    assert code(pushed(known, 5)) == (401, "expired")
    end_key(key=known.key, by=cast["security"], reason="系统下线")
    assert code(pushed(known, 6)) == (401, "ended")
    assert written() == each(2)


def test_the_hours_calls_are_used_up(home, cast, plain):
    machine = Machine(*key_of(cast, hourly=3))
    assert [pushed(machine, n).status_code for n in range(4)] == [202, 202, 202, 429]
    assert len(plain) == 2
    assert written() == each(3)


def test_another_place_is_refused(home, cast, plain):
    machine = Machine(*key_of(cast, addresses=["127.0.0.1"]))
    assert [pushed(machine, n).status_code for n in range(2)] == [202, 202]
    machine.client.defaults["REMOTE_ADDR"] = "10.1.2.3"
    assert code(pushed(machine, 2)) == (401, "elsewhere")
    assert written() == each(2)


def test_what_does_not_fit_is_told_and_counts_as_a_call(known, plain):
    assert code(known.post(ROWS, body(rows=[{"没有这一列": 1}]))) == (422, "invalid")
    assert code(known.post(ROWS, body(period="2026-09"))) == (422, "refused")
    assert code(known.post(ROWS, b"{")) == (400, "broken")
    assert code(known.post(ROWS.replace("9.5", "99.9"), body())) == (404, "missing")
    assert written() == each(1) | {"Nonce": 5, "calls": 5}
    assert not plain


def test_a_known_key_gives_itself_away_by_nothing(known, plain):
    pushed(Machine(known.key, "x" * 43))  # the counter of the hour is there
    counts = []
    for kid in (known.key.kid, "gz0123456789abcdef"):
        with CaptureQueriesContext(connection) as queries:
            assert code(pushed(Machine(ApiKey(kid=kid), "x" * 43))) == (401, "wrong")
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert TurnedAway.objects.get().calls == 3


def test_rows_are_read_by_the_definitions_that_count_when_they_are_written(known, plain):
    assert pushed(known).status_code == 202
    Publication.objects.update_or_create(pk=1, defaults={"stamp": uuid4().hex})
    assert pushed(known, 5).status_code == 202  # looked at anew
    assert len(plain) == 1
    assert pushed(known, 6).status_code == 202
    assert len(plain) == 2
    assert written() == each(4)


def test_nothing_is_kept_while_the_trail_lags(known, plain):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_event SET at = %s", [timezone.now() - dt.timedelta(hours=1)])
    before = written()
    assert pushed(known).status_code == 503
    assert written() == before


def plain_pushes(machines, monkeypatch) -> list[pushing.Plain]:
    """A plain push of each machine, ready to be written."""
    ready = []
    with monkeypatch.context() as patch:
        patch.setattr(pushing.inbox, "put", ready.append)
        for number, machine in enumerate(machines):
            assert pushed(machine, number).status_code == 202
    return ready


def test_pushes_of_several_keys_are_written_together(known, cast, monkeypatch):
    other = Machine(*key_of(cast))
    assert pushed(other, 2_000).status_code == 202
    ready = plain_pushes([known, known, other], monkeypatch)
    assert written() == each(2)
    with CaptureQueriesContext(connection) as queries:
        pushing._write(ready)
    assert written() == each(5)
    assert len(queries) <= MOST_STATEMENTS + 5  # two tallies, made for this process; the test's savepoint
    calls = Tally.objects.values_list("key", "calls")
    assert sorted(count for key, count in calls if key == known.key.pk) == [1, 2]
    assert {one.key for one in Push.objects.all()} == {known.key, other.key}


def test_one_that_does_not_go_with_the_others_leaves_nothing(known, monkeypatch):
    ready = plain_pushes([known, known], monkeypatch)
    with pytest.raises(NotPlain):
        pushing._write([*ready, ready[0]])
    assert written() == each(1)
    pushing._write(ready)
    assert written() == each(3)


def test_who_comes_while_something_is_written_is_written_together_next():
    begun, go = threading.Event(), threading.Event()
    batches = []

    def write(these):
        batches.append(sorted(these))
        begun.set()
        assert go.wait(30)

    queue = Together(write, most=3, apart=NotPlain)
    threads = [threading.Thread(target=queue.put, args=(number,)) for number in range(6)]
    threads[0].start()
    assert begun.wait(30)
    for number, thread in enumerate(threads[1:], start=1):
        thread.start()
        while len(queue._waiting) < number:
            pass
    go.set()
    for thread in threads:
        thread.join(30)
    assert batches == [[0], [1, 2, 3], [4, 5]]
    queue.put(9)  # nobody holds the turn any more
    assert batches[-1] == [9]


def test_who_is_on_the_way_is_waited_for(monkeypatch):
    monkeypatch.setattr(together, "PATIENCE", 30)
    batches, set_out, go = [], threading.Event(), threading.Event()
    queue = Together(lambda these: batches.append(sorted(these)), most=3, apart=NotPlain)

    def late():
        with queue.coming():
            set_out.set()
            assert go.wait(30)
            queue.put(2)

    def astray():
        with pytest.raises(NotPlain), queue.coming():
            raise NotPlain

    threads = [threading.Thread(target=late), threading.Thread(target=queue.put, args=(1,))]
    threads[0].start()
    assert set_out.wait(30)
    threads[1].start()
    while not queue._waiting:
        pass
    assert not batches
    threads.append(threading.Thread(target=astray))
    threads[-1].start()
    go.set()
    for thread in threads:
        thread.join(30)
    assert batches == [[1, 2]]
    queue.put(3)  # nobody is expected any more
    assert batches[-1] == [3]


def test_who_does_not_arrive_is_waited_for_only_a_moment():
    batches = []
    queue = Together(lambda these: batches.append(list(these)), most=3, apart=NotPlain)
    with queue.coming():
        other = threading.Thread(target=queue.put, args=(1,))
        other.start()
        other.join(30)
        assert batches == [[1]]


def test_a_body_is_here_before_its_turn_comes(known, plain, monkeypatch):
    read, turns = FakePayload.read, []

    def slowly(payload, *size):
        turns.append(pushing.inbox._way.locked())
        return read(payload, *size)

    monkeypatch.setattr(FakePayload, "read", slowly)
    assert pushed(known).status_code == 202
    assert len(plain) == 1
    assert set(turns) == {False}


def outcomes(write, contents) -> dict[object, str]:
    """What `put` of each has raised, when all were written together."""
    gate, begun, told = threading.Event(), threading.Event(), {}

    def first(these):
        if these == ["first"]:
            begun.set()
            assert gate.wait(30)
        else:
            write(these)

    queue = Together(first, most=64, apart=NotPlain)

    def put(content):
        try:
            queue.put(content)
            told[content] = ""
        except (NotPlain, OSError) as error:
            told[content] = type(error).__name__

    threads = [threading.Thread(target=put, args=(content,)) for content in ("first", *contents)]
    threads[0].start()
    assert begun.wait(30)
    for thread in threads[1:]:
        thread.start()
    while len(queue._waiting) < len(contents):
        pass
    gate.set()
    for thread in threads:
        thread.join(30)
    return told


def test_only_the_one_that_does_not_fit_is_told_so():
    written_ones = []

    def write(these):
        if "odd" in these:
            raise NotPlain
        written_ones.extend(these)

    told = outcomes(write, ["a", "odd", "b"])
    assert told == {"first": "", "a": "", "odd": "NotPlain", "b": ""}
    assert sorted(written_ones) == ["a", "b"]


def test_what_breaks_the_writing_is_raised_by_each():
    def write(these):
        raise OSError("no space left")

    assert outcomes(write, ["a", "b"]) == {"first": "", "a": "OSError", "b": "OSError"}


@pytest.mark.django_db(transaction=True)
def test_pushes_at_once_are_there_once(home, unshared_database, request):
    cast = request.getfixturevalue("cast")
    machines = [Machine(*key_of(cast)) for _ in range(2)]
    for number, machine in enumerate(machines):
        assert pushed(machine, 1_000 + number).status_code == 202
    statuses = []

    def calling(thread: int) -> None:
        machine = Machine(machines[thread % 2].key, machines[thread % 2].secret)
        try:
            for number in range(5):
                statuses.append(pushed(machine, 10 * thread + number).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=calling, args=(thread,)) for thread in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(120)
    assert statuses == [202] * 30
    assert written() == each(32)
    assert Push.objects.values("digest").distinct().count() == 32
