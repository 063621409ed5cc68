"""Tables that stand one below the other on a sheet: where the next heading is.

A heading that repeats the one above is passed over; one that differs in a column, in the order of the columns
or in a unit begins a table of its own, so that nothing is read under a heading that is not its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from .header import HeadingSet, is_filled, looks_like_data
from .heading import normalise_heading, unit_text

_LONGEST = 25
_SAMPLE = 20
_MOST = 0.6
Row = Sequence[str | None]


def heading_form(cell: str) -> tuple[str, str]:
    """A heading without width, blanks and marks, and its unit: what must be the same for a repeat."""
    return normalise_heading(cell), unit_text(cell)


class HeadingWatch:
    """Tells whether a row below a heading is that heading again, another one, or neither."""

    def __init__(self, lines: Sequence[Row], headings: HeadingSet) -> None:
        self.headings, self.raw = headings, lines
        self.lines = [
            {i: heading_form(cell) for i, cell in enumerate(line) if cell and is_filled(cell)}
            for line in lines
        ]

    def repeats(self, row: Row, filled: Sequence[int]) -> str | None:
        """`repeated_header` for the same heading, `heading` for one that differs in part."""
        for line in self.lines:
            if _alike(line, row, filled):
                same = sum(line.get(i) == heading_form(row[i] or "") for i in filled)
                words = not any(looks_like_data(row[i] or "") for i in filled)
                return "heading" if same < len(filled) and words else "repeated_header"
        return None

    def foreign(self, row: Row, filled: Sequence[int], above: Sequence[Row], below: Row | None) -> bool:
        """Whether a row behind a gap heads something else: words where numbers, days or codes stood."""
        texts = [(row[i] or "").strip() for i in filled]
        if len(filled) < 3 or any(len(text) > _LONGEST or looks_like_data(text) for text in texts):
            return False
        if len({normalise_heading(text) for text in texts}) < len(texts):
            return False
        sample = above[-_SAMPLE:]
        turned = sum(_mostly_data([line[i] for line in sample]) for i in filled)
        return turned >= 2 and below is not None and any(looks_like_data(below[i] or "") for i in filled)


def _alike(line: dict[int, tuple[str, str]], row: Row, filled: Sequence[int]) -> bool:
    """Whether most cells of a row say what the heading line says; given up where they no longer can."""
    needed = max(2, _MOST * len(filled), _MOST * len(line))
    alike = 0
    for left, i in zip(range(len(filled), 0, -1), filled, strict=True):
        if alike + left < needed:
            return False
        alike += i in line and line[i][0] == normalise_heading(row[i] or "")
    return alike >= needed


def _mostly_data(cells: Sequence[str | None]) -> bool:
    filled = [cell for cell in cells if cell and is_filled(cell)]
    return bool(filled) and sum(map(looks_like_data, filled)) >= 0.8 * len(filled)
