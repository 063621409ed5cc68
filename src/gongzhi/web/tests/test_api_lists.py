"""What a machine asks for: its resources, what it owes, what came in; page by page."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongzhi.catalogue.actions import open_periods
from gongzhi.catalogue.models import Obligation
from gongzhi.intake.models import Submission
from gongzhi.organisation.queries import owed_by


@pytest.fixture
def many(machine):
    """Seven submissions of the unit."""
    for number in range(7):
        Submission.objects.create(
            unit=machine.key.unit, resource="9.5", period="2026Q3", received_at=timezone.now(),
            channel="api", file_name=f"{number}.json", file_size=1, file_digest=f"{number:064x}",
            original="x", definitions="0" * 64,
        )  # fmt: skip


def test_pages_hold_every_row_once(machine, many):
    seen, address = [], "/api/v1/submissions?limit=3"
    cursor = ""
    for _ in range(3):
        page = machine.get(address + (f"&cursor={cursor}" if cursor else "")).json()
        seen += [one["file_name"] for one in page["items"]]
        assert page["total"] == 7
        cursor = page["next"]
    assert cursor is None
    assert sorted(seen) == [f"{number}.json" for number in range(7)]


@pytest.mark.parametrize("cursor", ["x", "AAAA", "IjEi", "_", "e30"])
@pytest.mark.parametrize("listed", ["submissions", "batches", "obligations", "inbox"])
def test_a_cursor_that_nobody_gave_is_told(machine, listed, cursor):
    answer = machine.get(f"/api/v1/{listed}?cursor={cursor}")
    assert answer.status_code in {200, 422}
    if cursor != "IjEi":  # "1" is the number of a row, where rows have numbers
        assert answer.json()["errors"][0]["pointer"] == "cursor"


@pytest.mark.parametrize("limit", ["0", "201", "x", "-1"])
def test_a_page_has_its_bounds(machine, limit):
    assert machine.get(f"/api/v1/batches?limit={limit}").status_code == 422


def test_a_name_that_is_none_is_told(machine):
    answer = machine.get("/api/v1/batches?offset=3")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "offset")


def test_a_list_costs_the_same_however_long_it_is(machine, many):
    counts = []
    for limit in (1, 7):
        with CaptureQueriesContext(connection) as queries:
            machine.get(f"/api/v1/submissions?limit={limit}")
        counts.append(sum("intake_" in query["sql"] for query in queries))
    assert counts == [2, 2]


def test_what_is_owed_is_told_in_the_words_of_the_command_line(machine):
    open_periods(since=dt.date(2026, 1, 1), until=dt.date(2026, 3, 31))
    page = machine.get("/api/v1/obligations?limit=200").json()
    assert page["total"] == len(page["items"]) > 0
    assert {one["unit"] for one in page["items"]} == {machine.key.unit}
    assert set(page["items"][0]) == {
        "unit", "resource", "period", "due", "state", "received_at", "days_late",
    }  # fmt: skip


def test_what_is_owed_is_asked_for_by_state_resource_and_period(machine):
    open_periods(since=dt.date(2026, 1, 1), until=dt.date(2026, 3, 31))
    today = timezone.localdate()
    mine = Obligation.objects.filter(unit=machine.key.unit)
    mine.update(
        due=today + dt.timedelta(9), received_at=None, opens=today, period_end=today - dt.timedelta(1)
    )
    late, met = mine.filter(resource="9.5").last(), mine.filter(resource="9.4").last()
    Obligation.objects.filter(pk=late.pk).update(due=today - dt.timedelta(400))
    Obligation.objects.filter(pk=met.pk).update(received_at=timezone.now(), received_on=today)

    def of(query):
        return machine.get(f"/api/v1/obligations?limit=200&{query}").json()

    assert of("state=open")["total"] == of("")["total"] - 1
    assert [(one["resource"], one["period"]) for one in of("state=missing")["items"]] == [
        ("9.5", late.period)
    ]
    assert {one["resource"] for one in of("resource=presale_permits")["items"]} == {"9.5"}
    assert {one["period"] for one in of(f"period={late.period}")["items"]} == {late.period}
    (told,) = of(f"resource=9.4&period={met.period}")["items"]
    assert told["received_at"].endswith("+08:00")  # as the receipt says it
    for query, status in (("state=x", 422), ("resource=99.9", 404), ("overdue=1", 422)):
        assert machine.get(f"/api/v1/obligations?{query}").status_code == status, query


def test_a_resource_is_told_with_its_columns_and_a_schema_of_its_rows(machine):
    page = machine.get("/api/v1/resources").json()
    assert [one["number"] for one in page["items"]] == [one.number for one in owed_by(machine.key.unit)]
    told = machine.get("/api/v1/resources/9.5").json()
    table = told["tables"][0]
    assert "预售证编号" in table["row"]["properties"]
    assert table["row"]["required"] == [one["title"] for one in table["columns"] if one["required"]]
    assert machine.get(f"/api/v1/resources/{told['code']}").json() == told


def test_the_document_is_there_for_everybody_and_says_how_calls_are_signed(stranger_client):
    document = stranger_client.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert document["security"] == [{"TG1": []}]
    refusal = document["paths"]["/api/v1/batches"]["get"]["responses"]["401"]
    assert list(refusal["content"]) == ["application/problem+json"]
    assert stranger_client.post("/api/v1/openapi.json").json()["code"] == "method"
