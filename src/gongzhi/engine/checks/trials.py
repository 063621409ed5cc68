"""The examples of checks that know history, run: a definition that does not do what it says is named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import polars as pl

from gongzhi.engine.calendar import parse_period
from gongzhi.engine.definitions import (
    Definitions,
    HistoryCheck,
    PresentElsewhere,
    RowsExample,
    Seasonal,
    Sheet,
)

from .history import check_past, season
from .model import Context, Past, Typed, nowhere
from .rows import Rows


def history_failures(definitions: Definitions) -> list[str]:
    """Every example whose outcome is not the stated one, in Chinese with the check's key."""
    found = (
        f"checks/{key}.yml：例“{says}”的结果与写明的不符（得到 {got}）"
        for key, check in definitions.history_checks.items()
        for says, got in _failures(definitions, check)
    )
    return list(found)


def _failures(definitions: Definitions, check: HistoryCheck) -> Iterator[tuple[str, str]]:
    compares = check.compares
    if isinstance(compares, Seasonal):
        for one in compares.examples:
            stands = season(compares, parse_period(one.period), one.earlier, one.value)
            if bool(stands and stands.unlike) != one.unlike:
                yield one.says, "不合往期" if stands and stands.unlike else "没有发现"
        return
    sheet = definitions.tables[check.table][1]
    for example in compares.examples:
        rows = found_rows(definitions, check, sheet, example)
        if rows != sorted(example.found):
            yield example.says, "、".join(f"第{row}行" for row in rows) or "没有发现"


def found_rows(
    definitions: Definitions, check: HistoryCheck, sheet: Sheet, example: RowsExample
) -> list[int]:
    """The rows of an example (from 1) that the check finds."""
    keys = sorted({key for row in example.rows for key in row})
    columns = {key: pl.Series(key, [row.get(key) for row in example.rows], pl.String) for key in keys}
    context = Context(
        definitions.findings,
        as_of=dt.date.max,
        past=(Past(check, there=_there(check, example), elsewhere=""),),
    )
    typed = {key: Typed(values, nowhere()) for key, values in columns.items()}
    numbers = pl.Series(range(1, len(example.rows) + 1), dtype=pl.UInt32)
    found = check_past(Rows(sheet, typed, columns, numbers, context))
    return sorted({int(at) + 1 for _, fault in found if fault.at is not None for at in fault.at})


def _there(check: HistoryCheck, example: RowsExample) -> pl.DataFrame | None:
    if example.there is None:
        return None
    compares = check.compares
    names = compares.match if isinstance(compares, PresentElsewhere) else {"code": "code", "name": "name"}
    return pl.DataFrame(
        [
            pl.Series(mine, [row.get(theirs) for row in example.there], pl.String)
            for mine, theirs in names.items()
        ]
    )
