"""The examples of checks that know history, run: a definition that does not do what it says is named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from gongzhi.engine.calendar import parse_period
from gongzhi.engine.definitions import (
    Definitions,
    Field,
    FieldType,
    HistoryCheck,
    NearDuplicate,
    PresentElsewhere,
    RowsExample,
    Seasonal,
    Sheet,
    StockAndFlow,
)

from .history import check_past, season
from .model import Context, Past, Typed, nowhere
from .rows import Rows

_NOTHING = "没有发现"
_AMOUNTS = {FieldType.MONEY, FieldType.AREA, FieldType.NUMBER, FieldType.COUNT}


@dataclass(frozen=True)
class Trial:
    """One example run: what it says, what must come out, and what did."""

    says: str
    wanted: str
    got: str

    @property
    def good(self) -> bool:
        return self.wanted == self.got


def history_failures(definitions: Definitions) -> list[str]:
    """Every example whose outcome is not the stated one, in Chinese with the check's key."""
    return [text for check in definitions.history_checks.values() for text in failures(definitions, check)]


def failures(definitions: Definitions, check: HistoryCheck) -> list[str]:
    """`history_failures` of one check, in every table in which it is asked."""
    return [
        f"checks/{check.key}.yml（{asked.table}）：例“{one.says}”的结果与写明的不符（得到 {one.got}）"
        for asked in check.each
        for one in trials(definitions, asked)
        if not one.good
    ]


def trials(definitions: Definitions, check: HistoryCheck) -> Iterator[Trial]:
    """Every example of a check with its outcome in the first of its tables."""
    compares = check.compares
    if isinstance(compares, Seasonal):
        for one in compares.examples:
            stands = season(compares, parse_period(one.period), one.earlier, one.value)
            found = bool(stands and stands.unlike)
            yield Trial(one.says, *("不合往期" if unlike else _NOTHING for unlike in (one.unlike, found)))
        return
    sheet = definitions.tables[check.table][1]
    for example in compares.examples:
        rows = found_rows(definitions, check, sheet, example)
        yield Trial(example.says, *(_rows(found) for found in (sorted(example.found), rows)))


def _rows(numbers: list[int]) -> str:
    return "、".join(f"第{row}行" for row in numbers) or _NOTHING


def found_rows(
    definitions: Definitions, check: HistoryCheck, sheet: Sheet, example: RowsExample
) -> list[int]:
    """The rows of an example (from 1) that the check finds."""
    keys = sorted({key for row in example.rows for key in row})
    columns = {key: pl.Series(key, [row.get(key) for row in example.rows], pl.String) for key in keys}
    context = Context(
        definitions.findings,
        as_of=dt.date.max,
        past=(Past(check, there=_there(check, sheet, example), elsewhere=""),),
    )
    typed = {key: Typed(_read(sheet.field(key), values), nowhere()) for key, values in columns.items()}
    numbers = pl.Series(range(1, len(example.rows) + 1), dtype=pl.UInt32)
    found = check_past(Rows(sheet, typed, columns, numbers, context))
    return sorted({int(at) + 1 for _, fault in found if fault.at is not None for at in fault.at})


def _there(check: HistoryCheck, sheet: Sheet, example: RowsExample) -> pl.DataFrame | None:
    if example.there is None:
        return None
    columns = [
        pl.Series(mine, [row.get(theirs) for row in example.there], pl.String)
        for mine, theirs in _names(check).items()
    ]
    if isinstance(check.compares, NearDuplicate | StockAndFlow):
        columns = [_read(sheet.field(values.name), values) for values in columns]
    frame = pl.DataFrame(columns)
    return frame.with_columns(pl.col("closed_on").str.to_date()) if "closed_on" in frame.columns else frame


def _names(check: HistoryCheck) -> dict[str, str]:
    """The fields of what is compared with: the name that the check uses → the name in the example."""
    match check.compares:
        case PresentElsewhere() as compares:
            return compares.match
        case NearDuplicate() as compares:
            return {key: key for key in compares.fields}
        case StockAndFlow() as compares:
            return {key: key for key in (*compares.same, compares.carried)}
    return {"code": "code", "name": "name", "closed_on": "closed_on"}


def _read(field: Field, values: pl.Series) -> pl.Series:
    """Days as days, amounts as numbers; an example writes all of these in one measure."""
    if field.type is FieldType.DATE:
        return values.str.to_date()
    return values.cast(pl.Float64) if field.type in _AMOUNTS else values
