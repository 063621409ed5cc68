"""Quotes in delimited text, checked on the bytes before anybody parses them."""

from __future__ import annotations

import importlib
import mmap
import os
from typing import TYPE_CHECKING

from .encoding import line_at
from .model import Unreadable

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_QUOTE = 34
_STEP = 32 << 20


def prepare(fd: int) -> None:
    """Load what checking this file's quotes will need; in the cage the shared libraries are out of reach."""
    if os.fstat(fd).st_size:
        with mmap.mmap(fd, 0, prot=mmap.PROT_READ) as data:
            if data.find(b'"') >= 0:
                importlib.import_module("numpy")


def quoting(data: mmap.mmap, start: int, separator: bytes, eol: bytes) -> bool:
    """True when the text uses quotes and uses them well; False when quotes are absent or plain characters.

    A text in which no field begins with a quote holds them as plain characters (3" pipes). Otherwise each
    quote must open a field, close it, or be doubled inside it; the line of the first that does none of these
    is named in the refusal.
    """
    if data.find(b'"', start) < 0:
        return False
    import numpy as np  # noqa: PLC0415 - only texts with quotes pay for it

    quotes = _places(data, start)
    whole = np.frombuffer(data, dtype=np.uint8)
    ends = np.zeros(256, dtype=bool)
    ends[[separator[0], eol[0]]] = True
    first = quotes == start
    before = np.where(first, eol[0], whole[np.maximum(quotes - 1, 0)])
    opens_field = ends[before]
    # ="00123" is how some systems keep Excel from dropping zeros; it stays as it is written.
    equals = (before == ord("=")) & ~first
    opens_field |= equals & ends[np.where(quotes - 2 >= start, whole[np.maximum(quotes - 2, 0)], eol[0])]
    if not opens_field.any():
        return False
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
    return True


def _places(data: mmap.mmap, start: int) -> npt.NDArray[np.intp]:
    """Where the quotes stand, found piece by piece so that no mask as long as the text is needed."""
    import numpy as np  # noqa: PLC0415 - as above

    places = []
    for place in range(start, len(data), _STEP):
        piece = np.frombuffer(data, dtype=np.uint8, count=min(_STEP, len(data) - place), offset=place)
        places.append(np.flatnonzero(piece == _QUOTE) + place)
    return np.concatenate(places)
