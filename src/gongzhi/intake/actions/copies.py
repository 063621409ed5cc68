"""What a file says, for copies handed on: adopted suggestions written in, over-supply left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import polars as pl

from gongzhi.editions.queries import in_force, in_force_for
from gongzhi.engine.checks import Context, adopt, check, with_unit
from gongzhi.engine.tables import Column, Reading, Table
from gongzhi.intake.models import Submission

from .older import brought_or_not
from .taking import Taken, guarded, meant, take

Rewritten = dict[tuple[int, int], str | None]
"""By 1-based row and 0-based column of a sheet: what stands there instead, None for nothing."""
_SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Copy:
    """The tables as they are handed on.

    whole: whether the sender's own workbook may go back, with the cells in `rewritten` (by sheet) changed. Of
    a resource that is reported by least need only the columns of its template go back.
    """

    tables: tuple[Table, ...]
    rewritten: Mapping[str, Rewritten]
    whole: bool


def copy_of(reading: Reading, submission: Submission, findings: pl.DataFrame) -> Copy:
    """`findings` are those of the submission's check, with `_part`. Headings stay the sender's own.

    A unit that stands beside the table alone (单位：万元) is written into them: it would not go along.
    """
    reading = meant(reading, submission)
    headings = {_place(table): table.columns for table in reading.tables}
    resource = in_force_for(submission.resource, submission.period).resources[submission.resource]
    taken = take(brought_or_not(reading, submission), submission)
    changed = [_changed(one, index, submission, findings) for index, one in enumerate(taken)]
    mended = [_written(one, cells) for one, cells in zip(taken, changed, strict=True)]
    if resource.least:
        tables = [one.least for one in mended]
    else:
        mine = {_place(one.table): one.table for one in mended}
        tables = [mine.get(_place(one), one) for one in reading.tables]
    units = {_place(one.table): _units(one) for one in taken}
    return Copy(
        tuple(_headed(one, headings, units.get(_place(one), {})) for one in tables if one.data.height),
        {one.table.sheet: _placed(one, cells) for one, cells in zip(taken, changed, strict=True)},
        whole=not resource.least,
    )


def _place(table: Table) -> tuple[int, int]:
    """Where a table begins; a sheet may hold several, one below the other."""
    return table.sheet_index, table.header_row


def _units(taken: Taken) -> dict[int, str]:
    """The units in which the columns of a table are read, by the column's place in the sheet."""
    columns = taken.table.columns
    return {
        columns[at].index: taken.mapping.units[key]
        for key, at in taken.mapping.columns.items()
        if key in taken.mapping.units
    }


def _headed(
    table: Table, headings: Mapping[tuple[int, int], tuple[Column, ...]], units: Mapping[int, str]
) -> Table:
    """The table under the headings that its sender wrote, whatever its edition calls them."""
    own = {column.index: column for column in headings[_place(table)]}
    columns = (own[column.index] for column in table.columns)
    return replace(
        table,
        columns=tuple(
            replace(one, header=with_unit(one.header, units[one.index])) if one.index in units else one
            for one in columns
        ),
    )


Cells = dict[tuple[int, str], str | None]
"""By row of the sheet and key of the field."""


def _changed(taken: Taken, index: int, submission: Submission, findings: pl.DataFrame) -> Cells:
    """The cells of one table that are handed on otherwise than they came."""
    texts = in_force().findings
    cutting = [code for code, one in texts.items() if one.cuts]
    here = (pl.col("_part") == index) & pl.col("row").is_not_null() & pl.col("code").is_in(cutting)
    cut = findings.filter(here).select("row", "field").drop_nulls().unique()
    adopted = {(row, field) for part, row, field in submission.adopted if part == index}
    return _adopted(taken, submission, adopted) | {(row, field): None for row, field in cut.iter_rows()}


def _adopted(taken: Taken, submission: Submission, cells: set[tuple[int, str]]) -> Cells:
    """What the suggestions say that were taken over; only the rows concerned are looked at again."""
    if not cells or taken.mapping.refused:
        return {}
    at = taken.table.rows.is_in([row for row, _ in cells]).arg_true()
    table = replace(
        taken.table,
        data=taken.table.data.select(pl.all().gather(at)),
        rows=taken.table.rows.gather(at),
    )
    day = submission.received_at.astimezone(_SHANGHAI).date()
    sheet = guarded(taken.sheet)
    checked = check(table, taken.mapping, sheet, Context(in_force().findings, day))
    mended, _ = adopt(table, taken.mapping, sheet, checked, cells)
    place = {row: n for n, row in enumerate(table.rows.to_list())}
    columns = taken.mapping.columns
    return {
        (row, field): mended.data.item(place[row], columns[field])
        for row, field in cells
        if row in place and field in columns
    }


def _written(taken: Taken, cells: Cells) -> Taken:
    """The table with these cells as they are handed on."""
    data, rows = taken.table.data, taken.table.rows
    for field in {field for _, field in cells if field in taken.mapping.columns}:
        texts = {row: text for (row, key), text in cells.items() if key == field}
        column = data.columns[taken.mapping.columns[field]]
        new = [texts.get(row, old) for row, old in zip(rows, data[column], strict=True)]
        data = data.with_columns(pl.Series(column, new, pl.String))
    return replace(taken, table=replace(taken.table, data=data))


def _placed(taken: Taken, cells: Cells) -> Rewritten:
    return {
        (row, taken.table.columns[taken.mapping.columns[field]].index): text
        for (row, field), text in cells.items()
        if field in taken.mapping.columns
    }
