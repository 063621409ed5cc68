"""The inbox: rows are durable when answered, gathered by slot, and each can be asked for its fate."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest
from django.utils import timezone
from tests.calls import Machine, key_of
from tests.files import PRESALE_HEAD, credit_code, presale_rows

from gongzhi.audit.models import Event
from gongzhi.intake.actions import begin_two_persons
from gongzhi.intake.models import Batch, Push, Submission
from gongzhi.intake.queries.inbox import slots_waiting
from gongzhi.intake.queries.rows import rows_page

ROWS = "/api/v1/resources/9.5/rows"
CODE = "建设单位统一社会信用代码"


def rows(count: int, **more) -> list[dict[str, object]]:
    return [dict(zip(PRESALE_HEAD, row, strict=True)) for row in presale_rows(count, **more)]


def pushed(machine, these, period="2026Q3", **headers) -> str:
    answer = machine.post(ROWS, {"period": period, "rows": these}, **headers)
    assert answer.status_code == 202, answer.content.decode()
    return answer.headers["Location"]


def sealed(machine, period="2026Q3"):
    answer = machine.post(f"{ROWS}/seal", {"period": period})
    assert answer.status_code == 202
    return answer.json()


def fates(machine, where) -> list[str]:
    return [one["fate"] for one in machine.get(where).json()["rows"]]


def test_rows_pushed_one_by_one_become_one_batch(machine, work):
    places = [pushed(machine, [row]) for row in rows(5)]
    work()
    assert not Submission.objects.exists()  # the slot is not quiet yet
    assert fates(machine, places[0]) == ["waiting"]
    assert sealed(machine) == {"resource": "9.5", "period": "2026Q3", "pushes": 5, "rows": 5}
    work()
    batch = Batch.objects.get()
    assert (batch.rows, batch.kind) == (5, "first")
    for where in places:
        told = machine.get(where).json()["rows"][0]
        assert (told["fate"], told["batch"]) == ("accepted", batch.number)
    page = rows_page(batch, 0, 0, 50, None, open_to=bool)
    assert [row[1][3].text for row in page.rows] == [f"示例花苑{n}期" for n in range(5)]


def test_a_bad_row_is_set_aside_and_told_and_the_others_come_in(machine, work):
    bad = rows(3)
    bad[1][CODE] = credit_code(1)[:-1] + "0"
    first, second = pushed(machine, bad), pushed(machine, rows(2, start=10))
    sealed(machine)
    work()
    told = machine.get(first).json()
    assert [one["fate"] for one in told["rows"]] == ["accepted", "set_aside", "accepted"]
    finding = next(one for one in told["rows"][1]["findings"] if one["severity"] == "block")
    assert finding["column"] == CODE
    assert finding["mend"]
    assert told["rows"][1]["id"] == f"{told['inbox']}-2"
    assert fates(machine, second) == ["accepted", "accepted"]
    assert Batch.objects.get().rows == 4


def test_later_rows_add_to_what_is_there(machine, work):
    pushed(machine, rows(2))
    sealed(machine)
    work()
    where = pushed(machine, rows(2, start=10))
    sealed(machine)
    work()
    assert fates(machine, where) == ["accepted"] * 2
    assert [one.kind for one in Batch.objects.order_by("version")] == ["first", "adds"]


def test_the_same_rows_are_taken_once(machine, work):
    name = {"Idempotency-Key": "row-1"}
    where = pushed(machine, rows(1), **name)
    assert pushed(machine, rows(1), **name) == where
    again = machine.post(ROWS, {"period": "2026Q3", "rows": rows(1)})
    assert (again.headers["Location"], again.json()["known"]) == (where, True)
    assert Push.objects.count() == 1
    sealed(machine)
    work()
    assert fates(machine, where) == ["accepted"]
    assert pushed(machine, rows(1)) == where
    assert sealed(machine)["rows"] == 0
    assert Batch.objects.count() == 1


def test_a_row_that_was_set_aside_may_be_pushed_again(machine, work):
    bad = rows(1)
    bad[0][CODE] = credit_code(0)[:-1] + "X"
    where = pushed(machine, bad + rows(1, start=5))
    sealed(machine)
    work()
    assert fates(machine, where) == ["set_aside", "accepted"]
    assert pushed(machine, bad + rows(1, start=5)) != where


def test_a_row_pushed_again_among_others_is_told_as_known(machine, work):
    pushed(machine, rows(2))
    sealed(machine)
    work()
    where = pushed(machine, rows(3))
    sealed(machine)
    work()
    told = [[finding["code"] for finding in one["findings"]] for one in machine.get(where).json()["rows"]]
    assert told == [["known_key"], ["known_key"], []]


def test_numbers_keep_their_digits_and_names_may_be_keys(machine, work):
    row = rows(1)[0]
    del row["预售建筑面积"]
    row = json.dumps(row, ensure_ascii=False)[:-1] + ', "area": 1234567.10}'
    table = machine.get("/api/v1/resources/9.5").json()["tables"][0]
    key = next(one["key"] for one in table["columns"] if one["title"] == "预售建筑面积")
    body = f'{{"period": "2026Q3", "rows": [{row.replace("area", key)}]}}'.encode()
    where = machine.post(ROWS, body).headers["Location"]
    sealed(machine)
    work()
    assert fates(machine, where) == ["accepted"]
    page = rows_page(Batch.objects.get(), 0, 0, 50, None, open_to=bool)
    assert "1,234,567.1" in [cell.text for cell in page.rows[0][1]]


def test_a_quiet_slot_is_gathered_by_itself(machine, work, settings):
    where = pushed(machine, rows(1))
    settings.INBOX_QUIET_SECONDS = 0
    work()
    assert fates(machine, where) == ["accepted"]


def test_rows_that_trickle_in_all_day_are_a_handful_of_batches(machine, settings):
    """One every 20 minutes from eight to six: the slot is never quiet, and its waits double."""
    gathered, waiting, first = [], 0, None
    start = timezone.localtime().replace(hour=8, minute=0, second=0, microsecond=0)
    pushed(machine, rows(1))
    for minutes in range(0, 600, 5):
        now = start + dt.timedelta(minutes=minutes)
        if minutes % 20 == 0:
            waiting, first = waiting + 1, first or now
            Push.objects.update(received_at=now)
        (slot,) = slots_waiting()
        slot = replace(slot, first_at=first or now, rows=waiting)
        if waiting and slot.ripe(now):
            gathered.append(f"{now:%H:%M}")
            waiting, first = 0, None
            Submission.objects.create(
                **slot.slot, channel="api", received_at=now, file_name="推送.json", file_digest="0" * 64,
                file_size=1,
            )  # fmt: skip
    assert gathered == ["08:10", "10:20", "14:40"]  # quiet at first; then two hours, then four


def test_rows_of_two_days_are_gathered_apart_so_that_none_is_late_for_another(machine, work, settings):
    early = pushed(machine, rows(1))
    day = timezone.now() - dt.timedelta(days=1)
    Push.objects.update(received_at=day)
    pushed(machine, rows(1, start=10))
    work()
    assert fates(machine, early) == ["accepted"]
    assert Batch.objects.get().submission.received_at == day
    sealed(machine)
    work()
    assert Batch.objects.count() == 2


def test_where_two_persons_hand_in_pushed_rows_wait_for_one_of_them(machine, work, cast):
    begin_two_persons(unit=machine.key.unit, by=cast["liaison"])
    where = pushed(machine, rows(1))
    sealed(machine)
    work()
    assert fates(machine, where) == ["awaiting"]


def test_rows_at_rest_are_sealed_and_gone_when_their_file_holds_them(machine, work):
    pushed(machine, rows(1))
    content = bytes(Push.objects.get().sealed)
    assert content
    assert "示例花苑".encode() not in content
    assert not Event.objects.filter(detail__icontains="示例花苑").exists()
    sealed(machine)
    work()
    assert bytes(Push.objects.get().sealed) == b""


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"period": "2026Q3", "rows": []}, "/rows"),
        ({"period": "2026Q3", "rows": [{}]}, "/rows/0"),
        ({"period": "2026Q3", "rows": [{"没有这一列": 1}]}, "/rows/0/没有这一列"),
        ({"period": "2026Q3", "rows": [{"预售证编号": None}]}, "/rows/0"),
        ({"period": "2026Q3", "rows": [{"预售证编号": [1]}]}, "/rows/0/预售证编号"),
        ({"period": "2026Q3", "rows": [{"预售证编号": "x" * 40_000}]}, "/rows/0/预售证编号"),
        ({"period": "2026Q3", "rows": [{"预售证编号": "a\0b"}]}, "/rows/0/预售证编号"),
        ({"period": "2026Q3", "rows": [{"预售证编号": 1}] * 1_001}, "/rows"),
        ({"period": "2026Q3", "sheet": "b", "rows": [{"预售证编号": 1}]}, "/sheet"),
        ({"rows": [{"预售证编号": 1}]}, "/period"),
        ({"period": "2026Q3", "rows": [{"预售证编号": 1}], "unit": "water"}, "/unit"),
        ([], ""),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(machine, body, pointer):
    answer = machine.post(ROWS, body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), answer.content.decode()
    assert any(one["pointer"].startswith(pointer) for one in answer.json()["errors"])
    assert not Push.objects.exists()


def test_a_foreign_inbox_is_not_there(machine, cast):
    where = pushed(machine, rows(1))
    for other in (key_of(cast, unit=cast["peer"].unit), key_of(cast, resources=["9.6"])):
        foreign = Machine(*other)
        assert foreign.get(where).status_code == 404
        assert foreign.get("/api/v1/inbox").json()["total"] == 0
        assert foreign.post(ROWS, {"period": "2026Q3", "rows": rows(1)}).status_code == 404
    assert machine.get("/api/v1/inbox").json()["total"] == 1
