"""A sheet as somebody writes it: headings and cells, with the marks of what was done to them on purpose."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from gongzhi.engine.definitions import Field, FieldType, Sheet
from gongzhi.engine.documents import heading

from .world import Line, Value

Cell = str | int | float | Decimal | dt.date | None
_PLAIN_NUMBERS = {FieldType.MONEY, FieldType.AREA, FieldType.NUMBER, FieldType.COUNT, FieldType.PERCENT}


@dataclass(frozen=True)
class Mark:
    """Something planted: in which data row and column (None: the whole column, or no column at all).

    `where` says what must name it: a finding, or a repair.
    """

    code: str
    row: int | None
    column: int | None
    where: str = "finding"
    title: str = ""


@dataclass
class Column:
    """One column of the file; `field` is None for one that the template does not know."""

    heading: str
    field: Field | None


@dataclass
class Grid:
    """One sheet: columns, rows of cells in their order, the lines that they tell, what was planted."""

    sheet: Sheet
    columns: list[Column]
    rows: list[list[Cell]]
    lines: list[Line]
    marks: list[Mark] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)  # rows that bear a fault already

    def at(self, key: str) -> int | None:
        """The place of a field's column."""
        for index, column in enumerate(self.columns):
            if column.field is not None and column.field.key == key:
                return index
        return None

    def mark(self, code: str, row: int | None, column: int | None, where: str = "finding") -> None:
        title = self.columns[column].field if column is not None else None
        self.marks.append(Mark(code, row, column, where, title.title if title else ""))
        if row is not None:
            self.touched.add(row)


def grid_of(sheet: Sheet, lines: list[Line]) -> Grid:
    """The sheet as its template asks for it, without any fault."""
    columns = [Column(heading(one), one) for one in sheet.fields]
    rows = [[cell_of(line.values.get(one.key), one) for one in sheet.fields] for line in lines]
    return Grid(sheet, columns, rows, lines)


def cell_of(value: Value, one: Field) -> Cell:
    """A value as it stands in a tidy cell."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if one.type is FieldType.YEAR and value is not None:
        return str(value)
    return value


def is_number(column: Column) -> bool:
    """Whether the column's cells are written as numbers."""
    return column.field is not None and column.field.type in _PLAIN_NUMBERS


def text_of(cell: Cell) -> str:
    """A cell as delimited text has it."""
    if cell is None:
        return ""
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return f"{cell.normalize():f}"
    return str(cell)
