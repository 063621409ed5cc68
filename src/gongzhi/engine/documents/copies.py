"""Large workbooks written a column at a time.

XlsxWriter makes the skeleton (styles, comments, widths, properties); the rows themselves, a million cells and
more, are made as text by the column and put in its place (SpreadsheetML, ECMA-376 part 1, 18.3).
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from gongzhi.engine.tables import Table, column_letter

from .look import FILL, LAST_ROW, RANK, head_style, open_workbook, sheet_name, style
from .returned import LIST_COLUMNS, LIST_SHEET, LIST_WIDTHS, MOST_COMMENTS, list_frame, notes

_CHUNK = 20_000
_STYLES = ("head", "text", *FILL)
_ILLEGAL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}]"
_PROBE = re.compile(r'<c r="([A-Z]+)1" s="(\d+)"')
_DIMENSION = re.compile(r'<dimension ref="[^"]*"/>')


@dataclass(frozen=True)
class _Page:
    """What a sheet holds: columns of text by letter, the row of each line, and style names by column.

    Of a table that is longer than a sheet a further page holds what follows; its rows stand `down` rows
    higher than they did. `findings` are those that become comments.
    """

    name: str
    head_row: int
    heads: dict[str, str]
    rows: pl.Series
    texts: dict[str, pl.Series]
    marks: dict[str, pl.Series]
    findings: pl.DataFrame
    widths: Sequence[int]
    down: int = 0
    filtered: bool = False


def copy_marked(target: Path, tables: Sequence[Table], findings: pl.DataFrame) -> Path:
    """A written copy of tables with their faults marked, for files too large or too old to hand back.

    Rows stand where they stood, so that addresses hold; what was no record (titles, totals) is left out. What
    lies below the last row that a sheet can have goes on in further ones, whose names say from which row of
    the file on. The list of findings comes last.
    """
    names = {LIST_SHEET.casefold()}
    pages = [
        page for table in tables for page in _pages(table, _of_sheet(findings, table, len(tables)), names)
    ]
    pages += _list_pages(findings)
    with tempfile.TemporaryDirectory() as folder:
        skeleton = Path(folder) / "skeleton.xlsx"
        _write_skeleton(skeleton, pages)
        _fill(skeleton, target, pages)
    return target


def _of_sheet(findings: pl.DataFrame, table: Table, tables: int) -> pl.DataFrame:
    return findings if tables == 1 else findings.filter(pl.col("cell").str.starts_with(f"{table.sheet}!"))


def _write_skeleton(path: Path, pages: Sequence[_Page]) -> None:
    book = open_workbook(path, streaming=True)
    for one in pages:
        page = book.add_worksheet(one.name)
        _probe(book, page)
        page.freeze_panes(one.head_row, 0)
        for column, width in enumerate(one.widths):
            page.set_column(column, column, width)
        _comment(page, one)
        if one.filtered:
            page.autofilter(0, 0, max(len(one.rows), 1), len(one.widths) - 1)
    book.close()


def _probe(book: xlsxwriter.Workbook, page: Any) -> None:
    """One empty cell of each style, from which the style's number is read back."""
    text = style(book, num_format="@")
    fills = [style(book, num_format="@", bg_color=colour) for colour in FILL.values()]
    for column, found in enumerate((head_style(book), text, *fills)):
        page.write_blank(0, column, None, found)


def _comment(page: Any, one: _Page) -> None:
    for (row, column), note in notes(one.findings).items():
        page.write_comment(
            row - one.down - 1, column, note.text, {"x_scale": 2.4, "y_scale": 1.4, "author": ""}
        )


def _pages(table: Table, findings: pl.DataFrame, names: set[str]) -> Iterator[_Page]:
    """The sheet of a table and, where it is longer than a sheet, those that follow."""
    rows = table.rows.cast(pl.UInt32)
    columns = sorted(enumerate(table.columns), key=lambda pair: pair[1].index)
    heads = {column.letter: column.header for _, column in columns}
    commented = findings.head(MOST_COMMENTS)
    first, head_row = 1, max(table.header_row, 1)
    while True:
        last = LAST_ROW if first == 1 else first + LAST_ROW - 2  # below the head, which is said again
        start, end = int((rows < first).sum()), int((rows <= last).sum())
        here = rows.slice(start, end - start)
        down = 0 if first == 1 else first - 2
        yield _Page(
            _named(table.sheet, first, names),
            head_row if first == 1 else 1,
            heads,
            (here - down).cast(pl.UInt32),
            {
                column.letter: table.data.to_series(place).slice(start, end - start)
                for place, column in columns
            },
            _marks(here, findings),
            commented.filter(pl.col("row").is_between(first, last)),
            [18] * (max(column.index for column in table.columns) + 1),
            down,
        )
        if end == len(rows):
            return
        first = last + 1


def _named(sheet: str, first: int, names: set[str]) -> str:
    """A name that no other sheet has; of a further sheet it says from which row of the file on."""
    base = sheet_name(sheet)
    name = base if first == 1 else f"{base[:12]}（原第{first}行起）"
    number = 2
    while name.casefold() in names:
        name = f"{base[:9]}（{number}）" if first == 1 else f"{base[:9]}（{number}，原第{first}行起）"
        number += 1
    names.add(name.casefold())
    return name


def _marks(rows: pl.Series, findings: pl.DataFrame) -> dict[str, pl.Series]:
    """For each column with findings, the worst severity of each row (null where nothing is wrong)."""
    letter = pl.col("cell").str.extract(r"(?:^|!)([A-Z]+)\d+$", 1).alias("letter")
    rank = pl.col("severity").replace_strict(RANK, return_dtype=pl.UInt8)
    found = findings.filter(pl.col("row").is_not_null()).select(pl.col("row").cast(pl.UInt32), letter, rank)
    names = {number: name for name, number in RANK.items()}
    marks = {}
    for (column,), part in found.drop_nulls().group_by("letter"):
        worst = part.group_by("row").agg(pl.col("severity").min())
        joined = pl.DataFrame({"row": rows}).join(worst, on="row", how="left", maintain_order="left")
        marks[str(column)] = joined["severity"].replace_strict(names, default=None, return_dtype=pl.String)
    return marks


def _list_pages(findings: pl.DataFrame) -> Iterator[_Page]:
    """The list of findings, in several sheets where it is longer than one."""
    most = LAST_ROW - 1
    for number, start in enumerate(range(0, max(findings.height, 1), most), start=1):
        frame = list_frame(findings.slice(start, most))
        letters = [column_letter(index) for index in range(frame.width)]
        rows = pl.Series("row", range(2, frame.height + 2), dtype=pl.UInt32)
        texts = dict(zip(letters, frame.get_columns(), strict=True))
        heads = dict(zip(letters, LIST_COLUMNS, strict=True))
        name = LIST_SHEET if number == 1 else f"{LIST_SHEET}（{number}）"
        yield _Page(name, 1, heads, rows, texts, {}, findings.clear(), LIST_WIDTHS, filtered=True)


def _fill(skeleton: Path, target: Path, pages: Sequence[_Page]) -> None:
    """Copy the skeleton with the rows of each sheet put in."""
    by_name = {f"xl/worksheets/sheet{number}.xml": page for number, page in enumerate(pages, start=1)}
    with (
        zipfile.ZipFile(skeleton) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name not in by_name:
                out.writestr(name, content)
                continue
            with out.open(name, "w", force_zip64=True) as part:
                for piece in _sheet_xml(content.decode(), by_name[name]):
                    part.write(piece.encode())


def _sheet_xml(skeleton: str, page: _Page) -> Iterator[str]:
    found = {column: number for column, number in _PROBE.findall(skeleton)}
    styles = {name: found[column_letter(index)] for index, name in enumerate(_STYLES)}
    last = max([page.head_row, *page.rows.tail(1).to_list()])
    head, tail = re.split(r"<sheetData>.*</sheetData>", skeleton, maxsplit=1, flags=re.S)
    yield _DIMENSION.sub(f'<dimension ref="A1:{max(page.heads, key=_width)}{last}"/>', head) + "<sheetData>"
    yield from _rows(pl.Series([page.head_row]), _series(page.heads), {}, styles | {"text": styles["head"]})
    for start in range(0, len(page.rows), _CHUNK):
        texts = {letter: column.slice(start, _CHUNK) for letter, column in page.texts.items()}
        marks = {letter: column.slice(start, _CHUNK) for letter, column in page.marks.items()}
        yield from _rows(page.rows.slice(start, _CHUNK), texts, marks, styles)
    yield "</sheetData>" + tail


def _width(letter: str) -> tuple[int, str]:
    """Orders letters of columns as columns are: Z before AA."""
    return len(letter), letter


def _series(heads: dict[str, str]) -> dict[str, pl.Series]:
    return {letter: pl.Series([text], dtype=pl.String) for letter, text in heads.items()}


def _rows(
    rows: pl.Series, texts: dict[str, pl.Series], marks: dict[str, pl.Series], styles: dict[str, str]
) -> Iterable[str]:
    frame = pl.DataFrame(
        [rows.cast(pl.String).alias("row")]
        + [column.cast(pl.String).alias(letter) for letter, column in texts.items()]
        + [
            column.replace_strict(styles, default=None, return_dtype=pl.String).alias(f"{letter} style")
            for letter, column in marks.items()
        ]
    )
    cells = [_cell(letter, letter in marks, styles["text"]) for letter in texts]
    line = pl.concat_str([pl.lit('<row r="'), pl.col("row"), pl.lit('">'), *cells, pl.lit("</row>")])
    yield frame.select(line.str.join("")).item()


def _cell(letter: str, marked: bool, plain: str) -> pl.Expr:
    text = pl.col(letter).str.replace_many(["&", "<", ">"], ["&amp;", "&lt;", "&gt;"])
    text = text.str.replace_all(_ILLEGAL, "")
    number = pl.col(f"{letter} style").fill_null(plain) if marked else pl.lit(plain)
    start = [pl.lit(f'<c r="{letter}'), pl.col("row"), pl.lit('" s="'), number]
    words = [pl.lit('" t="inlineStr"><is><t xml:space="preserve">'), text, pl.lit("</t></is></c>")]
    whole = pl.when(pl.col(letter).is_not_null()).then(pl.concat_str([*start, *words]))
    if not marked:
        return whole.otherwise(pl.lit(""))
    blank = pl.concat_str([*start, pl.lit('"/>')])
    return whole.when(pl.col(f"{letter} style").is_not_null()).then(blank).otherwise(pl.lit(""))
