"""Periods, due days and days as written in cells. No clock: every "today" is an argument."""

from gongzhi.engine.calendar.days import HOWS, DayReading, parse_day, parse_days, read_day
from gongzhi.engine.calendar.due import (
    SHANGHAI,
    Due,
    Roll,
    days_late,
    due_day,
    due_instant,
    due_working_day,
)
from gongzhi.engine.calendar.holidays import Holidays, WorkingDay
from gongzhi.engine.calendar.periods import (
    KINDS,
    Period,
    PeriodError,
    parse_period,
    parse_period_text,
    period_of,
    periods_between,
    request_period,
)

__all__ = [
    "HOWS",
    "KINDS",
    "SHANGHAI",
    "DayReading",
    "Due",
    "Holidays",
    "Period",
    "PeriodError",
    "Roll",
    "WorkingDay",
    "days_late",
    "due_day",
    "due_instant",
    "due_working_day",
    "parse_day",
    "parse_days",
    "parse_period",
    "parse_period_text",
    "period_of",
    "periods_between",
    "read_day",
    "request_period",
]
