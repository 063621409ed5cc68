"""The stretch of time that a picture is about, chosen in the address."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Max, Min, QuerySet

from gongzhi.catalogue.models import Obligation
from gongzhi.gate import number_in

TWELVE, ALL = "12m", "all"
EARLIEST, LATEST = dt.date(2000, 1, 1), dt.date(2100, 12, 31)


@dataclass(frozen=True)
class Span:
    """Periods that end from `first` to `last` (both inclusive); `before`: what it is compared with."""

    key: str
    title: str
    first: dt.date
    last: dt.date
    before: tuple[dt.date, dt.date] | None

    @property
    def by_year(self) -> bool:
        """Whether a chart of it has a bar a year; otherwise a bar a month."""
        return self.key == ALL

    @property
    def query(self) -> str:
        """The span as the calendar's address says it."""
        return f"since={self.first}&until={self.last}"


def span_of(text: str, today: dt.date) -> Span:
    """The span that an address asks for: `12m`, `all`, or a year; twelve months when it is not understood."""
    if text == ALL:
        return Span(ALL, "全部", EARLIEST, LATEST, None)
    year = number_in(text)
    if year and EARLIEST.year < year <= LATEST.year:
        return _year(year)
    first = _year_before(today)
    return Span(
        TWELVE, "近十二个月", first + dt.timedelta(1), today, (_year_before(first) + dt.timedelta(1), first)
    )


def _year(year: int) -> Span:
    whole = [(dt.date(n, 1, 1), dt.date(n, 12, 31)) for n in (year, year - 1)]
    return Span(str(year), f"{year}年", *whole[0], whole[1])


def _year_before(day: dt.date) -> dt.date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def choices(rows: QuerySet[Obligation]) -> list[tuple[str, str]]:
    """The spans that can be chosen: twelve months, each year for which something is owed, all."""
    ends = rows.aggregate(first=Min("period_end"), last=Max("period_end"))
    years = range(ends["last"].year, ends["first"].year - 1, -1) if ends["first"] else ()
    return [(TWELVE, "近十二个月"), *((str(year), f"{year}年") for year in years), (ALL, "全部")]
