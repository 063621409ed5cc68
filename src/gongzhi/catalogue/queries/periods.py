"""Which periods a resource is owed for, each by the edition that counts on its first day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from gongzhi.editions.queries import in_force, wordings
from gongzhi.engine.calendar import Period, periods_between
from gongzhi.engine.definitions import Resource

CALENDAR_KINDS = {"month", "quarter", "half_year", "year"}


def is_stock(resource: Resource) -> bool:
    """Whether a resource is a register whose stock is owed once, beside what the calendar asks for."""
    return resource.stock and in_force().frequencies[resource.frequency].period in CALENDAR_KINDS


def periods_of(number: str, since: dt.date, until: dt.date) -> Iterator[tuple[Resource, Period]]:
    """The calendar's periods of a resource that begin in or overlap [since, until], with what asks for them.

    An edition asks for the periods that begin while it counts: when the office changes a rhythm, the old
    one ends with its last period and nothing is asked twice.
    """
    for first, end, resource in wordings(number):
        kind = in_force().frequencies[resource.frequency].period
        start = max(since, resource.since)
        if kind not in CALENDAR_KINDS or start > until:
            continue
        for period in periods_between(kind, start, until):
            if (first is None or period.start >= first) and (end is None or period.start < end):
                yield resource, period
