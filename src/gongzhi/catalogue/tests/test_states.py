"""The states are disjoint and exhaustive, in Python and in the database alike."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongzhi.catalogue.models import Obligation, Ruling
from gongzhi.catalogue.queries import Rates, matrix, owed, rates, with_state
from gongzhi.catalogue.states import COUNTED, SHANGHAI, State, standing

pytestmark = pytest.mark.django_db
FIRST = dt.date(2026, 3, 1)
FIRST_AT = dt.datetime(2026, 3, 1, tzinfo=SHANGHAI)
days = st.integers(0, 60).map(lambda n: FIRST + dt.timedelta(days=n))
instants = st.integers(0, 60 * 24).map(
    lambda hours: dt.datetime(2026, 3, 1, tzinfo=SHANGHAI) + dt.timedelta(hours=hours)
)
maybe_days, maybe_instants = st.none() | days, st.none() | instants


@st.composite
def obligations(draw):
    end = FIRST + dt.timedelta(days=draw(st.integers(0, 20)))  # most of the days drawn lie behind it
    due = draw(st.none() | st.integers(0, 10).map(lambda n: end + dt.timedelta(days=n)))
    more = draw(st.booleans()) and due is not None
    return {
        "period_end": end, "opens": end - dt.timedelta(days=30), "due": due,
        "received_at": draw(maybe_instants), "zero_at": draw(maybe_instants),
        "extended_on": draw(days) if more else None,
        "extended_due": due + dt.timedelta(days=draw(st.integers(1, 30))) if more else None,
        "returned_on": draw(days) if more else None,
        "grace_due": due + dt.timedelta(days=draw(st.integers(1, 30))) if more else None,
    }  # fmt: skip


@st.composite
def exemptions(draw):
    """A ruling of 免报: of the unit or of all, for what ends in some days or one period; perhaps ended."""
    granted = draw(days)
    return {
        "unit": draw(st.sampled_from(["", "its own", "its own", "its own"])),
        "period": draw(st.sampled_from(["", "", "2026-03", "2026-02"])),
        "from_on": draw(days), "until": draw(maybe_days), "granted_on": draw(st.none() | st.just(granted)),
        "ended_on": draw(st.none() | st.integers(0, 20).map(lambda n: granted + dt.timedelta(days=n))),
    }  # fmt: skip


@pytest.fixture
def office(cast):
    return cast["office"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(obligations(), st.lists(exemptions(), max_size=2)), min_size=1, max_size=12), days)
def test_the_database_tells_the_same_state_as_the_calendar(office, found, as_of):
    Obligation.objects.all().delete()
    Ruling.objects.all().delete()
    for n, (values, ruled) in enumerate(found):
        Obligation.objects.create(unit=f"u{n}", resource="9.5", period="2026-03", definitions="x", **values)
        for one in ruled:
            more = one | {"unit": one["unit"] and f"u{n}", "asked_by": office, "asked_at": FIRST_AT}
            Ruling.objects.create(resource="9.5", kind="exempt", since=FIRST, **more)
    rows = Obligation.objects.all()
    stood = {one.obligation.unit: one.standing.state for one in owed(rows, as_of)}
    told = {one.unit: one.state_then for one in with_state(rows, as_of)}
    said = {unit: state.value for unit, state in stood.items()}
    assert told == said
    counted = rates(rows, as_of)
    assert counted.all == len(found)
    assert counted.counted + counted.of({*State} - {*COUNTED}) == counted.all
    pairs = matrix(rows, as_of, "pair")
    assert pairs.cells == {
        (one.unit, "9.5"): {f"{one.period_end:%Y-%m}": Rates({stood[one.unit]: 1})} for one in rows
    }
    assert pairs.rolled(lambda key: key[1], lambda month: month[:4]).cells == {"9.5": {"2026": counted}}
    assert matrix(rows, as_of, "resource").rows == {"9.5": counted}
    assert matrix(rows, as_of, "unit").whole == counted


@given(obligations(), days)
def test_each_state_follows_from_what_was_known_on_the_day(values, as_of):
    """What comes in or is decided after a day never changes how that day is told."""
    later = as_of + dt.timedelta(days=1)
    before = standing(Obligation(**values), as_of)
    noon = dt.datetime(later.year, later.month, later.day, 12, tzinfo=SHANGHAI)
    changes = {
        "received_at": noon, "zero_at": noon, "extended_on": later, "returned_on": later,
        "extended_due": later, "grace_due": later,
    }  # fmt: skip
    for name, value in changes.items():
        known = values[name] is not None
        if name in {"extended_due", "grace_due"} or known:
            continue
        pair = {"extended_on": "extended_due", "returned_on": "grace_due"}.get(name)
        more = {pair: changes[pair]} if pair else {}
        assert standing(Obligation(**(values | {name: value} | more)), as_of) == before


def obligation(**changes):
    values = {"period_end": dt.date(2026, 3, 31), "due": dt.date(2026, 4, 15)}
    return Obligation(**(values | changes))


def at(day, month=4):
    return dt.datetime(2026, month, day, 12, tzinfo=SHANGHAI)


EXTENDED = {"extended_on": dt.date(2026, 4, 18), "extended_due": dt.date(2026, 4, 25)}
RETURNED = {"returned_on": dt.date(2026, 4, 20), "grace_due": dt.date(2026, 4, 23)}


@pytest.mark.parametrize(
    ("changes", "as_of", "label"),
    [
        ({}, dt.date(2026, 4, 1), "待报"),
        ({"zero_at": at(10)}, dt.date(2026, 4, 9), "待报"),
        ({"zero_at": at(10)}, dt.date(2026, 4, 30), "零报告（按时）"),
        ({"zero_at": at(20)}, dt.date(2026, 4, 30), "零报告（逾期）"),
        ({"zero_at": at(10), "received_at": at(18)}, dt.date(2026, 4, 30), "逾期3天"),
        (
            {
                "extended_on": dt.date(2026, 4, 10),
                "extended_due": dt.date(2026, 4, 25),
                "received_at": at(24),
            },
            dt.date(2026, 5, 1),
            "按时",
        ),
        (
            {"extended_on": dt.date(2026, 4, 18), "extended_due": dt.date(2026, 4, 25)},
            dt.date(2026, 4, 17),
            "逾期未报",
        ),
        (
            {"extended_on": dt.date(2026, 4, 18), "extended_due": dt.date(2026, 4, 25)},
            dt.date(2026, 4, 18),
            "待报",
        ),
        (
            {"returned_on": dt.date(2026, 4, 20), "grace_due": dt.date(2026, 4, 23), "received_at": at(23)},
            dt.date(2026, 5, 1),
            "按时",
        ),
    ],
)
def test_what_was_decided_counts_from_its_day(changes, as_of, label):
    assert standing(obligation(**changes), as_of).label == label


def test_what_came_counts_before_an_exemption():
    day = dt.date(2026, 5, 1)
    assert standing(obligation(), day, exempt=True).label == "免报"
    assert standing(obligation(received_at=at(5)), day, exempt=True).label == "按时"
    assert standing(obligation(zero_at=at(20)), day, exempt=True).label == "零报告（逾期）"
