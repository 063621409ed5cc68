"""Workbooks that go back to the sender: the own file with its faults marked, and the bad rows alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from gongzhi.engine.tables import Table, column_index

from .look import FILL, LAST_ROW, RANK, WORD, Stamp, head_style, open_workbook, sheet_name, stamp, style

LIST_SHEET = "错误清单"
MOST_COMMENTS = 5_000  # more of them make a workbook that Excel opens slowly
LIST_COLUMNS = ("单元格", "级别", "问题", "列名", "填的内容", "说明", "怎么改", "建议值")
LIST_WIDTHS = (14, 8, 22, 22, 26, 56, 44, 24)
_LIST_FIELDS = ("cell", "severity", "title", "column", "value", "message", "mend", "suggestion")
NOTE_COLUMNS = ("备查_原行号", "备查_问题")


@dataclass(frozen=True)
class Note:
    """What is wrong with one cell: worst severity and the words of its comment."""

    severity: str
    text: str


def notes(findings: pl.DataFrame) -> dict[tuple[int, int], Note]:
    """`findings` (of `checks.render`) by cell: 1-based row and 0-based column of the sheet."""
    found: dict[tuple[int, int], Note] = {}
    wanted = findings.filter(pl.col("row").is_not_null()).select(
        "row",
        pl.col("cell").str.extract(r"(?:^|!)([A-Z]+)\d+$", 1).alias("letter"),
        "severity",
        "message",
        "mend",
    )
    letters = {text: column_index(text) for text in wanted["letter"].drop_nulls().unique().to_list()}
    for row, letter, severity, message, mend in wanted.iter_rows():
        if letter is None:
            continue
        at = (row, letters[letter])
        text = f"【{WORD[severity]}】{message}\n{mend}"
        before = found.get(at)
        worst = min(severity, before.severity, key=RANK.__getitem__) if before else severity
        found[at] = Note(worst, f"{before.text}\n{text}" if before else text)
    return found


def bad_rows(target: Path, table: Table, set_aside: pl.Series, findings: pl.DataFrame, mark: Stamp) -> Path:
    """A workbook with only the rows set aside, under the sender's own headings, to be mended and sent again.

    `mark.adds` names the batch that the mended rows will join. Two columns before the rest tell the row in
    the sender's file and what is wrong; they may stay when it comes back. More rows than a sheet holds go on
    in further ones.
    """
    picked = (
        pl.DataFrame({"row": table.rows})
        .with_row_index("at")
        .filter(pl.col("row").is_in(set_aside.implode()))
    )
    # The notes of an earlier round stand in the file that came back; they are written anew, not twice.
    places = [at for at, column in enumerate(table.columns) if column.header not in NOTE_COLUMNS]
    data = table.data.select(pl.nth(places).gather(picked["at"]))
    marks = notes(findings)
    told = _told_by_row(findings)
    book = open_workbook(target, streaming=True)
    pen = _Pen(book)
    heads = [*NOTE_COLUMNS, *(table.columns[at].header for at in places)]
    for number, (row, cells) in enumerate(zip(picked["row"].to_list(), data.iter_rows(), strict=True)):
        line = number % (LAST_ROW - 1) + 1
        if line == 1:
            pen.page = _sheet(book, table.sheet, number // (LAST_ROW - 1) + 1)
            _heads(book, pen.page, heads, widths=(12, 50))
        pen.page.write_number(line, 0, row)
        pen.page.write_string(line, 1, told.get(row, ""), pen.styles["text"])
        for place, cell in enumerate(cells):
            note = marks.get((row, table.columns[places[place]].index))
            pen.write(line, place + len(NOTE_COLUMNS), cell, note)
    stamp(book, mark)
    book.close()
    return target


def _sheet(book: xlsxwriter.Workbook, title: str, number: int) -> Any:
    name = sheet_name(title)
    return book.add_worksheet(name if number == 1 else f"{name[:24]}（续{number}）")


class _Pen:
    """Writes cells as text, coloured and commented where something is wrong."""

    page: Any

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.styles = _fills(book)
        self.comments = MOST_COMMENTS

    def write(self, line: int, place: int, cell: str | None, note: Note | None) -> None:
        if note is None:
            if cell is not None:
                self.page.write_string(line, place, cell, self.styles["text"])
            return
        if cell is None:
            self.page.write_blank(line, place, None, self.styles[note.severity])
        else:
            self.page.write_string(line, place, cell, self.styles[note.severity])
        if self.comments > 0:
            self.page.write_comment(line, place, note.text, {"x_scale": 2.4, "y_scale": 1.4, "author": ""})
        self.comments -= 1


def _fills(book: xlsxwriter.Workbook) -> dict[str, Any]:
    fills = {name: style(book, num_format="@", bg_color=colour) for name, colour in FILL.items()}
    return {**fills, "text": style(book, num_format="@")}


def _heads(book: xlsxwriter.Workbook, page: Any, heads: Sequence[str], widths: Sequence[int] = ()) -> None:
    page.freeze_panes(1, 0)
    for column in range(len(heads)):
        page.set_column(column, column, widths[column] if column < len(widths) else 18)
    page.write_row(0, 0, heads, head_style(book))


def _told_by_row(findings: pl.DataFrame) -> dict[int, str]:
    worded = findings.filter(pl.col("row").is_not_null()).with_columns(
        pl.col("severity").replace_strict(WORD, default="").alias("word")
    )
    words = pl.format("【{}】{}{}", "word", "message", "mend").alias("text")
    rows = worded.select("row", words).group_by("row", maintain_order=True).agg(pl.col("text").str.join("\n"))
    return dict(rows.iter_rows())


def list_frame(findings: pl.DataFrame) -> pl.DataFrame:
    """The list of findings as columns of text."""
    word = pl.col("severity").replace_strict(WORD, default=None, return_dtype=pl.String)
    return findings.with_columns(word.alias("severity")).select(_LIST_FIELDS)


__all__ = [
    "LIST_COLUMNS",
    "LIST_SHEET",
    "LIST_WIDTHS",
    "MOST_COMMENTS",
    "NOTE_COLUMNS",
    "Note",
    "bad_rows",
    "list_frame",
    "notes",
]
