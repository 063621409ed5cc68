"""When a hand-in is due, and how late it was."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from typing import Literal, NamedTuple

from gongzhi.engine.calendar.holidays import Holidays
from gongzhi.engine.calendar.periods import Period

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has kept one zone without summer time since 1992; a fixed offset needs no zone database."""

Roll = Literal["none", "next_workday", "statutory"]
_LONG_HOLIDAY = 3


class Due(NamedTuple):
    """The due day as the notice counts it (`raw`) and after the roll (`effective`), both to the day's end.

    `assured` is False when the roll had to look beyond the holiday table: show it with a warning.
    """

    raw: date
    effective: date
    assured: bool = True


def due_day(period: Period, days_after: int, *, roll: Roll = "none", holidays: Holidays | None = None) -> Due:
    """The period's last day plus `days_after` calendar days (月后15日内: 15).

    roll: `none` leaves the day (the notice's wording); `next_workday` moves a due day on which nobody works
    to the next working day; `statutory` first adds the days of every holiday of three or more days in a row
    that falls inside the window (税收征收管理法实施细则 第109条), then moves likewise. Weekends of the
    ordinary week are no such holiday. A roll without a holiday table raises ValueError.
    """
    if days_after < 0:
        raise ValueError("a due day does not lie before the end of its period")
    raw = period.end + timedelta(days=days_after)
    if roll == "none":
        return Due(raw, raw)
    if holidays is None:
        raise ValueError("a working-day roll needs a holiday table")
    extended = raw
    if roll == "statutory":
        extended += timedelta(days=_long_holidays(period.end + timedelta(days=1), raw, holidays))
    effective, assured = holidays.next_working_day(extended)
    return Due(raw, effective, assured and holidays.knows(raw))


def due_working_day(period: Period, working_days: int, holidays: Holidays) -> Due:
    """The period's last day plus working days (按次 counts from the event, a reply from the request)."""
    day, assured = holidays.add_working_days(period.end, working_days)
    return Due(day, day, assured)


def due_instant(day: date) -> datetime:
    """The first instant that is too late: midnight at the end of the day, Asia/Shanghai."""
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI)


def days_late(received_at: datetime, due: date) -> int:
    """Calendar days between the due day and the day of receipt in Shanghai; 0 when in time.

    Raises ValueError for an instant without a zone.
    """
    if received_at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return max((received_at.astimezone(SHANGHAI).date() - due).days, 0)


def _long_holidays(first: date, last: date, holidays: Holidays) -> int:
    """Days of the holidays of three or more days in a row that lie inside first … last."""
    total = run = 0
    named = False
    day = first
    while day <= last + timedelta(days=1):
        if day <= last and not holidays.is_working(day):
            run, named = run + 1, named or day in holidays.holidays
        else:
            total += run if named and run >= _LONG_HOLIDAY else 0
            run, named = 0, False
        day += timedelta(days=1)
    return total
