"""A list as a workbook: head, then as many rows as come, none of which stays in memory.

XlsxWriter makes the skeleton (styles, head, print settings); the rows are written into its sheet as text
(SpreadsheetML, ECMA-376 part 1, 18.3), several times faster than by the cell. Text is always a text cell:
what begins with = + - @ is never a formula.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

from gongzhi.engine.tables import column_letter

from .look import LAST_ROW, head_style, open_workbook, sheet_name, style

HEAD_ROWS = 3
MOST_ROWS = LAST_ROW - HEAD_ROWS
"""Rows that a sheet holds below its head."""
MOST_CHARACTERS = 32_767
_AT_ONCE = 500
_SHEET = "xl/worksheets/sheet1.xml"
_PROBE = re.compile(r'<row r="4".*?</row>', re.S)
_STYLE = re.compile(r'<c r="[A-Z]+4" s="(\d+)"')
_DIMENSION = re.compile(r'<dimension ref="[^"]*"/>')
_SPECIAL = re.compile("[&<>\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}

Value = str | int | float | None


@dataclass(frozen=True)
class ListColumn:
    """A column of the list: what its head says, its width in characters, whether it holds amounts."""

    head: str
    width: int
    money: bool = False


def write_list(
    target: IO[bytes], title: str, said: str, columns: Sequence[ListColumn], rows: Iterable[Sequence[Value]]
) -> int:
    """Write a workbook with one sheet; `said` stands under the title. Returns how many rows were written."""
    with tempfile.TemporaryDirectory() as folder:
        skeleton = Path(folder) / "skeleton.xlsx"
        _write_skeleton(skeleton, title, said, columns)
        with (
            zipfile.ZipFile(skeleton) as source,
            zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out,
        ):
            for name in source.namelist():
                if name != _SHEET:
                    out.writestr(name, source.read(name))
            with out.open(_SHEET, "w", force_zip64=True) as part:
                return _fill(part, source.read(_SHEET).decode(), columns, rows)


def _write_skeleton(path: Path, title: str, said: str, columns: Sequence[ListColumn]) -> None:
    book = open_workbook(path)
    sheet = book.add_worksheet(sheet_name(title))
    sheet.write_string(0, 0, title, style(book, bold=True, font_size=14))
    sheet.write_string(1, 0, said, style(book))
    head = head_style(book, strong=False)
    plain, money = style(book), style(book, num_format="#,##0.00")
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.width)
        sheet.write_string(2, index, column.head, head)
        sheet.write_blank(HEAD_ROWS, index, None, money if column.money else plain)
    sheet.freeze_panes(HEAD_ROWS, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, HEAD_ROWS - 1)
    sheet.set_footer("&L&A&R&P / &N")
    book.close()


def _fill(
    part: IO[bytes], skeleton: str, columns: Sequence[ListColumn], rows: Iterable[Sequence[Value]]
) -> int:
    probe = _PROBE.search(skeleton)
    head, tail = (skeleton[: probe.start()], skeleton[probe.end() :]) if probe else (skeleton, "")
    starts = [f's="{number}"' for number in _STYLE.findall(probe[0])] if probe else []
    written = 0
    part.write(_DIMENSION.sub("", head).encode())
    letters = [column_letter(index) for index in range(len(columns))]
    lines = _lines(rows, list(zip(letters, starts, strict=True)))
    while piece := list(islice(lines, _AT_ONCE)):
        part.write("".join(piece).encode())
        written += len(piece)
    part.write(tail.encode())
    return written


def _lines(rows: Iterable[Sequence[Value]], places: Sequence[tuple[str, str]]) -> Iterator[str]:
    for number, row in enumerate(rows, start=HEAD_ROWS + 1):
        cells = [
            _cell(f'<c r="{letter}{number}" {dress}', value)
            for (letter, dress), value in zip(places, row, strict=True)
            if value is not None
        ]
        yield f'<row r="{number}">{"".join(cells)}</row>'


def _cell(start: str, value: str | int | float) -> str:
    if not isinstance(value, str):
        return f"{start}><v>{value!r}</v></c>"
    text = value[:MOST_CHARACTERS]
    if _SPECIAL.search(text):
        text = _SPECIAL.sub(lambda found: _ESCAPES.get(found[0], ""), text)
    return f'{start} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
