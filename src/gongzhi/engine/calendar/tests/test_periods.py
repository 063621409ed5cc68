"""Periods: codes, labels, neighbours, order, and how people write them."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.engine.calendar import (
    KINDS,
    Period,
    PeriodError,
    parse_period,
    parse_period_text,
    period_of,
    periods_between,
    request_period,
)

days = st.dates(date(1901, 1, 1), date(2198, 12, 31))
calendar_kinds = st.sampled_from([kind for kind in KINDS if kind != "request"])
periods = st.one_of(
    st.builds(period_of, calendar_kinds, days), st.builds(request_period, days, st.integers(1, 999_999))
)


@pytest.mark.parametrize(
    ("code", "kind", "start", "end", "label"),
    [
        ("2026-09", "month", date(2026, 9, 1), date(2026, 9, 30), "2026年9月"),
        ("2024-02", "month", date(2024, 2, 1), date(2024, 2, 29), "2024年2月"),
        ("2026Q1", "quarter", date(2026, 1, 1), date(2026, 3, 31), "2026年一季度"),
        ("2026Q4", "quarter", date(2026, 10, 1), date(2026, 12, 31), "2026年四季度"),
        ("2026H1", "half_year", date(2026, 1, 1), date(2026, 6, 30), "2026年上半年"),
        ("2026H2", "half_year", date(2026, 7, 1), date(2026, 12, 31), "2026年下半年"),
        ("2026", "year", date(2026, 1, 1), date(2026, 12, 31), "2026年"),
        ("2026-09-15", "day", date(2026, 9, 15), date(2026, 9, 15), "2026年9月15日"),
        ("R20260915-003", "request", date(2026, 9, 15), date(2026, 9, 15), "2026年9月15日第3号提请"),
    ],
)
def test_codes_and_labels(code, kind, start, end, label):
    period = parse_period(code)
    assert (period.kind, period.start, period.end, period.label) == (kind, start, end, label)
    assert (period.code, str(period)) == (code, code)


@given(periods)
def test_codes_are_read_back(period):
    assert parse_period(period.code) == period
    assert parse_period_text(period.code) == period


@given(periods.filter(lambda period: period.kind != "request"))
def test_labels_are_read_back(period):
    assert parse_period_text(period.label) == period


@given(calendar_kinds, days)
def test_neighbours_meet(kind, day):
    period = period_of(kind, day)
    assert period.holds(day)
    assert period.next().start == period.end + timedelta(days=1)
    assert period.next().previous() == period
    assert period.previous() < period < period.next()
    assert not period.holds(period.next().start)


@given(st.lists(periods, max_size=8))
def test_order_is_total(some):
    ordered = sorted(some)
    assert all(a.end <= b.end for a, b in pairwise(ordered))
    assert all((a <= b) != (b < a) for a in some for b in some)


@given(calendar_kinds, days, st.integers(0, 800))
def test_periods_between_cover_the_days(kind, first, length):
    last = first + timedelta(days=length)
    found = periods_between(kind, first, last)
    assert found[0].holds(first)
    assert found[-1].holds(last)
    assert all(a.next() == b for a, b in pairwise(found))


def test_periods_between_of_nothing():
    assert periods_between("month", date(2026, 2, 1), date(2026, 1, 31)) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-9",
        "2026-13",
        "2026-00",
        "2026Q5",
        "2026Q0",
        "2026q1",
        "2026H3",
        "26",
        "2026-02-30",
        "2026-09 ",
        "２０２６",
        "202609",
        "R20260230-001",
        "R20260915-1",
        "R20260915-000",
        "1799",
        "2026-9-15",
        "2026\n",
    ],
)
def test_strict_codes_only(text):
    with pytest.raises(PeriodError):
        parse_period(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026年一季度", "2026Q1"),
        ("2026年第1季度", "2026Q1"),
        ("2026年第四季度", "2026Q4"),
        ("2026年度第二季度", "2026Q2"),
        ("2026年3季度", "2026Q3"),
        ("2026-Q2", "2026Q2"),
        ("2026q2", "2026Q2"),
        ("202609", "2026-09"),
        ("2026/9", "2026-09"),
        ("2026.09", "2026-09"),
        ("2026年9月份", "2026-09"),
        (" 2026 年 09 月 ", "2026-09"),
        ("２０２６年９月", "2026-09"),
        ("2026年上半年", "2026H1"),
        ("2026下半年", "2026H2"),
        ("2026年度", "2026"),
        ("2026年全年", "2026"),
        ("20260915", "2026-09-15"),
        ("2026年9月15日", "2026-09-15"),
        ("2026/9/15", "2026-09-15"),
    ],
)
def test_periods_as_people_write_them(text, code):
    assert parse_period_text(text).code == code


@pytest.mark.parametrize(
    "text", ["", "一季度", "9月", "26年9月", "2026年13月", "202613", "2026年五季度", "本期", "2026年2月30日"]
)
def test_what_names_no_period(text):
    with pytest.raises(PeriodError):
        parse_period_text(text)


@given(st.text(max_size=16))
def test_any_text_is_a_period_or_an_error(text):
    try:
        period = parse_period_text(text)
    except PeriodError:
        return
    assert parse_period(period.code) == period


def test_requests_stand_alone():
    request = request_period(date(2026, 9, 15), 1)
    with pytest.raises(PeriodError):
        request.next()
    with pytest.raises(PeriodError):
        period_of("request", date(2026, 9, 15))
    with pytest.raises(PeriodError):
        period_of("fortnight", date(2026, 9, 15))
    with pytest.raises(PeriodError):
        request_period(date(2026, 9, 15), 0)
    assert request != Period("day", request.start, request.end)
