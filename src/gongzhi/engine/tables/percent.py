"""Cells that are shown as a percentage: the file holds 0.125 where whoever filled it in sees 12.5%.

A program that is told 12.5% keeps 0.125 and the format of the cell. What people see and mean is 12.5%, and a
csv of the same sheet says so; read without its format the value would be a hundredth of what was meant.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from decimal import Decimal

# What a format says as it stands, and what is for conditions, colours and blanks.
_VERBATIM = re.compile(r"\"[^\"]*\"?|\[[^\]]*\]?|[\\_*].", re.DOTALL)


def is_percent(code: str) -> bool:
    """Whether a cell with this number format shows its value times a hundred."""
    return "%" in code and "%" in _VERBATIM.sub("", code)


def percent_text(value: float) -> str:
    """The value as it is shown, in percent points and with all its digits."""
    if not math.isfinite(value):
        return str(value)
    return format((Decimal(repr(float(value))) * 100).normalize() + 0, "f") + "%"


class Percents:
    """Where such cells stand: runs of rows (0-based, the last one exclusive) by column (0-based)."""

    def __init__(self) -> None:
        self._runs: dict[int, list[tuple[int, int]]] = {}

    def note(self, row: int, column: int, down: int = 1) -> None:
        """One more cell, or `down` of them, one below the other."""
        runs = self._runs.setdefault(column, [])
        start = runs.pop()[0] if runs and runs[-1][1] == row else row
        runs.append((start, row + down))

    def within(self, column: int, first: int, rows: int) -> Iterator[int]:
        """Which of so many rows from `first` on are percentages in this column, counted from `first`."""
        for start, end in self._runs.get(column, ()):
            yield from range(max(start, first) - first, min(end, first + rows) - first)
