"""Old workbooks (xls, et): what calamine hides of them, from a walk over the records of their stream.

Record numbers and layouts: [MS-XLS] 2.4.
"""

from __future__ import annotations

import contextlib
import struct
from array import array
from collections.abc import Collection, Iterator

import numpy as np

from .model import Unreadable, address
from .percent import is_percent
from .sheet import Seen

_END, _FORMULA, _COLUMN_INFO, _BOUND_SHEET = 0x000A, 0x0006, 0x007D, 0x0085
_BOOL_OR_ERROR, _ROW = 0x0205, 0x0208
_BEGIN = 0x0809
_STYLE, _FORMAT = 0x00E0, 0x041E
_NUMBER, _SHORT_NUMBER, _SHORT_NUMBERS = 0x0203, 0x027E, 0x00BD
_TEXT, _SHARED_TEXT, _RICH_TEXT = 0x0204, 0x00FD, 0x00D6
_UNICODE = 0x0600  # the version whose texts are in Unicode
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_HIDDEN_ROW = 0x20


def scan_biff(stream: bytes) -> list[Seen]:
    """For each sheet, in order: its errors, hidden rows and columns; a broken record ends the walk."""
    found = []
    book = _Book(stream)
    for start in book.starts:
        seen = Seen()
        filled = array("Q")
        # Whether a broken sheet is fit to be read is calamine's answer to give.
        with contextlib.suppress(struct.error, IndexError):
            _walk(stream, start, seen, book.percents, filled)
        _refuse_repeats(filled)
        found.append(seen)
    return found


class _Book:
    """What stands before the sheets: where each begins, and which styles show a percentage."""

    def __init__(self, stream: bytes) -> None:
        self.starts: list[int] = []
        self.codes = {9: "0%", 10: "0.00%"}
        styles: list[int] = []
        place, version = 0, _UNICODE
        while place + 8 <= len(stream):
            kind, length = struct.unpack_from("<2H", stream, place)
            place += 4
            if kind == _BEGIN:
                version = struct.unpack_from("<H", stream, place)[0]
            elif kind == _BOUND_SHEET:
                self.starts.append(struct.unpack_from("<I", stream, place)[0])
            elif kind == _STYLE:
                styles.append(struct.unpack_from("<2H", stream, place)[1])
            elif kind == _FORMAT:
                self._format(stream[place : place + length], version)
            elif kind == _END:
                break
            place += length
        self.percents = {n for n, code in enumerate(styles) if is_percent(self.codes.get(code, ""))}

    def _format(self, data: bytes, version: int) -> None:
        """A format's number and code; texts have one byte a character unless their flag says two."""
        number = int.from_bytes(data[:2], "little")
        wide = version == _UNICODE and data[4:5] == b"\x01"
        text = data[5:] if version == _UNICODE else data[3:]
        self.codes[number] = text.decode("utf-16-le" if wide else "latin-1", "replace")


def _refuse_repeats(filled: array[int]) -> None:
    """A cell written twice: the reader would keep one value and lose the other without a word."""
    places, counts = np.unique(np.frombuffer(filled, dtype=np.uint64), return_counts=True)
    again = places[counts > 1]
    if len(again):
        raise Unreadable(
            "repeated_cell", {"cell": address(int(again[0]) // _WIDE + 1, int(again[0]) % _WIDE)}
        )


def _walk(stream: bytes, place: int, seen: Seen, percents: Collection[int], filled: array[int]) -> None:
    """`filled` takes the place of each cell with a value: row × `_WIDE` + column."""
    for kind, at, end in _records(stream, place):
        if kind in _NOTED:
            _NOTED[kind](stream, at, seen)
        if kind in _FILLED:
            cells = _places(stream, at, end - at if kind == _SHORT_NUMBERS else 0)
            filled.extend(cells)
            if percents and kind in _NUMBERS:
                _note_percents(stream[at:end], cells, seen, percents)


def _records(stream: bytes, place: int) -> Iterator[tuple[int, int, int]]:
    """Kind, begin and end of the records of the sheet at a place; those of charts inside it left out."""
    heading = struct.Struct("<2H")
    depth = 0
    while place + 4 <= len(stream):
        kind, length = heading.unpack_from(stream, place)
        at = place + 4
        place = at + length
        if kind == _BEGIN:
            depth += 1
        elif kind == _END:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1:
            yield kind, at, place


def _places(stream: bytes, at: int, length: int) -> range:
    """The cell of a record, or those of a run of numbers, which alone has a `length` here."""
    row, column = struct.unpack_from("<2H", stream, at)
    first = row * _WIDE + column
    return range(first, first + (max(0, length - 6) // 6 if length else 1))


def _note_percents(data: bytes, cells: range, seen: Seen, percents: Collection[int]) -> None:
    """A number in the style of a percentage, or several side by side."""
    for number, cell in enumerate(cells):
        if struct.unpack_from("<H", data, 4 + 6 * number)[0] in percents:
            seen.percents.note(cell // _WIDE, cell % _WIDE)


def _note_error(stream: bytes, at: int, seen: Seen) -> None:
    row, column, _, value, is_error = struct.unpack_from("<3H2B", stream, at)
    if is_error:
        seen.errors[row + 1, column] = _ERRORS.get(value, "#N/A")


def _note_formula(stream: bytes, at: int, seen: Seen) -> None:
    row, column, _, kind, _, value = struct.unpack_from("<3H3B", stream, at)
    if kind == 2 and stream[at + 12 : at + 14] == b"\xff\xff":
        seen.errors[row + 1, column] = _ERRORS.get(value, "#N/A")


def _note_row(stream: bytes, at: int, seen: Seen) -> None:
    if stream[at + 12] & _HIDDEN_ROW:
        seen.hidden_rows.append(struct.unpack_from("<H", stream, at)[0] + 1)


def _note_column(stream: bytes, at: int, seen: Seen) -> None:
    first, last, _, _, flags = struct.unpack_from("<5H", stream, at)
    if flags & 1:
        seen.hidden_columns.append((first, last))


_WIDE = 1 << 16
_NUMBERS = {_NUMBER, _SHORT_NUMBER, _SHORT_NUMBERS, _FORMULA}
_FILLED = _NUMBERS | {_TEXT, _SHARED_TEXT, _RICH_TEXT, _BOOL_OR_ERROR}
_NOTED = {
    _BOOL_OR_ERROR: _note_error,
    _FORMULA: _note_formula,
    _ROW: _note_row,
    _COLUMN_INFO: _note_column,
}
