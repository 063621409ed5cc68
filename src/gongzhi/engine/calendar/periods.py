"""What a hand-in is for: a month, a quarter, a half-year, a year, an event's day or a request.

=============  ================  =======================
kind           code              Chinese label
=============  ================  =======================
``month``      ``2026-09``       2026年9月
``quarter``    ``2026Q1``        2026年一季度
``half_year``  ``2026H1``        2026年上半年
``year``       ``2026``          2026年
``day``        ``2026-09-15``    2026年9月15日
``request``    ``R20260915-003`` 2026年9月15日第3号提请
=============  ================  =======================

A request's number carries the day on which it was sent, because its reply is due from that day.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import total_ordering
from typing import Literal, get_args

Kind = Literal["month", "quarter", "half_year", "year", "day", "request"]
KINDS: tuple[str, ...] = get_args(Kind)
_MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
_KIND_OF: dict[int, Kind] = {1: "month", 3: "quarter", 6: "half_year", 12: "year"}
_RANK = {kind: rank for rank, kind in enumerate(KINDS)}
_QUARTERS = "一二三四"
_HALVES = "上下"
_YEAR = r"(?P<year>(?:19|20|21)\d\d)"
_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


class PeriodError(ValueError):
    """A text that names no period, or a question that a period of this kind cannot answer."""


@total_ordering
@dataclass(frozen=True, slots=True)
class Period:
    """One period, first and last day inclusive. Ordered by end, then start, then kind, then number."""

    kind: Kind
    start: date
    end: date
    number: int = field(default=0)
    """The number of a request within its day; 0 for every other kind."""

    @property
    def code(self) -> str:
        """The stable machine form, read back by `parse_period`."""
        match self.kind:
            case "month":
                return f"{self.start:%Y-%m}"
            case "quarter":
                return f"{self.start.year}Q{self._part(3)}"
            case "half_year":
                return f"{self.start.year}H{self._part(6)}"
            case "year":
                return str(self.start.year)
            case "day":
                return self.start.isoformat()
            case "request":
                return f"R{self.start:%Y%m%d}-{self.number:03d}"

    @property
    def label(self) -> str:
        """How a clerk writes it."""
        year, month, day = self.start.year, self.start.month, self.start.day
        match self.kind:
            case "month":
                return f"{year}年{month}月"
            case "quarter":
                return f"{year}年{_QUARTERS[self._part(3) - 1]}季度"
            case "half_year":
                return f"{year}年{_HALVES[self._part(6) - 1]}半年"
            case "year":
                return f"{year}年"
            case "day":
                return f"{year}年{month}月{day}日"
            case "request":
                return f"{year}年{month}月{day}日第{self.number}号提请"

    def next(self) -> Period:
        """The period that follows; PeriodError for a request, which nothing follows."""
        return self._neighbour(self.end + timedelta(days=1))

    def previous(self) -> Period:
        """The period before; PeriodError for a request."""
        return self._neighbour(self.start - timedelta(days=1))

    def holds(self, day: date) -> bool:
        """Whether the day lies inside."""
        return self.start <= day <= self.end

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Period):
            return NotImplemented
        return self._key() < other._key()

    def __str__(self) -> str:
        return self.code

    def _key(self) -> tuple[date, date, int, int]:
        return self.end, self.start, _RANK[self.kind], self.number

    def _part(self, months: int) -> int:
        return (self.start.month - 1) // months + 1

    def _neighbour(self, day: date) -> Period:
        if self.kind == "request":
            raise PeriodError("a request has no period before or after it")
        return period_of(self.kind, day)


def period_of(kind: str, day: date) -> Period:
    """The period of this kind that holds the day; PeriodError for `request` and unknown kinds."""
    if kind == "day":
        return Period("day", day, day)
    months = _MONTHS.get(kind)
    if months is None:
        raise PeriodError(f"no period of kind {kind!r} can be told from a day")
    return _span(day.year, (day.month - 1) // months + 1, months)


def request_period(sent: date, number: int) -> Period:
    """The period of the n-th request sent on a day (numbers from 1 to 999,999)."""
    if not 1 <= number <= 999_999:
        raise PeriodError(f"{number} is not the number of a request")
    return Period("request", sent, sent, number)


def periods_between(kind: str, first: date, last: date) -> list[Period]:
    """Every period of this kind that shares a day with first … last (both inclusive), in order."""
    found: list[Period] = []
    if last < first:
        return found
    period = period_of(kind, first)
    while period.start <= last:
        found.append(period)
        period = period.next()
    return found


def _span(year: int, part: int, months: int) -> Period:
    kind = _KIND_OF[months]
    first, after = (part - 1) * months + 1, part * months + 1
    end = date(year + 1, 1, 1) if after > 12 else date(year, after, 1)
    return Period(kind, date(year, first, 1), end - timedelta(days=1))


def parse_period(text: str) -> Period:
    """Read a period's code exactly as `Period.code` writes it; PeriodError for anything else."""
    for pattern, build in _CODES:
        found = pattern.fullmatch(text)
        if found:
            return _built(text, found, build)
    raise PeriodError(f"{text!r} is not a period (2026-09, 2026Q3, 2026H1, 2026, 2026-09-15, R20260915-003)")


def parse_period_text(text: str) -> Period:
    """Read a period as people write it in a cell: 2026年一季度, 2026年第1季度, 2026年9月, 202609, 2026/9, ….

    Full-width characters and blanks are taken as they are meant. A year of two digits, or a month without a
    year, names no period: PeriodError.
    """
    plain = "".join(text.translate(_WIDTH).split()).upper()
    for pattern, build in (*_CODES, *_TEXTS):
        found = pattern.fullmatch(plain)
        if found:
            return _built(text, found, build)
    raise PeriodError(f"{text!r} names no period")


def _built(text: str, found: re.Match[str], build: Callable[[re.Match[str]], Period]) -> Period:
    try:
        return build(found)
    except ValueError as error:
        raise PeriodError(f"{text!r} is not a period") from error


def _month(found: re.Match[str]) -> Period:
    return period_of("month", date(int(found["year"]), int(found["month"]), 1))


def _whole_year(found: re.Match[str]) -> Period:
    return _span(int(found["year"]), 1, 12)


def _part_of(months: int) -> Callable[[re.Match[str]], Period]:
    def build(found: re.Match[str]) -> Period:
        part = found["part"]
        for names in (_QUARTERS, _HALVES):
            part = str(names.index(part) + 1) if part in names else part
        return _span(int(found["year"]), int(part), months)

    return build


def _day(found: re.Match[str]) -> Period:
    day = date(int(found["year"]), int(found["month"]), int(found["day"]))
    return Period("day", day, day)


def _request(found: re.Match[str]) -> Period:
    day = date(int(found["year"]), int(found["month"]), int(found["day"]))
    return request_period(day, int(found["number"]))


def _patterns(
    *rules: tuple[str, Callable[[re.Match[str]], Period]],
) -> tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Period]], ...]:
    return tuple((re.compile(pattern, re.ASCII), build) for pattern, build in rules)


_CODES = _patterns(
    (_YEAR + r"-(?P<month>0[1-9]|1[0-2])", _month),
    (_YEAR + r"Q(?P<part>[1-4])", _part_of(3)),
    (_YEAR + r"H(?P<part>[12])", _part_of(6)),
    (_YEAR, _whole_year),
    (_YEAR + r"-(?P<month>\d\d)-(?P<day>\d\d)", _day),
    (r"R" + _YEAR + r"(?P<month>\d\d)(?P<day>\d\d)-(?P<number>\d{3}|[1-9]\d{3,5})", _request),
)
_TEXTS = _patterns(
    (_YEAR + r"(?:年|[-/.])(?P<month>0?[1-9]|1[0-2])(?:月份?)?", _month),
    (_YEAR + r"(?P<month>0[1-9]|1[0-2])", _month),
    (_YEAR + r"年?度?[-/.]?第?(?P<part>[1-4一二三四])季度?", _part_of(3)),
    (_YEAR + r"(?:年|[-/.])?(?:Q(?P<part>[1-4]))", _part_of(3)),
    (_YEAR + r"年?度?(?P<part>[上下])半年度?", _part_of(6)),
    (_YEAR + r"(?:年|[-/.])?(?:H(?P<part>[12]))", _part_of(6)),
    (_YEAR + r"(?:年度?|全年|年全年)", _whole_year),
    (_YEAR + r"(?:年|[-/.])(?P<month>\d\d?)(?:月|[-/.])(?P<day>\d\d?)日?", _day),
    (_YEAR + r"(?P<month>\d\d)(?P<day>\d\d)", _day),
)
