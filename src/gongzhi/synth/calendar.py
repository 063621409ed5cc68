"""The synthetic year: which periods are closed, what is due when, and the day on which the scan runs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from gongzhi.engine.calendar import SHANGHAI, Period, parse_period, periods_between
from gongzhi.engine.definitions import Definitions, Resource

SCAN_DAYS = 25  # after the last month's end, when both sides have arrived
_DUE_DAYS = 15
_CALENDAR = {"month", "quarter", "half_year", "year"}


@dataclass(frozen=True)
class Year:
    """Twelve months that end with `until` (its code, 2026-09)."""

    until: str
    definitions: Definitions

    @cached_property
    def last(self) -> Period:
        return parse_period(self.until)

    @cached_property
    def first_day(self) -> dt.date:
        return (self.last.end + dt.timedelta(days=1)).replace(
            year=self.last.end.year - (self.last.end.month < 12)
        )

    @property
    def last_day(self) -> dt.date:
        return self.last.end

    @property
    def as_of(self) -> dt.date:
        return self.last_day + dt.timedelta(days=SCAN_DAYS)

    def periods(self, resource: Resource) -> list[Period]:
        """The periods of a resource that end within the year; event and request resources have one."""
        kind = self.definitions.frequencies[resource.frequency].period
        if kind == "event":
            return [Period("day", self.last.start, self.last.start)]
        if kind == "request":
            return [parse_period(f"R{self.last.start:%Y%m%d}-001")]
        between = periods_between(kind if kind in _CALENDAR else "quarter", self.first_day, self.last_day)
        return [period for period in between if period.end <= self.last_day]

    def period_of(self, resource: Resource, day: dt.date) -> Period | None:
        """The closed period that holds the day; None when there is none."""
        return next((one for one in self.periods(resource) if one.start <= day <= one.end), None)

    def due(self, resource: Resource, period: Period) -> dt.date:
        """The last day on which the file is in time; fifteen days where the notice leaves it open."""
        days = self.definitions.frequencies[resource.frequency].due_days
        return period.end + dt.timedelta(days=days if days is not None else _DUE_DAYS)

    def instant(self, day: dt.date, minute: int) -> dt.datetime:
        """A moment in the working hours of a day, Shanghai time."""
        return dt.datetime.combine(day, dt.time(8, 30), SHANGHAI) + dt.timedelta(minutes=minute % 560)
