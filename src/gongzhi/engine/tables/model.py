"""What a file says, as flat tables of original text.

Nothing here interprets a value: the cells are the text that the file holds, with the row and column where
they stand, so that every later finding can name its cell.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Limits:
    """What one file may cost. Sizes in bytes, times in seconds (of work; waiting counts a fifth)."""

    file_bytes: int = 400 * 1024 * 1024
    unpacked_bytes: int = 2 * 1024**3
    rows: int = 2_000_000
    sheet_rows: int = 1_048_576
    columns: int = 2_000
    cells: int = 60_000_000
    cell_chars: int = 32_767
    sheets: int = 200
    stacked: int = 100  # tables one below the other on a sheet
    resident_bytes: int = 1_400 * 1024 * 1024
    address_bytes: int = 6 * 1024**3
    result_bytes: int = 3 * 1024**3
    seconds: float = 120.0
    notices_per_code: int = 1_000


@dataclass(frozen=True)
class Column:
    """One column: its 0-based place in the sheet and the text of its heading (父/子 when joined)."""

    index: int
    header: str

    @property
    def letter(self) -> str:
        """The column as Excel names it: 0 is A, 26 is AA."""
        return column_letter(self.index)


@dataclass(frozen=True)
class Skipped:
    """A row (1-based) that is no record, and why.

    blank, title, note, header, repeated_header, column_numbers, total, group, example.
    """

    row: int
    why: str


@dataclass(frozen=True)
class Notice:
    """Something done or seen while reading that the sender is told of; `cell` is an address or None."""

    code: str
    cell: str | None = None
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True)
class Table:
    """One table found in a sheet.

    sheet, sheet_index (0-based): where it stands; header_row: 1-based row of the last heading line.
    data: String columns c0…cN, in the order of `columns`; null is an empty cell.
    rows: 1-based row in the sheet of each row of `data`. In delimited text it is the number of the record,
    the row that Excel shows for it (a record with line breaks in quotes is one row). In JSON the headings
    count as row 1 where the file holds objects.
    totals: the total rows as they stand, in the columns of `data` and `row`; they are in `skipped` too.
    unit_hint: the money unit that counts for columns without one of their own.
    units_said: all money units that are stated around the table, to be asked about where they differ.
    area_hint, areas_said: the same of areas.
    merged: the ranges (`E2:E3`) whose value was filled into every row that they cover.
    """

    sheet: str
    sheet_index: int
    header_row: int
    columns: tuple[Column, ...]
    data: pl.DataFrame
    rows: pl.Series
    skipped: tuple[Skipped, ...] = ()
    notices: tuple[Notice, ...] = ()
    unit_hint: str | None = None
    units_said: tuple[str, ...] = ()
    area_hint: str | None = None
    areas_said: tuple[str, ...] = ()
    totals: pl.DataFrame | None = None
    merged: tuple[str, ...] = ()

    def cell(self, row: int, column: int) -> str:
        """The address of a data cell, e.g. `C12`; `row` indexes `data`, `column` indexes `columns`."""
        return f"{self.columns[column].letter}{self.rows[row]}"


@dataclass(frozen=True)
class Mark:
    """The hidden mark of our own templates: which resource, which version, and the batch that it adds to."""

    resource: str
    version: str
    adds: str | None = None


@dataclass(frozen=True)
class Reading:
    """All that was read from one file. `encoding` is None for binary formats."""

    format: str
    encoding: str | None
    tables: tuple[Table, ...]
    mark: Mark | None = None
    notices: tuple[Notice, ...] = ()
    cage: str = ""


class Unreadable(Exception):
    """The file is refused. `code` keys the text that the user sees; `details` fill it in."""

    def __init__(self, code: str, details: dict[str, str] | None = None) -> None:
        self.code = code
        self.details = dict(details or {})
        super().__init__(code, self.details)

    def __str__(self) -> str:
        return f"{self.code} {self.details}" if self.details else self.code


def column_letter(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text


def column_index(letters: str) -> int:
    """A → 0, Z → 25, AA → 26."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def address(row: int, column: int) -> str:
    """The cell at a 1-based row and a 0-based column."""
    return f"{column_letter(column)}{row}"
