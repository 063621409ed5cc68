"""Grids as files: workbooks with titles, notes and totals, delimited text in two encodings, JSON."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

import xlsxwriter

from .grid import Cell, Grid, is_number, text_of

FORMATS = {"xlsx": 60, "gb18030.csv": 16, "utf8.csv": 12, "json": 12}
_MADE = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - the workbook's own property has no zone


@dataclass(frozen=True)
class Layout:
    """What stands around the table. `lead` names unit and period in the second line."""

    title: bool = False
    lead: str = ""
    groups: bool = False
    total: bool = False
    note: bool = False
    serial: bool = False


@dataclass(frozen=True)
class Written:
    """The bytes, and for each grid the sheet's name, the row of its first record and its first column."""

    content: bytes
    suffix: str
    origins: tuple[tuple[str, int, int], ...]


def some_layout(random: Random, lead: str) -> Layout:
    """How an office dresses its sheet: every part with its own chance."""
    dressed = random.random() < 0.6
    return Layout(
        title=dressed,
        lead=lead if dressed and random.random() < 0.7 else "",
        groups=random.random() < 0.25,
        total=random.random() < 0.3,
        note=random.random() < 0.3,
        serial=random.random() < 0.3,
    )


def write(grids: Sequence[Grid], form: str, layout: Layout, title: str) -> Written:
    """The file in one of FORMATS; several grids need a workbook."""
    if form == "xlsx" or len(grids) > 1:
        return _workbook(grids, layout, title)
    return _json(grids[0]) if form == "json" else _delimited(grids[0], form)


def _delimited(grid: Grid, form: str) -> Written:
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow([column.heading for column in grid.columns])
    writer.writerows([text_of(cell) for cell in row] for row in grid.rows)
    text = target.getvalue()
    content = text.encode("gb18030") if form.startswith("gb") else b"\xef\xbb\xbf" + text.encode()
    return Written(content, "csv", (("", 2, 0),))


def _json(grid: Grid) -> Written:
    rows = [
        {column.heading: _plain(cell) for column, cell in zip(grid.columns, row, strict=True)}
        for row in grid.rows
    ]
    content = json.dumps({"data": rows}, ensure_ascii=False, indent=1).encode()
    return Written(content, "json", (("", 2, 0),))


def _plain(cell: Cell) -> Any:
    if isinstance(cell, Decimal):
        return float(cell) if cell != cell.to_integral_value() else int(cell)
    return cell.isoformat() if isinstance(cell, dt.date) else cell


def _workbook(grids: Sequence[Grid], layout: Layout, title: str) -> Written:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    book.set_properties({"title": title, "created": _MADE})
    origins = tuple(_Page(book, grid, layout, title).write() for grid in grids)
    book.close()
    return Written(target.getvalue(), "xlsx", origins)


class _Page:
    """One sheet of a workbook."""

    def __init__(self, book: xlsxwriter.Workbook, grid: Grid, layout: Layout, title: str) -> None:
        name = "".join("、" if sign in "[]:*?/\\" else sign for sign in grid.sheet.title)[:31]
        self.page, self.grid, self.layout, self.title = book.add_worksheet(name), grid, layout, title
        self.name = name
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.head = book.add_format({"bold": True, "border": 1})
        self.left = 1 if layout.serial else 0
        self.width = len(grid.columns) + self.left

    def write(self) -> tuple[str, int, int]:
        top = self._above()
        top = self._headings(top)
        for offset, row in enumerate(self.grid.rows):
            if self.left:
                self.page.write_number(top + offset, 0, offset + 1)
            for column, cell in enumerate(row):
                self._cell(top + offset, column + self.left, cell)
        self._below(top + len(self.grid.rows))
        return self.name, top + 1, self.left

    def _above(self) -> int:
        row = 0
        if self.layout.title:
            self.page.merge_range(row, 0, row, self.width - 1, f"{self.title}情况表", self.head)
            row += 1
        if self.layout.lead:
            self.page.write_string(row, 0, self.layout.lead)
            row += 1
        return row

    def _headings(self, row: int) -> int:
        heads = (["序号"] if self.left else []) + [column.heading for column in self.grid.columns]
        pair = self._pair() if self.layout.groups else None
        if pair is None:
            for column, text in enumerate(heads):
                self.page.write_string(row, column, text, self.head)
            return row + 1
        for column, text in enumerate(heads):
            if column in {pair, pair + 1}:
                self.page.write_string(row + 1, column, text, self.head)
            else:
                self.page.merge_range(row, column, row + 1, column, text, self.head)
        self.page.merge_range(row, pair, row, pair + 1, "相关情况", self.head)
        return row + 2

    def _pair(self) -> int | None:
        """Two columns side by side, past the first ones, that a common heading may cover."""
        return self.width - 2 if self.width >= 6 else None

    def _cell(self, row: int, column: int, cell: Cell) -> None:
        if cell is None:
            return
        if isinstance(cell, dt.date):
            self.page.write_datetime(row, column, dt.datetime.combine(cell, dt.time()), self.day)
        elif isinstance(cell, Decimal | int | float):
            self.page.write_number(row, column, float(cell))
        else:
            self.page.write_string(row, column, cell)

    def _below(self, row: int) -> None:
        if self.layout.total and len(self.grid.rows) > 1 and self.width >= 5:
            self.page.write_string(row, 0, "合计")
            for column, one in enumerate(self.grid.columns):
                cells = [line[column] for line in self.grid.rows]
                if is_number(one) and column + self.left > 2:
                    total = sum(
                        (Decimal(cell) for cell in cells if isinstance(cell, Decimal | int)), Decimal(0)
                    )
                    self.page.write_number(row, column + self.left, float(total))
            row += 1
        if self.layout.note:
            self.page.write_string(row + 1, 0, "注：以上为演示数据，均为虚构。")
