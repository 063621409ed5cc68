"""Columns of a lake table: those of its sheet, and those that tell where a row came from.

Money is whole 分 (BIGINT), areas and other quantities exact decimals, days DATE, codes and texts VARCHAR;
persons stand as tokens. The types are those of the portable profile (peers_risk.md 4.3), so that
DuckDB, Spark and PostgreSQL read the same files alike.
"""

from __future__ import annotations

import polars as pl

from gongzhi.engine.definitions import FieldType, Sheet

QUANTITY = pl.Decimal(18, 4)

ORIGIN: dict[str, pl.DataType] = {
    "_batch": pl.String(),  # public id of the batch
    "_unit": pl.String(),  # key of the unit that handed it in
    "_period": pl.String(),  # code of the period, 2026Q3
    "_part": pl.UInt16(),  # which sheet of the file, from 0
    "_row": pl.UInt32(),  # row number in that sheet, as Excel shows it
}

_TYPES: dict[FieldType, pl.DataType] = {
    FieldType.DATE: pl.Date(),
    FieldType.YEAR: pl.Int32(),
    FieldType.MONEY: pl.Int64(),
    FieldType.AREA: QUANTITY,
    FieldType.NUMBER: QUANTITY,
    FieldType.PERCENT: QUANTITY,
    FieldType.COUNT: pl.Int64(),
    FieldType.BOOLEAN: pl.Boolean(),
}


def column_types(sheet: Sheet) -> dict[str, pl.DataType]:
    """The lake columns of a sheet by name, origin columns last."""
    own = {field.column: _TYPES.get(field.type, pl.String()) for field in sheet.fields}
    return own | ORIGIN


def empty(sheet: Sheet) -> pl.DataFrame:
    """A table of this sheet with no rows."""
    return pl.DataFrame(schema=column_types(sheet))
