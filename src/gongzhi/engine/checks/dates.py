"""Columns of days and periods."""

from __future__ import annotations

import datetime as dt
import re

import polars as pl

from gongzhi.engine.calendar import (
    Period,
    PeriodError,
    parse_day,
    parse_days,
    parse_period,
    parse_period_text,
    period_of,
)
from gongzhi.engine.definitions import FieldType

from .cells import emptied, excel_errors, failed_at, how, nothing, repairs_of, replaced
from .model import Context, Fault, Repair, Typed, Written

_EARLIEST, _LATEST = dt.date(1900, 1, 1), dt.date(2150, 12, 31)
_HOW = {"separators": "date_form", "compact": "date_form", "chinese": "date_form", "timestamp": "date_time"}
_SERIAL = r"^\s*\d{5}(?:\.0+)?\s*$"
_MONTH_ONLY = r"^\d{4}\s*[年.\-/]\s*\d{1,2}\s*月?$"


def read_date(written: Written) -> Typed:
    """Days in any form that people use; a month alone is no day."""
    texts = written.texts
    days = parse_days(texts)
    values = days["value"]
    rest = (values.is_null() & texts.is_not_null()).arg_true()
    faults: list[Fault] = []
    repairs: list[Repair] = []
    if len(rest):
        faults, repairs = _unread(texts, rest)
    repairs += _repairs(texts, days)
    odd = ((values < _EARLIEST) | (values > _LATEST)).fill_null(False).arg_true()
    if len(odd):
        faults.append(Fault("odd_date", odd, texts.gather(odd)))
        values = replaced(values, odd, pl.Series([None], dtype=pl.Date).new_from_index(0, len(odd)))
    failed = failed_at(*faults)
    if written.field.in_period:
        faults += _outside(values, texts, written.context)
    return Typed(values, failed, tuple(faults), tuple(repairs))


def _unread(texts: pl.Series, rest: pl.Series) -> tuple[list[Fault], list[Repair]]:
    before = texts.gather(rest)
    empties = emptied(before, nothing(before))[1]
    repairs = [
        Repair(one.code, rest.gather(one.at), one.before, one.after) for one in empties if one.at is not None
    ]
    blank = before.str.contains(r"^[\s\x{a0}\x{3000}\x{200b}\x{feff}]*$")
    blank = blank.scatter(nothing(before), True) if repairs else blank
    errors = pl.Series([False]).new_from_index(0, len(before)).scatter(excel_errors(before), True)
    month = before.str.contains(_MONTH_ONLY) & ~blank
    other = ~(blank | errors | month)
    groups = {"month_only": month, "excel_error": errors, "not_date": other}
    faults = [
        Fault(code, rest.filter(mask), before.filter(mask)) for code, mask in groups.items() if mask.any()
    ]
    return faults, repairs


def _repairs(texts: pl.Series, days: pl.DataFrame) -> list[Repair]:
    at = days["repaired"].arg_true()
    if not len(at):
        return []
    before, after = texts.gather(at), days["value"].gather(at).cast(pl.String)
    form = days["how"].gather(at).cast(pl.String)
    code = form.replace_strict({**_HOW, "serial": "date_serial"}, default=None, return_dtype=pl.String)
    code = code.zip_with(code.is_not_null(), how(before, after))
    return list(repairs_of(at, before, after, code))


def _outside(values: pl.Series, texts: pl.Series, context: Context) -> list[Fault]:
    """Days outside the file's period, and days that have not come yet."""
    period = context.period
    faults = []
    future = values > context.as_of
    if period and period.kind != "request":
        # What has not come yet is no late report: it is asked about as such.
        out = ((values < period.start) | (values > period.end)) & ~future
        at = out.fill_null(False).arg_true()
        if len(at):
            faults.append(Fault("out_of_period", at, texts.gather(at), places={"period": period.label}))
    late = future.fill_null(False).arg_true()
    if len(late):
        places = {"as_of": context.as_of.isoformat()}
        faults.append(Fault("future_date", late, texts.gather(late), places=places))
    return faults


def read_period(written: Written) -> Typed:
    """Periods as people write them, kept as their code (2026-09, 2026Q3, 2026H1, 2026)."""
    texts, empties = emptied(written.texts, nothing(written.texts))
    codes = {text: _period_code(text) for text in texts.drop_nulls().unique().to_list()}
    blank = [text for text in codes if not "".join(text.split()).strip("\u200b\ufeff")]
    values = texts.replace_strict(codes, default=None, return_dtype=pl.String)
    wrong = (values.is_null() & texts.is_not_null() & ~texts.is_in(blank)).fill_null(False).arg_true()
    changed = (values != texts).fill_null(False).arg_true()
    before = texts.gather(changed)
    serial = before.str.contains(_SERIAL)
    form = pl.select(pl.when(serial).then(pl.lit("date_serial")).otherwise(pl.lit("period_form"))).to_series()
    repairs = (*empties, *repairs_of(changed, before, values.gather(changed), form))
    faults = [Fault("not_period", wrong, texts.gather(wrong))] if len(wrong) else []
    failed = failed_at(*faults)
    if written.field.in_period and written.context.period:
        faults += _apart(values, texts, written.context.period)
    return Typed(values, failed, tuple(faults), repairs)


def _period_code(text: str) -> str | None:
    """The code of a period; the first day is what a spreadsheet makes of 2021年6月, any other day is none.

    In a csv that day may be left as the spreadsheet's number (44348).
    """
    day = parse_day(text) if re.match(_SERIAL, text) else None
    try:
        period = period_of("day", day) if day else parse_period_text(text)
    except PeriodError:
        return None
    if period.kind != "day":
        return period.code
    return period_of("month", period.start).code if period.start.day == 1 else None


def _apart(values: pl.Series, texts: pl.Series, period: Period) -> list[Fault]:
    """Periods that share no day with the file's."""
    apart = {}
    for code in values.drop_nulls().unique().to_list():
        other = parse_period(code)
        apart[code] = other.end < period.start or other.start > period.end
    out = values.replace_strict(apart, default=False, return_dtype=pl.Boolean).fill_null(False).arg_true()
    places = {"period": period.label}
    return [Fault("out_of_period", out, texts.gather(out), places=places)] if len(out) else []


def year_outside(typed: Typed, written: Written) -> Typed:
    """Years that share no day with the file's period."""
    period = written.context.period
    if written.field.type is not FieldType.YEAR or not written.field.in_period or period is None:
        return typed
    out = (typed.values < period.start.year) | (typed.values > period.end.year)
    at = out.fill_null(False).arg_true()
    if not len(at):
        return typed
    fault = Fault("out_of_period", at, written.texts.gather(at), places={"period": period.label})
    return Typed(typed.values, typed.failed, (*typed.faults, fault), typed.repairs)
