"""Old workbooks (xls, et): what calamine hides of them, from a walk over the records of their stream.

Record numbers and layouts: [MS-XLS] 2.4.
"""

from __future__ import annotations

import contextlib
import struct

from .sheet import Seen

_END, _FORMULA, _COLUMN_INFO, _BOUND_SHEET = 0x000A, 0x0006, 0x007D, 0x0085
_BOOL_OR_ERROR, _ROW = 0x0205, 0x0208
_BEGIN = 0x0809
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
    for start in _sheet_starts(stream):
        seen = Seen()
        # Whether a broken sheet is fit to be read is calamine's answer to give.
        with contextlib.suppress(struct.error, IndexError):
            _walk(stream, start, seen)
        found.append(seen)
    return found


def _sheet_starts(stream: bytes) -> list[int]:
    starts: list[int] = []
    place = 0
    while place + 8 <= len(stream):
        kind, length = struct.unpack_from("<2H", stream, place)
        if kind == _BOUND_SHEET:
            starts.append(struct.unpack_from("<I", stream, place + 4)[0])
        elif kind == _END:
            break
        place += 4 + length
    return starts


def _walk(stream: bytes, place: int, seen: Seen) -> None:
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
        elif depth == 1 and kind in _NOTED:
            _NOTED[kind](stream, at, seen)


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


_NOTED = {
    _BOOL_OR_ERROR: _note_error,
    _FORMULA: _note_formula,
    _ROW: _note_row,
    _COLUMN_INFO: _note_column,
}
