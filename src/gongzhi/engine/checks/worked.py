"""The examples of columns, held against the checks of their own columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

import polars as pl

from gongzhi.engine.calendar import Period, parse_period
from gongzhi.engine.definitions import Field, FieldType, Finding, Sheet
from gongzhi.engine.definitions.examples import DAY, example_row
from gongzhi.engine.tables import Column, Table

from .headings import map_columns
from .model import Context
from .rendering import render
from .run import check

_TIMES = {FieldType.PERIOD, FieldType.YEAR}
_LATER = dt.date(DAY.year + 1, 12, 31)  # no day of the worked row is in the future
_OTHER = 2  # the row's number: not the one that a reader takes for the template's own example


def example_faults(sheet: Sheet, findings: Mapping[str, Finding]) -> Iterator[tuple[Field, str]]:
    """Each column whose own example a file could not bring, with why.

    Where the reader would put it right (1,200, 2026/3/2) it is told too: the worked row of a template is
    computed from its examples, so that they must stand as they are kept.
    """
    bare = sheet.model_copy(update={"checks": ()})  # across columns the worked row is held elsewhere
    row = example_row(bare, _OTHER) | {one.key: one.example for one in sheet.fields if one.example}
    columns = tuple(Column(index, one.title) for index, one in enumerate(sheet.fields))
    data = pl.DataFrame({f"c{index}": [row[one.key]] for index, one in enumerate(sheet.fields)})
    table = Table(sheet.title, 0, 1, columns, data, pl.Series([2]))
    checked = check(table, map_columns(table, bare), bare, Context(findings, _LATER, _period(sheet, row)))
    told = render(checked, findings).select("field", "message", "mend").rows()
    mended = dict(checked.repaired.drop_nulls("column").select("column", "after").rows())
    for index, field in enumerate(sheet.fields):
        if field.example is None:
            continue
        if not field.example.strip():
            yield field, "示例是空的，请填上或者删去。"
            continue
        faults = [f"{message}{mend}" for key, message, mend in told if key == field.key]
        if not faults and index in mended:
            faults = [f"请写成“{mended[index]}”。"]
        yield from ((field, fault) for fault in faults)


def _period(sheet: Sheet, row: Mapping[str, str]) -> Period | None:
    """The period in which the worked row lies; none where the example that should say it says none."""
    own = [one for one in sheet.fields if one.in_period and one.type in _TIMES]
    try:
        return parse_period(row[own[0].key] if own else f"{DAY:%Y-%m}")
    except ValueError:  # told at its column
        return None
