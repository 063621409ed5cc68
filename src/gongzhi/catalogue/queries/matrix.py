"""The picture of who has shared what: counts by unit, resource and month, out of one query.

The state of each obligation is told by the database in the words of `states.standing`; a test holds the two
to each other. Only dates are compared, so that SQLite and PostgreSQL do it alike and fast.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Case, CharField, Count, DateField, F, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce, Greatest, Substr

from gongzhi.catalogue.models import Obligation
from gongzhi.catalogue.states import COUNTED, REPORTED, TIMELY, Standing, State, standing


@dataclass
class Rates:
    """Counts of states with the rates that follow from them (peers_collection.md 3).

    免报, 未到期 and 待报 stand outside every rate, which is None where nothing is left.
    """

    counts: dict[State, int] = field(default_factory=dict)

    def add(self, state: State, count: int) -> None:
        self.counts[state] = self.counts.get(state, 0) + count

    def join(self, other: Rates) -> None:
        for state, count in other.counts.items():
            self.counts[state] = self.counts.get(state, 0) + count

    def of(self, states: Iterable[State]) -> int:
        return sum(self.counts.get(state, 0) for state in states)

    @property
    def all(self) -> int:
        return sum(self.counts.values())

    @property
    def owed(self) -> int:
        """All whose period has ended and that are not exempt."""
        return self.of((*COUNTED, State.AWAITED))

    @property
    def counted(self) -> int:
        return self.of(COUNTED)

    @property
    def reported(self) -> int:
        return self.of(REPORTED)

    @property
    def timely(self) -> int:
        return self.of(TIMELY)

    @property
    def missing(self) -> int:
        return self.of((State.MISSING,))

    @property
    def timely_rate(self) -> float | None:
        """按时率, 0 to 100."""
        return 100 * self.timely / self.counted if self.counted else None

    @property
    def reporting_rate(self) -> float | None:
        """报送率, 0 to 100."""
        return 100 * self.reported / self.counted if self.counted else None


@dataclass
class Matrix:
    """Rows by key (a unit, a resource, both, a group), each with its months, and what they sum to."""

    cells: dict[Any, dict[str, Rates]] = field(default_factory=dict)

    @cached_property
    def rows(self) -> dict[Any, Rates]:
        return {key: summed(months.values()) for key, months in self.cells.items()}

    @cached_property
    def months(self) -> dict[str, Rates]:
        return self.rolled(lambda _: "").cells.get("", {})

    @cached_property
    def whole(self) -> Rates:
        return summed(self.rows.values())

    def rolled(self, key_of: Callable[[Any], Any]) -> Matrix:
        """The same counts by a coarser key: resources into units, units into groups."""
        found: dict[Any, dict[str, Rates]] = {}
        for key, months in self.cells.items():
            row = found.setdefault(key_of(key), {})
            for month, rates in months.items():
                cell = row.get(month)
                if cell is None:
                    row[month] = Rates(rates.counts.copy())
                else:
                    cell.join(rates)
        return Matrix(found)


def summed(parts: Iterable[Rates]) -> Rates:
    """The states of several counts together."""
    whole = Rates()
    for part in parts:
        whole.join(part)
    return whole


def with_state(rows: QuerySet[Obligation], as_of: dt.date) -> QuerySet[Any]:
    """Each obligation with `state_then`, its state as of the end of a day."""
    later = Greatest(
        F("due"),
        _given("extended_on", "extended_due", as_of),
        _given("returned_on", "grace_due", as_of),
        output_field=DateField(),
    )
    came, zero = Q(received_on__lte=as_of), Q(zero_on__lte=as_of)
    in_time, zero_in_time = (
        Q(due_then=None) | Q(received_on__lte=F("due_then")),
        Q(due_then=None) | Q(zero_on__lte=F("due_then")),
    )
    states = (
        When(came & in_time, then=Value(State.ON_TIME.value)),
        When(came, then=Value(State.LATE.value)),
        When(zero & zero_in_time, then=Value(State.ZERO.value)),
        When(zero, then=Value(State.ZERO_LATE.value)),
        When(exempt_on__lte=as_of, then=Value(State.EXEMPT.value)),
        When(period_end__gte=as_of, then=Value(State.NOT_DUE.value)),
        When(Q(due_then=None) | Q(due_then__gte=as_of), then=Value(State.AWAITED.value)),
    )
    state = Case(*states, default=Value(State.MISSING.value), output_field=CharField())
    return rows.annotate(due_then=later).annotate(state_then=state)


def _given(since: str, day: str, as_of: dt.date) -> Coalesce:
    """A later due day where one was given by then, else the first one."""
    return Coalesce(Case(When(**{f"{since}__lte": as_of}, then=F(day)), output_field=DateField()), F("due"))


def rates(rows: QuerySet[Obligation], as_of: dt.date) -> Rates:
    """The states of these obligations, counted."""
    found = Rates()
    counted = with_state(rows, as_of).order_by().values_list("state_then").annotate(Count("pk"))
    for state, count in counted:
        found.add(State(state), count)
    return found


@dataclass
class Lateness:
    """How late: what came late (times, days in all, the longest), and what is still missing.

    Days are calendar days after the due day that holds, up to the day on which it is asked.
    """

    times: int = 0
    days: int = 0
    longest: int = 0
    missing: int = 0
    missing_days: int = 0

    def add(self, found: Standing) -> None:
        if found.state is State.MISSING:
            self.missing, self.missing_days = self.missing + 1, self.missing_days + found.days_late
        else:
            self.times, self.days = self.times + 1, self.days + found.days_late
            self.longest = max(self.longest, found.days_late)

    def join(self, other: Lateness) -> None:
        self.times, self.days = self.times + other.times, self.days + other.days
        self.longest = max(self.longest, other.longest)
        self.missing, self.missing_days = self.missing + other.missing, self.missing_days + other.missing_days


def lateness(rows: QuerySet[Obligation], as_of: dt.date, by: str) -> dict[str, Lateness]:
    """The late days of these obligations as of a day, by unit or resource; the punctual are not in it."""
    late = with_state(rows, as_of).filter(state_then__in=[State.LATE, State.ZERO_LATE, State.MISSING])
    found: dict[str, Lateness] = {}
    for one in late.only(by, *_DATES):
        found.setdefault(getattr(one, by), Lateness()).add(standing(one, as_of))
    return found


_DATES = (
    "period_end", "due", "received_at", "zero_at", "exempt_on", "extended_on", "extended_due",
    "returned_on", "grace_due",
)  # fmt: skip


_STATES = {state.value: state for state in State}


def matrix(rows: QuerySet[Obligation], as_of: dt.date, by: str) -> Matrix:
    """Counts by `unit`, `resource` or `pair` (both) and month of the period's end, of what is scored.

    One query. The states are told by the database and counted here: sorting them into groups there costs
    more than all the rest. The month is cut from the day's text, for no database takes days apart so fast.
    """
    keys = ("unit", "resource") if by == "pair" else (by,)
    month = Substr(Cast("period_end", CharField()), 1, 7)
    told = with_state(rows.filter(scored=True), as_of).order_by().annotate(month=month)
    cells: dict[Any, dict[str, Rates]] = {}
    for (*key, month_then, state), count in Counter(told.values_list(*keys, "month", "state_then")).items():
        row = cells.setdefault(tuple(key) if by == "pair" else key[0], {})
        cell = row.get(month_then)
        if cell is None:
            cell = row[month_then] = Rates()
        cell.counts[_STATES[state]] = count
    return Matrix(cells)
