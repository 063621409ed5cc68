"""What is owed: laid down once, computed states, met by the first accepted file."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db.models import F
from django.utils import timezone

from gongzhi.catalogue.actions import number_on, open_periods, period_for, returned, satisfy, taken_back
from gongzhi.catalogue.models import Obligation
from gongzhi.catalogue.states import SHANGHAI, State, standing
from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions import Member

pytestmark = pytest.mark.django_db
YEAR = {"since": dt.date(2026, 1, 1), "until": dt.date(2026, 12, 31)}


def obligation(**changes: object) -> Obligation:
    values = {"period_end": dt.date(2026, 3, 31), "due": dt.date(2026, 4, 15), "received_at": None}
    return Obligation(**(values | changes))


def instant(day: int, month: int = 4, hour: int = 12) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("received", "as_of", "state", "late"),
    [
        (None, dt.date(2026, 3, 31), State.NOT_DUE, 0),
        (None, dt.date(2026, 4, 1), State.AWAITED, 0),
        (None, dt.date(2026, 4, 15), State.AWAITED, 0),
        (None, dt.date(2026, 4, 16), State.MISSING, 1),
        (instant(15, hour=23), dt.date(2026, 5, 1), State.ON_TIME, 0),
        (instant(16, hour=0), dt.date(2026, 5, 1), State.LATE, 1),
        (instant(20), dt.date(2026, 4, 18), State.MISSING, 3),
        (instant(20, month=3), dt.date(2026, 5, 1), State.ON_TIME, 0),
    ],
)
def test_a_standing_follows_from_the_dates(
    received: dt.datetime | None, as_of: dt.date, state: State, late: int
) -> None:
    found = standing(obligation(received_at=received), as_of)
    assert (found.state, found.days_late) == (state, late)


def test_without_a_due_day_nothing_is_missing() -> None:
    assert standing(obligation(due=None), dt.date(2030, 1, 1)).state is State.AWAITED


def test_periods_are_opened_once() -> None:
    made = open_periods(**YEAR)
    assert made > 400
    assert open_periods(**YEAR) == 0


def test_the_stock_of_a_register_is_owed_once_and_by_nobody_too_late() -> None:
    today, definitions = timezone.localdate(), in_force()
    open_periods(since=today, until=today)
    stocks = Obligation.objects.filter(resource="9.5", period_end=F("opens"))
    assert definitions.resources["9.5"].since < today - dt.timedelta(365)
    days = number_on(definitions, "stock_due_days", today)
    assert [(one.period, one.due) for one in stocks] == [(str(today), today + dt.timedelta(days))]
    assert period_for(definitions.resources["9.5"], str(today)).code == str(today)
    with pytest.raises(ValueError, match="季后"):
        period_for(definitions.resources["9.5"], "2021-06-10")
    all_stocks = Obligation.objects.filter(period_end=F("opens"))
    assert {definitions.resources[one.resource].stock for one in all_stocks} == {True}
    before = stocks.update(opens="2025-02-01", period_end="2025-02-01", period="2025-02-01")
    assert (before, open_periods(since=today, until=today)) == (1, 0)


def test_a_district_without_the_parameter_of_stock_sets_it_no_day(monkeypatch) -> None:
    definitions = in_force()
    others = {key: one for key, one in definitions.parameters.items() if key != "stock_due_days"}
    changed = replace(definitions, parameters=others)
    monkeypatch.setattr("gongzhi.catalogue.actions.opening.in_force", lambda: changed)
    assert open_periods(**YEAR) > 400
    stock = Obligation.objects.get(resource="9.5", period_end=F("opens"))
    assert (stock.due, stock.due_provisional) == (None, True)


def test_due_days_are_those_of_the_notice() -> None:
    open_periods(**YEAR)
    monthly = Obligation.objects.get(resource="15.3", period="2026-01")
    mines = Obligation.objects.get(resource="16.4", period="2026Q1")
    half = Obligation.objects.get(resource="15.1", period="2026H1")
    assert (monthly.due, monthly.due_provisional) == (dt.date(2026, 2, 15), False)
    assert (mines.due, mines.due_provisional) == (dt.date(2026, 4, 30), False)
    assert half.due_provisional


def test_each_street_owes_its_own_part_and_a_repeated_resource_nothing() -> None:
    open_periods(**YEAR)
    assert Obligation.objects.filter(resource="20.1", period="2026Q1").count() == 17
    assert not Obligation.objects.filter(resource="16.11").exists()


def test_an_open_class_owes_nothing_until_members_are_designated() -> None:
    open_periods(**YEAR)
    open_units = [unit.key for unit in in_force().units.values() if unit.members_open and not unit.members]
    assert open_units
    assert not Obligation.objects.filter(unit__in=open_units).exists()
    assert not Obligation.objects.filter(resource="K.23").exists()


def designated(monkeypatch, *spans):
    """The definitions with members of the class that K.23 leaves open."""
    definitions = in_force()
    one = definitions.units["auction_units"]
    members = tuple(
        Member(unit="commerce", since=since, until=until, document="越税领办〔2026〕1号")
        for since, until in spans
    )
    units = {**definitions.units, one.key: one.model_copy(update={"members": members})}
    changed = replace(definitions, units=units)
    monkeypatch.setattr("gongzhi.catalogue.actions.opening.in_force", lambda: changed)


FEBRUARY, JUNE = dt.date(2026, 2, 15), dt.date(2026, 6, 30)


@pytest.mark.parametrize(
    ("spans", "periods"),
    [
        ([(FEBRUARY, None)], ["2026H1", "2026H2"]),
        ([(FEBRUARY, JUNE)], ["2026H1"]),
        ([(FEBRUARY, dt.date(2026, 6, 29))], []),
        ([(dt.date(2026, 7, 1), None)], ["2026H2"]),
        ([(FEBRUARY, JUNE), (dt.date(2026, 12, 31), None)], ["2026H1", "2026H2"]),
    ],
)
def test_a_designated_member_owes_the_periods_that_end_while_it_is_one(monkeypatch, spans, periods) -> None:
    designated(monkeypatch, *spans)
    open_periods(**YEAR)
    owed = Obligation.objects.filter(resource="K.23").order_by("period")
    assert list(owed.values_list("unit", "period")) == [("commerce", period) for period in periods]
    assert open_periods(**YEAR) == 0


def test_the_first_received_instant_stands() -> None:
    open_periods(**YEAR)
    place = {"unit": "market_regulation", "resource": "15.3", "period": "2026-01"}
    satisfy(**place, received_at=instant(10, month=2))
    satisfy(**place, received_at=instant(20, month=2))
    assert Obligation.objects.get(**place).received_at == instant(10, month=2)


def test_a_period_must_fit_the_frequency() -> None:
    monthly = in_force().resource("15.3")
    assert period_for(monthly, "2026-09").code == "2026-09"
    with pytest.raises(ValueError, match="月后15日内"):
        period_for(monthly, "2026Q3")


def test_what_no_document_asks_for_is_owed_by_nobody() -> None:
    open_periods(**YEAR)
    assert not Obligation.objects.filter(resource__startswith="T.").exists()


EVENT = {"unit": "construction_transport", "resource": "9.10", "period": "2026-03-06"}  # a Friday


@pytest.mark.parametrize(("came", "state"), [(instant(13, 3), State.ON_TIME), (instant(14, 3), State.LATE)])
def test_the_file_of_an_event_opens_its_duty_and_says_whether_it_came_in_time(came, state) -> None:
    satisfy(**EVENT, received_at=came)
    satisfy(**EVENT, received_at=came + dt.timedelta(9))
    one = Obligation.objects.get()
    assert (one.due, one.from_file) == (dt.date(2026, 3, 13), True)  # five working days
    assert standing(one, dt.date(2026, 4, 1)).state is state


def test_a_file_that_is_no_event_opens_nothing() -> None:
    for changes in (
        {"period": "2026-03"}, {"period": "2021-06-09"}, {"resource": "9.5"},
        {"resource": "3.2", "unit": "education_sports", "period": "R20260306-001"},
    ):  # fmt: skip
        satisfy(**(EVENT | changes), received_at=instant(13, 3))
    assert not Obligation.objects.exists()


def test_a_day_written_wrong_is_owed_by_nobody_once_its_file_is_withdrawn() -> None:
    come = {"received_at": instant(10, 3)}
    satisfy(**EVENT, **come)
    taken_back(**EVENT, **come, still=instant(11, 3))
    assert Obligation.objects.get().received_at == instant(11, 3)
    taken_back(**EVENT, received_at=instant(11, 3), still=None)
    assert not Obligation.objects.exists()


def test_what_the_office_returned_or_asked_for_stays_owed() -> None:
    come = {"received_at": instant(10, 3)}
    satisfy(**EVENT, **come)
    returned(**EVENT, **come, at=instant(20, 3), still=None)
    assert standing(Obligation.objects.get(), dt.date(2026, 3, 21)).state is State.AWAITED
    Obligation.objects.update(from_file=False, received_at=None)
    satisfy(**EVENT, **come)
    taken_back(**EVENT, **come, still=None)
    assert Obligation.objects.get().received_at is None
