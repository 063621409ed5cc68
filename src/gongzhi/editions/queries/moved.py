"""What a changed table of days off does: which due days it moves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from gongzhi.engine.calendar import Holidays, Period, due_day, periods_between
from gongzhi.engine.definitions import DefinitionError, Definitions, Frequency, roll_on, understood
from gongzhi.engine.definitions import Holidays as Announced

from .counting import in_force

CALENDAR = ("month", "quarter", "half_year", "year")
WEEKDAYS = "一二三四五六日"


class Move(NamedTuple):
    """A due day before and after; `was` is None where nothing was known for sure."""

    what: str
    was: dt.date
    now: dt.date
    known: bool  # whether the day before stood for sure


def short_day(day: dt.date, year: int | None = None) -> str:
    """A day with its weekday, as the announcements write it."""
    head = f"{day.year}年" if day.year != year else ""
    return f"{head}{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"


def moved(texts: Mapping[str, str], basis: Mapping[str, str] | None) -> dict[str, Any]:
    """Due days that the new table moves against the one before; empty where there is none, or no change."""
    if basis is None or basis == texts:
        return {}
    try:
        before, after = (_table(found) for found in (basis, texts))
    except DefinitionError:
        return {}
    days = sorted((before.holidays ^ after.holidays) | (before.working_weekends ^ after.working_weekends))
    if not days:
        return {}
    known = in_force()
    return {
        "periods": list(_periods(known, before, after, days)),
        "terms": list(_terms(known, before, after, days)),
        "rolls": any(roll_on(known, day) != "none" for day in days),
    }


def _table(texts: Mapping[str, str]) -> Holidays:
    ((name, text),) = texts.items()
    return understood(name, text.encode(), Announced)[1].table


def _periods(known: Definitions, before: Holidays, after: Holidays, days: list[dt.date]) -> Iterator[Move]:
    """Due days of the periods of the calendar, in their order."""
    used = {resource.frequency for resource in known.resources.values()}
    since, until = days[0] - dt.timedelta(days=400), days[-1]
    found = [
        move
        for frequency in known.frequencies.values() if frequency.wording in used
        if frequency.period in CALENDAR
        for period in periods_between(frequency.period, since, until)
        for move in _one(known, frequency, period, (before, after))
    ]  # fmt: skip
    yield from sorted(found, key=lambda move: (move.was, move.what))


def _one(
    known: Definitions, frequency: Frequency, period: Period, tables: tuple[Holidays, Holidays]
) -> Iterator[Move]:
    count = _days(known, frequency, period.end)
    roll = roll_on(known, period.end)
    if count is None or roll == "none":
        return
    was, now = (due_day(period, count, roll=roll, holidays=table) for table in tables)
    if was.effective != now.effective:
        yield Move(f"{frequency.wording}，{period.label}", was.effective, now.effective, was.assured)


def _terms(known: Definitions, before: Holidays, after: Holidays, days: list[dt.date]) -> Iterator[Move]:
    """Terms in working days, for what is asked on the last working day before each run of changed days."""
    terms: dict[int, list[str]] = {}
    for frequency in known.frequencies.values():
        if frequency.counted == "working_days" and (count := _days(known, frequency, days[0])):
            terms.setdefault(count, []).append(frequency.wording)
    for day in [day for day in days if day - dt.timedelta(days=1) not in days]:
        asked = day - dt.timedelta(days=1)
        while not after.is_working(asked):
            asked -= dt.timedelta(days=1)
        for count, wordings in sorted(terms.items()):
            was, now = (table.add_working_days(asked, count) for table in (before, after))
            if was.day != now.day:
                yield Move(
                    f"{'、'.join(wordings)}，{short_day(asked)}起 {count} 个工作日",
                    was.day,
                    now.day,
                    was.assured,
                )


def _days(known: Definitions, frequency: Frequency, day: dt.date) -> int | None:
    """Days that a rhythm gives, its own or the office's."""
    if frequency.due_days is not None:
        return frequency.due_days
    parameter = known.parameters.get(frequency.due_parameter or "")
    value = parameter.at(day) if parameter else None
    return int(value.value) if value else None
