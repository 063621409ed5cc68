"""The one pass: read every column, check rows, split accepted from set aside, gather the findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import polars as pl

from gongzhi.engine.definitions import Field, FieldType, Sheet
from gongzhi.engine.definitions.examples import distinctive, example_row
from gongzhi.engine.tables import Table

from . import ranges
from .amounts import read_number
from .cells import mask_of, without_blanks
from .choices import read_boolean, read_enum
from .closing import Columns, check_totals, summed
from .codes import read_code_or_id, read_credit_code, read_person_id
from .dates import read_date, read_period, year_outside
from .gathering import Gathering
from .headings import Mapping_
from .history import check_past, check_seasons
from .model import QUANTITY, Checked, Context, Fault, Mask, Typed, Written, nowhere
from .rows import Rows, check_rows
from .texts import read_certificate, read_name, read_phone, read_text

_THREADS = 4
_READERS: dict[FieldType, Callable[[Written], Typed]] = {
    FieldType.CREDIT_CODE: read_credit_code,
    FieldType.PERSON_ID: read_person_id,
    FieldType.CODE_OR_ID: read_code_or_id,
    FieldType.NAME: read_name,
    FieldType.PERSON_NAME: read_name,
    FieldType.TEXT: read_text,
    FieldType.ADDRESS: read_text,
    FieldType.CERTIFICATE: read_certificate,
    FieldType.PHONE: read_phone,
    FieldType.DATE: read_date,
    FieldType.PERIOD: read_period,
    FieldType.YEAR: lambda written: year_outside(read_number(written), written),
    FieldType.MONEY: read_number,
    FieldType.AREA: read_number,
    FieldType.NUMBER: read_number,
    FieldType.COUNT: read_number,
    FieldType.PERCENT: read_number,
    FieldType.ENUM: read_enum,
    FieldType.BOOLEAN: read_boolean,
}
LAKE_TYPES: dict[FieldType, pl.DataType] = {
    FieldType.DATE: pl.Date(),
    FieldType.MONEY: pl.Int64(),
    FieldType.COUNT: pl.Int64(),
    FieldType.YEAR: pl.Int32(),
    FieldType.AREA: QUANTITY,
    FieldType.NUMBER: QUANTITY,
    FieldType.PERCENT: QUANTITY,
    FieldType.BOOLEAN: pl.Boolean(),
}


def lake_type(field: Field) -> pl.DataType:
    """The Polars type of a field's lake column."""
    return LAKE_TYPES.get(field.type, pl.String())


def check(table: Table, mapping: Mapping_, sheet: Sheet, context: Context) -> Checked:
    """Every finding of a table, and its rows that hold, in one pass and without a cap.

    A refused mapping gives its findings alone, and every row is set aside. Columns are read in threads
    (the work lies outside the interpreter lock); a cell that fails its type is not checked again.
    """
    gathering = Gathering(table, context, sheet)
    for heading in mapping.faults:
        gathering.heading(heading)
    gathering.renamed(mapping)
    if mapping.refused:
        return gathering.refused(_empty(sheet))
    columns, formulas = _read_columns(table, mapping, sheet, context), _formulas(table)
    merged = _merged(table)
    for field in sheet.fields:
        if field.key in columns:
            index, typed = mapping.columns[field.key], columns[field.key]
            gathering.column(field, index, typed)
            silent = formulas.get(index, nowhere())
            gathering.faults(field, index, _empty_formulas(field, silent))
            gathering.faults(field, index, _required(field, typed, silent))
            gathering.faults(field, index, _turned_into_dates(field, index, typed, table))
            gathering.faults(field, index, _counted_again(field, index, typed, table, merged))
    texts = {key: table.data.to_series(index) for key, index in mapping.columns.items()}
    rows = Rows(sheet, columns, texts, table.rows, context)
    across = (*check_rows(rows), *check_past(rows), *_left_over_example(sheet, texts))
    for key, fault in (*across, *_totals(table, mapping, sheet, context, columns)):
        gathering.faults(sheet.field(key), mapping.columns[key], (fault,))
    blocked = gathering.blocked()
    accepted = _accepted(table, sheet, columns, blocked)
    seasons = check_seasons(context.past, context.period, sheet, accepted)
    for one in seasons:
        gathering.whole(one.field, mapping, one.fault)
    beside = _beside(table, mapping, blocked)
    done = gathering.done(accepted, beside, table.rows.filter(pl.Series(blocked)))
    return replace(done, seasons=tuple((one.check, one.season) for one in seasons))


def _read_columns(table: Table, mapping: Mapping_, sheet: Sheet, context: Context) -> dict[str, Typed]:
    parts = ranges.split(sheet, table, mapping.columns)

    def read(field: Field) -> tuple[str, Typed]:
        part = parts.get(field.key)
        texts = without_blanks(part.texts if part else table.data.to_series(mapping.columns[field.key]))
        typed = _READERS[field.type](Written(field, texts, context, mapping.units.get(field.key)))
        return field.key, part.told(typed) if part else typed

    fields = [field for field in sheet.fields if field.key in mapping.columns]
    if table.data.height < 5_000:
        return dict(map(read, fields))
    with ThreadPoolExecutor(_THREADS) as threads:
        return dict(threads.map(read, fields))


def _totals(
    table: Table, mapping: Mapping_, sheet: Sheet, context: Context, columns: dict[str, Typed]
) -> Iterable[tuple[str, Fault]]:
    """Total rows that differ from the rows that they close; their amounts are read as those of rows are."""
    if table.totals is None:
        return ()
    fields = summed(sheet, mapping.columns)
    texts = {f.key: without_blanks(table.totals.to_series(mapping.columns[f.key])) for f in fields}
    written = {f.key: Written(f, texts[f.key], context, mapping.units.get(f.key)) for f in fields}
    read = {f.key: _READERS[f.type](written[f.key]) for f in fields}
    return check_totals(table, fields, Columns(read, texts, columns))


def _formulas(table: Table) -> dict[int, pl.Series]:
    """Positions of the rows whose formula has no value, by index into the table's columns."""
    cells = [n.cell for n in table.notices if n.code == "formula_without_value" and n.cell]
    if not cells:
        return {}
    places = pl.Series(cells, dtype=pl.String).str.extract_groups(r"^([A-Z]+)(\d+)$").struct.unnest()
    return _positions(table, places.select(pl.col("1").alias("letter"), pl.col("2").alias("row")))


def _merged(table: Table) -> dict[int, pl.Series]:
    """Positions of the rows that a merged cell above was filled into, by index into the table's columns."""
    if not table.merged:
        return {}
    ranges = pl.Series(table.merged, dtype=pl.String).str.extract_groups(r"^([A-Z]+)(\d+):[A-Z]+(\d+)$")
    first, last = pl.col("2").cast(pl.Int64) + 1, pl.col("3").cast(pl.Int64) + 1
    places = ranges.struct.unnest().select(
        pl.col("1").alias("letter"), pl.int_ranges(first, last).alias("row")
    )
    return _positions(table, places.explode("row").drop_nulls())


def _positions(table: Table, places: pl.DataFrame) -> dict[int, pl.Series]:
    """Cells by `letter` and sheet `row` as positions in the table, by index into its columns."""
    places = places.with_columns(pl.col("row").cast(pl.UInt32))
    rows = pl.DataFrame({"row": table.rows.cast(pl.UInt32)}).with_row_index("at")
    found = places.join(rows, on="row").sort("at")
    letters = {column.letter: index for index, column in enumerate(table.columns)}
    return {letters[str(key)]: part["at"] for (key,), part in found.group_by("letter") if key in letters}


def _turned_into_dates(field: Field, index: int, typed: Typed, table: Table) -> Iterable[Fault]:
    """Numbers of documents that a spreadsheet took for a day (3-1 → 1 March): what was written is lost."""
    if field.type is not FieldType.CERTIFICATE or table.columns[index].letter not in _dated(table):
        return ()
    at = typed.values.str.contains(_DAY).fill_null(False).arg_true()
    return (Fault("number_as_date", at, typed.values.gather(at)),) if len(at) else ()


def _dated(table: Table) -> set[str]:
    """The letters of the columns in which a cell is a date to the spreadsheet."""
    return {n.cell.rstrip("0123456789") for n in table.notices if n.code == "date_cell" and n.cell}


_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2}:[0-9]{2})?$"
_SUMMED = {FieldType.MONEY, FieldType.AREA, FieldType.NUMBER, FieldType.COUNT}


def _counted_again(
    field: Field, index: int, typed: Typed, table: Table, merged: dict[int, pl.Series]
) -> Iterable[Fault]:
    """An amount that a merged cell put into a further row counts once more in every sum."""
    at = merged.get(index, nowhere())
    if field.type not in _SUMMED or not len(at):
        return ()
    at = at.filter((typed.values.gather(at) != 0).fill_null(False))
    return (Fault("merged_amount", at, table.data.to_series(index).gather(at)),) if len(at) else ()


def _empty_formulas(field: Field, at: pl.Series) -> Iterable[Fault]:
    """Cells whose formula was never calculated: what they are to say is not known."""
    severity = "block" if field.required else None
    return (Fault("formula_without_value", at, severity=severity),) if len(at) else ()


def _required(field: Field, typed: Typed, told: pl.Series) -> Iterable[Fault]:
    if not field.required or not typed.values.null_count():
        return ()
    empty = typed.values.is_null()
    at = empty.arg_true()
    for positions in (typed.failed, told):
        if len(positions):
            at = at.filter(~at.is_in(positions.implode()))
    return (Fault("required", at),) if len(at) else ()


def _left_over_example(sheet: Sheet, texts: dict[str, pl.Series]) -> list[tuple[str, Fault]]:
    """Rows that are the template's own example: whoever deletes the word 示例 must not report it."""
    invented = [key for key in distinctive(sheet) if key in texts]
    if not invented:
        return []
    row = example_row(sheet)
    at = (texts[invented[0]] == row[invented[0]]).fill_null(False).arg_true()
    for key, written in texts.items():
        if len(at) and key in invented:
            at = at.filter((written.gather(at) == row[key]).fill_null(False))
    return [(invented[0], Fault("example_row", at.cast(pl.UInt32)))] if len(at) else []


def _accepted(table: Table, sheet: Sheet, columns: dict[str, Typed], blocked: Mask) -> pl.DataFrame:
    good = ~pl.Series(blocked, dtype=pl.Boolean)
    series = []
    for field in sheet.fields:
        if field.key in columns:
            series.append(columns[field.key].values.rename(field.column))
        else:
            series.append(pl.Series(field.column, [], lake_type(field)).extend_constant(None, len(good)))
    frame = pl.DataFrame([*series, table.rows.rename("_row").cast(pl.UInt32)])
    return frame if good.all() else frame.filter(good)


def _beside(table: Table, mapping: Mapping_, blocked: Mask) -> pl.DataFrame:
    names: dict[str, pl.Series] = {}
    for index in mapping.kept:
        name = table.columns[index].header or table.columns[index].letter
        names[name if name not in names else f"{name}（{table.columns[index].letter}列）"] = (
            table.data.to_series(index)
        )
    if not names:
        return pl.DataFrame({"_row": nowhere()})
    frame = pl.DataFrame([series.rename(name) for name, series in names.items()])
    frame = frame.with_columns(table.rows.cast(pl.UInt32).alias("_row"))
    return frame.filter(~pl.Series(blocked, dtype=pl.Boolean))


def _empty(sheet: Sheet) -> pl.DataFrame:
    schema = {field.column: lake_type(field) for field in sheet.fields}
    return pl.DataFrame(schema={**schema, "_row": pl.UInt32()})


__all__ = ["check", "lake_type", "mask_of"]
