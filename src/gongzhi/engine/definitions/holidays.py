"""Statutory holidays and the working days that make up for them, as the State Council publishes each year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field as Also
from pydantic import model_validator

from gongzhi.engine.calendar import Holidays as Table
from gongzhi.engine.calendar import Roll

from .strict import Strict, Text, Title

if TYPE_CHECKING:
    from .contents import Definitions


class Holiday(Strict):
    """One run of days off, both ends included, and the weekend days worked in exchange."""

    name: Title
    first: dt.date
    last: dt.date
    worked: tuple[dt.date, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError("last 早于 first")
        for day in self.worked:
            if self.first <= day <= self.last:
                raise ValueError(f"{day} 既放假又上班")
            if day.weekday() < 5:
                raise ValueError(f"{day} 不是周末，不需要调休上班")
        return self

    @property
    def days(self) -> Iterator[dt.date]:
        return (self.first + dt.timedelta(days=step) for step in range((self.last - self.first).days + 1))


class HolidayYear(Strict):
    """The arrangement for one year and the document that announces it; `since` is its date."""

    year: int
    document: Title
    since: dt.date
    confirm: bool = False  # to be checked against the document before it is relied on
    holidays: Annotated[tuple[Holiday, ...], Also(min_length=1)]


class Holidays(Strict):
    """All known arrangements. After `known_until` nobody knows yet, and due days are provisional."""

    known_until: dt.date
    note: Text | None = None
    years: Annotated[tuple[HolidayYear, ...], Also(min_length=1)]

    @model_validator(mode="after")
    def _gapless(self) -> Self:
        years = [entry.year for entry in self.years]
        if years != list(range(years[0], years[0] + len(years))):
            raise ValueError("years 应逐年连续、由早到晚")
        if self.known_until != dt.date(years[-1], 12, 31):
            raise ValueError("known_until 应为最后一年的 12 月 31 日")
        if both := self.off & self.worked:
            raise ValueError(f"{min(both)} 既放假又上班")
        return self

    @property
    def known_from(self) -> dt.date:
        return dt.date(self.years[0].year, 1, 1)

    @property
    def off(self) -> frozenset[dt.date]:
        """Days off by arrangement; they include the weekends inside a run, not the other weekends."""
        return frozenset(day for entry in self.years for holiday in entry.holidays for day in holiday.days)

    @property
    def worked(self) -> frozenset[dt.date]:
        """Saturdays and Sundays that are working days."""
        return frozenset(day for entry in self.years for holiday in entry.holidays for day in holiday.worked)

    @cached_property
    def table(self) -> Table:
        """The arrangements as the calendar counts with them; every due day asks for it."""
        return Table(self.off, self.worked, self.known_until, self.known_from)


def roll_on(definitions: Definitions, day: dt.date) -> Roll:
    """How due days that are counted in calendar days move on days off, as the parameters of a day say.

    A district that does not know the switches counts as its notice is worded.
    """
    if _on(definitions, "extend_for_long_holiday", day):
        return "statutory"
    return "next_workday" if _on(definitions, "shift_to_working_day", day) else "none"


def _on(definitions: Definitions, key: str, day: dt.date) -> bool:
    switch = definitions.parameters.get(key)
    value = switch.at(day) if switch else None
    return bool(value and value.value)
