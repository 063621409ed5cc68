"""Working days by our own dated table of holidays, which always ends somewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

_SATURDAY = 5


class WorkingDay(NamedTuple):
    """A day counted in working days. `assured` is False when the count left the table's reach."""

    day: date
    assured: bool


@dataclass(frozen=True, slots=True)
class Holidays:
    """Public holidays (国务院办公厅 announces them year by year) and the weekends worked in exchange.

    `known_from` and `known_until` bound the table, both inclusive. Outside, Saturdays and Sundays alone are
    free, and every answer says `assured=False`, so that the page can warn; nothing is raised, because a
    due day three years ahead must still have a first reading.
    """

    holidays: frozenset[date] = field(default_factory=frozenset)
    working_weekends: frozenset[date] = field(default_factory=frozenset)
    known_until: date = date.min
    known_from: date = date.min

    def __post_init__(self) -> None:
        both = self.holidays & self.working_weekends
        if both:
            raise ValueError(f"both holiday and working day: {', '.join(map(str, sorted(both)))}")
        weekdays = sorted(day for day in self.working_weekends if day.weekday() < _SATURDAY)
        if weekdays:
            raise ValueError(f"not a weekend: {', '.join(map(str, weekdays))}")
        beyond = [d for d in self.holidays | self.working_weekends if not self.knows(d)]
        if beyond:
            raise ValueError(f"outside the table's reach: {', '.join(map(str, sorted(beyond)))}")

    def knows(self, day: date) -> bool:
        """Whether the table reaches this day."""
        return self.known_from <= day <= self.known_until

    def is_working(self, day: date) -> bool:
        """Whether people work on this day; by weekday alone where the table does not reach."""
        if day in self.holidays:
            return False
        return day.weekday() < _SATURDAY or day in self.working_weekends

    def next_working_day(self, day: date) -> WorkingDay:
        """The day itself when it is worked, else the first worked day after it."""
        reached = day
        while not self.is_working(reached):
            reached += timedelta(days=1)
        return WorkingDay(reached, self.knows(day) and self.knows(reached))

    def add_working_days(self, day: date, count: int) -> WorkingDay:
        """The count-th working day after the day (which itself does not count); 0 gives the day itself.

        Raises ValueError when count is negative.
        """
        if count < 0:
            raise ValueError("working days are counted forwards")
        reached, left = day, count
        while left:
            reached += timedelta(days=1)
            left -= self.is_working(reached)
        return WorkingDay(reached, self.knows(day) and self.knows(reached))
