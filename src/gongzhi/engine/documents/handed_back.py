"""The sender's own workbook with red cells, comments and a list of what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import openpyxl
import polars as pl
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from gongzhi.engine.tables import Table

from .copies import copy_marked
from .look import FILL
from .returned import LIST_COLUMNS, LIST_SHEET, LIST_WIDTHS, MOST_COMMENTS, Note, list_frame, notes

MOST_ROWS = 5_000


def marked_up(
    original: Path,
    target: Path,
    tables: Sequence[Table],
    findings: pl.DataFrame,
    rewritten: Mapping[str, Mapping[tuple[int, int], str | None]] = MappingProxyType({}),
) -> Path:
    """Hand a file back with its faults marked; `findings` as `checks.render` gives them.

    An .xlsx of up to 5,000 rows comes back as it was, coloured and commented. Anything else (larger, .xls,
    .csv, .json) comes back as a written copy of its tables. `original` must have been read by the cage
    before: openpyxl trusts what it opens. `rewritten` says by sheet, row (1-based) and column (0-based) what
    stands in a cell instead of what the file has, None for nothing; `tables` have it already.
    """
    rows = sum(table.data.height for table in tables)
    if rows > MOST_ROWS or not _is_xlsx(original):
        return copy_marked(target, tables, findings)
    book = openpyxl.load_workbook(original, keep_links=False)
    for sheet, cells in rewritten.items():
        if isinstance(page := book[sheet] if sheet in book.sheetnames else None, Worksheet):
            _rewrite(page, cells)
    by_sheet = pl.col("cell").str.extract(r"^(.*)![A-Z]*\d*$", 1)
    for (name,), part in findings.with_columns(by_sheet.alias("sheet")).group_by("sheet"):
        if name in book.sheetnames and isinstance(book[str(name)], Worksheet):
            _mark(book[str(name)], notes(part))
    _list(book, findings)
    book.save(target)
    return target


def _rewrite(page: Worksheet, cells: Mapping[tuple[int, int], str | None]) -> None:
    for (row, column), text in cells.items():
        cell = page.cell(row, column + 1)
        cell = _anchor(page, row, column + 1) if type(cell).__name__ == "MergedCell" else cell
        cell.value = text
        if text is not None:
            cell.data_type = "s"  # a text that looks like a number stays a text


def _is_xlsx(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(4)
    return head == b"PK\x03\x04" and path.suffix.lower() in {".xlsx", ".xltx"}


def _mark(page: Worksheet, marks: dict[tuple[int, int], Note]) -> None:
    fills = {name: PatternFill("solid", fgColor=colour[1:]) for name, colour in FILL.items()}
    for number, ((row, column), note) in enumerate(marks.items()):
        cell = page.cell(row, column + 1)
        if type(cell).__name__ == "MergedCell":
            cell = _anchor(page, row, column + 1)
        cell.fill = fills[note.severity]
        if number < MOST_COMMENTS:
            cell.comment = Comment(note.text, "", height=120, width=320)


def _anchor(page: Worksheet, row: int, column: int):  # type: ignore[no-untyped-def]  # a Cell, whose stub is a union
    """The cell that holds the value of a merged range."""
    for area in page.merged_cells.ranges:
        if area.min_row <= row <= area.max_row and area.min_col <= column <= area.max_col:
            return page.cell(area.min_row, area.min_col)
    return page.cell(row, column)


def _list(book: openpyxl.Workbook, findings: pl.DataFrame) -> None:
    name = LIST_SHEET
    while name in book.sheetnames:
        name += "_"
    page = book.create_sheet(name)
    page.append(LIST_COLUMNS)
    for cell, width in zip(page[1], LIST_WIDTHS, strict=True):
        cell.font = Font(bold=True)
        page.column_dimensions[cell.column_letter].width = width
    page.freeze_panes = "A2"
    for line, values in enumerate(list_frame(findings).iter_rows(), start=2):
        for column, value in enumerate(values, start=1):
            cell = page.cell(line, column)
            cell.value = value
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if value is not None:
                cell.data_type = "s"  # a text that begins with = stays a text
