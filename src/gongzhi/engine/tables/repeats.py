"""A cell that a worksheet writes twice. Readers keep the last one and say nothing, so a value would be lost.

Looked for with whole-array operations on the bytes: a regular expression over a million cells costs as much
as reading them.
"""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import numpy.typing as npt

from .model import Limits, Unreadable, address, column_index

_QUOTE, _LETTER = ord('"'), ord("A")
_LONGEST = 11  # three letters, seven digits and the quote behind them
_ROW = 1 << 16  # a place is row × this + column, both counted from 1

Places = npt.NDArray[np.int64]


class Repeats:
    """Follows the pieces of one worksheet, each of which ends with a row; `prefix`: that of its elements."""

    def __init__(self, prefix: bytes, limits: Limits) -> None:
        self.tag = b"<" + prefix + b"c "
        self.filled = re.compile(
            re.escape(self.tag) + rb"[^>]*?\br=\"([A-Z]{1,3})(\d{1,7})\"[^>]*(?<!/)>(?!\s*</)"
        )
        self.passed = np.zeros(limits.sheet_rows + 1, dtype=bool)

    def look(self, data: bytes) -> None:
        """Refuse a cell with a value that stands twice in a piece, or whose row stood in an earlier piece."""
        places = _places(np.frombuffer(data, dtype=np.uint8), self.tag + b'r="')
        if len(places) < data.count(self.tag) or (places[1:] <= places[:-1]).any():
            places = self._one_by_one(data)  # not written as usual
        rows = places // _ROW
        inside = rows < len(self.passed)  # what is further down is refused for that
        again = inside & self.passed[np.where(inside, rows, 0)]
        if again.any():
            _refuse(int(places[again.argmax()]))
        self.passed[rows[inside]] = True

    def _one_by_one(self, data: bytes) -> Places:
        found = Counter(
            int(row) * _ROW + column_index(letters.decode()) + 1 for letters, row in self.filled.findall(data)
        )
        if found and (most := found.most_common(1)[0])[1] > 1:
            _refuse(most[0])
        return np.fromiter(found, dtype=np.int64, count=len(found))


def _refuse(place: int) -> None:
    raise Unreadable("repeated_cell", {"cell": address(place // _ROW, place % _ROW - 1)})


def _places(data: npt.NDArray[np.uint8], tag: bytes) -> Places:
    """The places of the cells whose address comes first in their tag, in the order of the file."""
    at = np.flatnonzero(data[: max(0, len(data) - len(tag) - _LONGEST)] == tag[0])
    for step, byte in enumerate(tag[1:], 1):
        at = at[data[at + step] == byte]
    at += len(tag)
    column, row = np.zeros(len(at), np.int64), np.zeros(len(at), np.int64)
    open_ones = np.ones(len(at), dtype=bool)
    for step in range(_LONGEST):
        sign = data[at + step].astype(np.int64)
        open_ones &= sign != _QUOTE
        if not open_ones.any():
            break
        letter = open_ones & (sign >= _LETTER)
        digit = open_ones & (sign < _LETTER)
        column = np.where(letter, column * 26 + sign - _LETTER + 1, column)
        row = np.where(digit, row * 10 + sign - ord("0"), row)
    return row * _ROW + column
