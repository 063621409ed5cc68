"""Read the State Council's yearly announcement of days off, as it is worded since 2007.

    二、春节：2月15日（农历腊月二十八、周日）至23日（正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。

What is read is shown to a person before it counts; what is not understood is left to her.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

_ITEM = re.compile(
    r"^\s*(?:[一二三四五六七八九十]+\s*、|\d+\s*[.、．])\s*(?P<name>[^：:\n]{2,12})[：:]", re.MULTILINE
)
_BRACKETS = re.compile(r"[（(][^（）()]*[）)]")
_DAY = r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日"
_RUN = re.compile(rf"{_DAY}(?:\s*[至到—-]+\s*{_DAY})?[^。；\n]*?(?:放假|休息)")
_ONE = re.compile(_DAY)


class NoSuchDay(Exception):
    """The text names a day that there is not; in Chinese."""


def read_announcement(text: str, year: int) -> list[dict[str, Any]]:
    """The holidays that an announcement for a year lays down, as the table of days off holds them.

    Empty where nothing is understood. NoSuchDay for a day that no calendar has.
    """
    heads = list(_ITEM.finditer(text))
    ends = [*(head.start() for head in heads), len(text)][1:]
    found = [
        _holiday(head["name"].strip(), _BRACKETS.sub("", text[head.end() : end]), year)
        for head, end in zip(heads, ends, strict=True)
    ]
    return [one for one in found if one]


def _holiday(name: str, text: str, year: int) -> dict[str, Any] | None:
    """One item: its first run of days off, and the days of every sentence that says 上班."""
    run = _RUN.search(text)
    if run is None:
        return None
    first = _day(run.groups()[:3], year, None)
    last = _day(run.groups()[3:], first.year, first) if run[6] else first
    if last < first:
        last = last.replace(year=first.year + 1)
    sentences = [one for one in re.split(r"[。；\n]", text) if "上班" in one]
    worked = [day for one in sentences for day in _days(one, year)]
    return {"name": name, "first": first, "last": last, **({"worked": worked} if worked else {})}


def _days(sentence: str, year: int) -> list[dt.date]:
    """The days of a sentence; a month said once holds for those after it."""
    found: list[dt.date] = []
    for one in _ONE.finditer(sentence):
        found.append(_day(one.groups(), year, found[-1] if found else None))
    return found


def _day(parts: tuple[str | None, ...], year: int, before: dt.date | None) -> dt.date:
    said, month, day = (int(part) if part else None for part in parts)
    if month is None and before is None:
        raise NoSuchDay("日期没有写月份")
    chosen = month or (before.month if before else 1)
    try:
        return dt.date(said or (before.year if before else year), chosen, day or 1)
    except ValueError as error:
        raise NoSuchDay(f"没有 {chosen}月{day}日 这一天") from error
