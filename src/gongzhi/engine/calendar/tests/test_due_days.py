"""Due days, working days and lateness."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.engine.calendar import (
    SHANGHAI,
    Holidays,
    days_late,
    due_day,
    due_instant,
    due_working_day,
    parse_period,
)

# An invented year: a holiday of nine days around 2031-02-15, paid for by the Saturday before it.
SPRING = Holidays(
    holidays=frozenset(date(2031, 2, 12) + timedelta(days=step) for step in range(9)),
    working_weekends=frozenset({date(2031, 2, 8)}),
    known_from=date(2031, 1, 1),
    known_until=date(2031, 12, 31),
)
days = st.dates(date(2030, 1, 1), date(2032, 12, 31))


@pytest.mark.parametrize(
    ("period", "days_after", "due"),
    [
        ("2026-01", 15, date(2026, 2, 15)),
        ("2026Q1", 15, date(2026, 4, 15)),
        ("2026Q1", 30, date(2026, 4, 30)),
        ("2026H1", 15, date(2026, 7, 15)),
        ("2026", 0, date(2026, 12, 31)),
        ("2024-02", 15, date(2024, 3, 15)),
    ],
)
def test_the_notice_counts_calendar_days(period, days_after, due):
    assert due_day(parse_period(period), days_after) == (due, due, True)


def test_next_workday_roll():
    assert due_day(parse_period("2031-01"), 15, roll="next_workday", holidays=SPRING) == (
        date(2031, 2, 15),
        date(2031, 2, 21),
        True,
    )
    # Saturday the 8th is worked in exchange and stays.
    assert due_day(parse_period("2031-01"), 8, roll="next_workday", holidays=SPRING).effective == date(
        2031, 2, 8
    )


def test_statutory_roll_adds_long_holidays_inside_the_window():
    due = due_day(parse_period("2031-01"), 25, roll="statutory", holidays=SPRING)
    assert due.raw == date(2031, 2, 25)
    # The nine days push it to Thursday 2031-03-06.
    assert due.effective == date(2031, 3, 6)
    assert due_day(parse_period("2031-03"), 15, roll="statutory", holidays=SPRING).effective == date(
        2031, 4, 15
    )


def test_the_end_of_the_table_is_said():
    beyond = due_day(parse_period("2031-12"), 15, roll="next_workday", holidays=SPRING)
    assert (beyond.effective, beyond.assured) == (date(2032, 1, 15), False)
    assert SPRING.add_working_days(date(2031, 12, 30), 3) == (date(2032, 1, 2), False)
    assert not Holidays().next_working_day(date(2031, 1, 1)).assured


def test_working_days_from_an_event():
    event = parse_period("2031-02-10")
    assert due_working_day(event, 5, SPRING) == (date(2031, 2, 26), date(2031, 2, 26), True)
    assert due_working_day(event, 0, SPRING).raw == event.end


@given(days, st.integers(0, 40))
def test_so_many_days_are_worked_up_to_the_one_counted(day, count):
    reached = SPRING.add_working_days(day, count).day
    passed = (day + timedelta(days=step) for step in range(1, (reached - day).days + 1))
    assert sum(map(SPRING.is_working, passed)) == count
    assert count == 0 or SPRING.is_working(reached)


@given(days)
def test_next_working_day_is_the_first(day):
    reached = SPRING.next_working_day(day).day
    assert SPRING.is_working(reached)
    assert not any(SPRING.is_working(day + timedelta(days=step)) for step in range((reached - day).days))


@given(days, st.integers(0, 60), st.sampled_from(["none", "next_workday", "statutory"]))
def test_a_roll_never_shortens(day, days_after, roll):
    due = due_day(parse_period(day.isoformat()), days_after, roll=roll, holidays=SPRING)
    assert due.effective >= due.raw == day + timedelta(days=days_after)


def test_the_due_day_ends_at_midnight_in_shanghai():
    due = date(2026, 2, 15)
    end = due_instant(due)
    assert end == datetime(2026, 2, 15, 16, tzinfo=UTC)
    assert days_late(end - timedelta(microseconds=1), due) == 0
    assert days_late(end, due) == 1
    assert days_late(datetime(2026, 2, 18, 15, 59, tzinfo=UTC), due) == 3
    assert days_late(datetime(2026, 1, 1, tzinfo=SHANGHAI), due) == 0


def test_what_is_refused():
    with pytest.raises(ValueError, match="zone"):
        days_late(datetime(2026, 2, 15), date(2026, 2, 15))  # noqa: DTZ001 - the missing zone is the point
    with pytest.raises(ValueError, match="holiday table"):
        due_day(parse_period("2026-01"), 15, roll="next_workday")
    with pytest.raises(ValueError, match="before"):
        due_day(parse_period("2026-01"), -1)
    with pytest.raises(ValueError, match="forwards"):
        SPRING.add_working_days(date(2031, 1, 1), -1)
    with pytest.raises(ValueError, match="not a weekend"):
        Holidays(working_weekends=frozenset({date(2031, 2, 10)}), known_until=date(2031, 12, 31))
    with pytest.raises(ValueError, match="reach"):
        Holidays(holidays=frozenset({date(2032, 1, 1)}), known_until=date(2031, 12, 31))
    with pytest.raises(ValueError, match="both"):
        Holidays(frozenset({date(2031, 2, 8)}), frozenset({date(2031, 2, 8)}), date(2031, 12, 31))
