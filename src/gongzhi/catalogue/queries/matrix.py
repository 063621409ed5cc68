"""The picture of who has shared what: counts by unit, resource and month, out of one query.

The state of each obligation is told by the database in the words of `states.standing`; a test holds the two
to each other. Only dates are compared, so that SQLite and PostgreSQL do it alike and fast.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Concat, Substr

from gongzhi.catalogue.models import Obligation
from gongzhi.catalogue.states import COUNTED, REPORTED, TIMELY, Standing, State, standing

from .exempt import exempt_then


@dataclass
class Rates:
    """Counts of states with the rates that follow from them (peers_collection.md 3).

    免报, 未到期 and 待报 stand outside every rate, which is None where nothing is left.
    """

    counts: dict[State, int] = field(default_factory=dict)

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
    """Counts by key (a unit, a resource, both, a group), head (a month or year) and state, and their sums.

    They lie in one array, so that ten years of everything are summed at once; what a reader sees of them,
    `Rates`, is made when it is asked for.
    """

    keys: Sequence[Any]
    heads: Sequence[str]
    counts: npt.NDArray[np.int64]

    @cached_property
    def cells(self) -> dict[Any, dict[str, Rates]]:
        """What each key owed, by head; where it owed nothing, there is no cell."""
        return {
            key: {head: _told(cell) for head, cell in zip(self.heads, row, strict=True) if any(cell)}
            for key, row in zip(self.keys, self.counts.tolist(), strict=True)
        }

    @cached_property
    def rows(self) -> dict[Any, Rates]:
        return dict(zip(self.keys, map(_told, self.counts.sum(axis=1).tolist()), strict=True))

    @cached_property
    def months(self) -> dict[str, Rates]:
        return dict(zip(self.heads, map(_told, self.counts.sum(axis=0).tolist()), strict=True))

    @cached_property
    def whole(self) -> Rates:
        return _told(self.counts.sum(axis=(0, 1)).tolist())

    def rolled(
        self,
        key_of: Callable[[Any], Any] = lambda key: key,
        head_of: Callable[[str], str] = lambda head: head,
    ) -> Matrix:
        """The same counts by a coarser key (resources into units, units into groups) or head (years)."""
        keys, rows = _places([key_of(key) for key in self.keys])
        heads, columns = _places([head_of(head) for head in self.heads])
        counts = np.zeros((len(keys), len(heads), len(_STATES)), np.int64)
        np.add.at(counts, (rows[:, None], columns), self.counts)
        return Matrix(keys, heads, counts)


_STATES = tuple(State)
_PLACE = {state.value: place for place, state in enumerate(_STATES)}


def _told(counts: Iterable[int]) -> Rates:
    return Rates({state: count for state, count in zip(_STATES, counts, strict=True) if count})


def _places(values: Sequence[Any]) -> tuple[list[Any], npt.NDArray[np.intp]]:
    """The different values in order, and of each value its place among them."""
    places = {value: place for place, value in enumerate(sorted(set(values)))}
    return list(places), np.fromiter(map(places.__getitem__, values), np.intp, len(values))


def with_state(rows: QuerySet[Obligation], as_of: dt.date) -> QuerySet[Any]:
    """Each obligation with `state_then`, its state as of the end of a day."""
    came, zero = Q(received_on__lte=as_of), Q(zero_on__lte=as_of)
    states = (
        When(came & _in_time(F("received_on"), as_of), then=Value(State.ON_TIME.value)),
        When(came, then=Value(State.LATE.value)),
        When(zero & _in_time(F("zero_on"), as_of), then=Value(State.ZERO.value)),
        When(zero, then=Value(State.ZERO_LATE.value)),
        When(exempt_then(as_of), then=Value(State.EXEMPT.value)),
        When(period_end__gte=as_of, then=Value(State.NOT_DUE.value)),
        When(_in_time(as_of, as_of), then=Value(State.AWAITED.value)),
    )
    return rows.annotate(
        state_then=Case(*states, default=Value(State.MISSING.value), output_field=CharField())
    )


def _in_time(day: dt.date | F, as_of: dt.date) -> Q:
    """Whether a day is within the due day, or a later one that was given by then.

    One comparison after another, the most frequent first: a database computes the latest of them anew
    wherever it is named. What has no due day is neither extended nor returned as late.
    """
    return (
        Q(due__gte=day)
        | Q(due=None)
        | Q(extended_on__lte=as_of, extended_due__gte=day)
        | Q(returned_on__lte=as_of, grace_due__gte=day)
    )


def rates(rows: QuerySet[Obligation], as_of: dt.date) -> Rates:
    """The states of these obligations, counted."""
    counted = with_state(rows, as_of).order_by().values_list("state_then").annotate(Count("pk"))
    return Rates({State(state): count for state, count in counted})


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
    "period_end", "due", "received_at", "zero_at", "extended_on", "extended_due",
    "returned_on", "grace_due",
)  # fmt: skip


def matrix(rows: QuerySet[Obligation], as_of: dt.date, by: str) -> Matrix:
    """Counts by `unit`, `resource` or `pair` (both) and month of the period's end, of what is scored.

    One query. The states are told by the database and counted here: sorting them into groups there costs
    more than all the rest. Two texts travel for each obligation, for every value that is made of a row costs
    as much as all that the database does; they are taken apart where they differ. The month is cut from the
    day's text, for no database takes days apart so fast.
    """
    key = Concat("unit", Value(" "), "resource") if by == "pair" else F(by)
    kind = Concat(Substr(Cast("period_end", CharField()), 1, 8), "state_then")
    told = with_state(rows.filter(scored=True), as_of).order_by().annotate(key=key, kind=kind)
    keys_told, kinds_told = list(zip(*told.values_list("key", "kind"), strict=True)) or [(), ()]
    keys, at_key = _places(keys_told)
    kinds, at_kind = _places(kinds_told)
    heads, at_head = _places([kind[:7] for kind in kinds])
    at_state = [_PLACE[kind[8:]] for kind in kinds]
    flat = np.bincount(at_key * len(kinds) + at_kind, minlength=len(keys) * len(kinds))
    counts = np.zeros((len(keys), len(heads), len(_STATES)), np.int64)
    counts[:, at_head, at_state] = flat.reshape(len(keys), len(kinds))
    return Matrix([tuple(key.split(" ")) for key in keys] if by == "pair" else keys, heads, counts)
