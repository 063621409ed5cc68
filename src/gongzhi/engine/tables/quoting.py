"""Quotes in delimited text, checked on the bytes before anybody parses them."""

from __future__ import annotations

import mmap
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from .encoding import line_at
from .model import Unreadable

_QUOTE = 34
_STEP = 1 << 20  # a piece and its mask stay in the processor's cache


@dataclass(frozen=True)
class Quoting:
    """`used`: fields stand in quotes; False when quotes are absent or plain characters. `doubled`: two stand
    side by side somewhere, so that a field may be quoted nothing. `formulas`: some field is written ="…".
    `places`: where those used stand."""

    used: bool
    doubled: bool = False
    formulas: bool = False
    places: npt.NDArray[np.intp] = field(default_factory=lambda: np.empty(0, np.intp), repr=False)

    def open_at(self, offset: int) -> bool:
        """Whether a field that stands in quotes goes on at this byte."""
        return bool(np.searchsorted(self.places, offset) % 2)


def quoting(data: mmap.mmap, start: int, separator: bytes, eol: bytes) -> Quoting:
    """Whether the text uses quotes, and uses them well.

    A text in which no field begins with a quote holds them as plain characters (3" pipes). Otherwise each
    quote must open a field, close it, or be doubled inside it; the line of the first that does none of these
    is named in the refusal.
    """
    if data.find(b'"', start) < 0:
        return Quoting(used=False)
    quotes = _places(data, start)
    whole = np.frombuffer(data, dtype=np.uint8)
    ends = np.zeros(256, dtype=bool)
    ends[[separator[0], eol[0]]] = True
    first = quotes == start
    before = np.where(first, eol[0], whole[np.maximum(quotes - 1, 0)])
    opens_field = ends[before]
    # ="00123" is how some systems keep Excel from dropping zeros.
    equals = (before == ord("=")) & ~first
    equals &= ends[np.where(quotes - 2 >= start, whole[np.maximum(quotes - 2, 0)], eol[0])]
    opens_field |= equals
    if not opens_field.any():
        return Quoting(used=False)
    ends[13] = True
    last = quotes == len(data) - 1
    after = np.where(last, eol[0], whole[np.minimum(quotes + 1, len(data) - 1)])
    opening = np.arange(len(quotes)) % 2 == 0
    doubled_before = np.zeros(len(quotes), dtype=bool)
    doubled_before[1:] = quotes[1:] == quotes[:-1] + 1
    doubled_after = np.zeros(len(quotes), dtype=bool)
    doubled_after[:-1] = doubled_before[1:]
    good = np.where(opening, opens_field | doubled_before, ends[after] | doubled_after)
    wrong = quotes[~good]
    if len(wrong) or len(quotes) % 2:
        offset = int(wrong[0] if len(wrong) else quotes[-1])
        raise Unreadable("broken_quotes", {"line": str(line_at(data, offset))})
    return Quoting(used=True, doubled=bool(doubled_before.any()), formulas=bool(equals.any()), places=quotes)


def _places(data: mmap.mmap, start: int) -> npt.NDArray[np.intp]:
    """Where the quotes stand, found piece by piece so that no mask as long as the text is needed."""
    places = []
    for place in range(start, len(data), _STEP):
        piece = np.frombuffer(data, dtype=np.uint8, count=min(_STEP, len(data) - place), offset=place)
        places.append(np.flatnonzero(piece == _QUOTE) + place)
    return np.concatenate(places)
