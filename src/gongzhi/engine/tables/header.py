"""Finding the heading lines of a table among titles, notes and blanks."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from .heading import heading_keys, normalise_heading, unit_word

# A heading is looked for among this many rows at the top of a sheet.
HEAD_ROWS = 80
MAX_HEADER_LINES = 3
_LONGEST_HEADING = 60

Row = Sequence[str | None]

_DATA_LIKE = re.compile(
    r"^[\s￥¥$]*[-+]?[\d０-９][\d０-９,，.．%／/:：\-—年月日\s]*(?:[eE][+\-]?\d+)?(?:元|万元|亿元|㎡)?\s*$"
    r"|^[0-9A-Z]{15,20}$|^\d{17}[\dXx]$"
)


@dataclass(frozen=True)
class Span:
    """A merged range: 0-based rows of the grid, 0-based columns of the grid, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Header:
    """The heading lines (0-based grid rows, first and last), the joined texts, how many matched."""

    first: int
    last: int
    texts: tuple[str, ...]
    matched: int
    score: float


def is_filled(cell: str | None) -> bool:
    """A cell with something in it besides blanks."""
    return cell is not None and not cell.isspace() and cell != ""


def _filled(row: Row) -> list[int]:
    return [i for i, cell in enumerate(row) if is_filled(cell)]


def looks_like_data(text: str) -> bool:
    """A number, a date, an amount, a code or a sentence: what no heading looks like."""
    return bool(_DATA_LIKE.match(text)) or len(text) > _LONGEST_HEADING or "。" in text


# `填报单位：某局` over several columns is a note above the table, not the parent of their headings.
_LABELLED = re.compile(r"[:：]\s*\S")


# What stands in a line of units where a column has none, or names the line.
_NO_UNIT = re.compile(r"^[-—–－/\\·]+$|^(?:计量|金额|面积)?单位[:：]?$")


def line_of_units(row: Row) -> dict[int, str]:
    """The units by column, where a row says nothing else (平方米, 万元 under headings); else nothing."""
    units: dict[int, str] = {}
    for place in _filled(row):
        text = str(row[place]).strip()
        if unit := unit_word(text):
            units[place] = unit
        elif not _NO_UNIT.match(text):
            return {}
    # 单位：万元 alone is said of the whole table, not of the column above which it happens to stand.
    alone = len(units) == 1 and "单位" in str(row[next(iter(units))])
    return {} if alone else units


def _units_under(rows: Sequence[Row], line: int) -> bool:
    """Whether the row under a heading line states the units of its columns (and is no record of one 吨)."""
    if line + 1 >= len(rows) or len(_filled(rows[line])) < 2:
        return False
    units, above = line_of_units(rows[line + 1]), rows[line]
    return bool(units) and not any(str(above[place] or "").strip().endswith("单位") for place in units)


class HeadingSet:
    """The expected titles and aliases of a resource, in comparable form."""

    def __init__(self, headings: Collection[str]) -> None:
        self.keys = frozenset(key for heading in headings for key in heading_keys(heading)[:2])
        self.spellings = ["序号", *headings]

    def __len__(self) -> int:
        return len(self.keys)

    def matches(self, row: Sequence[str | None]) -> int:
        """How many different expected headings a row shows."""
        found: set[str] = set()
        for cell in row:
            if cell:
                found.update(key for key in heading_keys(cell)[:3] if key in self.keys)
        return len(found)

    def shown_by(self, row: Sequence[str | None]) -> bool:
        """Whether a row is a heading: half of what stands in it is expected, and nothing looks like data."""
        filled = [cell for cell in row if cell and is_filled(cell)]
        if len(filled) < 2 or any(map(looks_like_data, filled)):
            return False
        return self.matches(filled) >= max(2, 0.5 * len(filled))


def _plausibility(row: Row, below: Sequence[Row]) -> float:
    """How much a row looks like headings, 0 to 1: short, different texts as wide as the rows below it."""
    places = _filled(row)
    if not places:
        return 0.0
    texts = [str(row[i]) for i in places]
    typical = sorted(len(_filled(r)) for r in below if _filled(r))
    if not typical:
        # Nothing stands below: only several headings side by side can be an empty table.
        return 0.6 * (len(places) > 1 and not any(looks_like_data(t) for t in texts))
    width = max(1, typical[len(typical) // 2])
    fill = min(1.0, len(places) / width)
    words = sum(not looks_like_data(t) for t in texts) / len(texts)
    distinct = len({normalise_heading(t) for t in texts}) / len(texts)
    short = sum(len(t) <= 25 for t in texts) / len(texts)
    lonely = 0.3 if len(places) == 1 and width > 1 else 1.0
    return fill * words**2 * distinct * (0.5 + 0.5 * short) * lonely


def _complements(upper: Row, lower: Row) -> bool:
    """Two lines that are one heading: the lower fills only under gaps or groups of the upper one."""
    above, under = set(_filled(upper)), set(_filled(lower))
    if len(above) < 2 or not under or any(looks_like_data(str(lower[i])) for i in under):
        return False
    reach = max(above | under) + 1
    fresh = under - above
    bare_above = [i for i in above - under]
    if not fresh or not bare_above:
        return False
    # Every child stands under a parent or in the gap to the right of one, and the whole has no hole.
    both = above & under
    starts_groups = all(i - 1 in under or i - 1 in above for i in fresh)
    return starts_groups and bool(both) and len(above | under) >= 0.8 * reach


def _merged_pair(upper: int, spans: Sequence[Span], width: int) -> bool:
    """Merges say that the line `upper` and the next one belong together."""
    down = any(s.top <= upper < s.bottom <= upper + MAX_HEADER_LINES and s.right - s.left < 2 for s in spans)
    across = [s for s in spans if s.top == s.bottom == upper and s.right > s.left]
    return down or (0 < sum(s.right - s.left + 1 for s in across) < width and len(across) >= 2)


def _belongs(rows: Sequence[Row], upper: int, spans: Sequence[Span], width: int) -> bool:
    lower = rows[upper + 1]
    under = _filled(lower)
    if any(_LABELLED.search(str(rows[upper][i])) for i in _filled(rows[upper])):
        return False
    if any(looks_like_data(str(lower[i])) for i in under) or len(_filled(rows[upper])) < 2:
        return False
    return _complements(rows[upper], lower) or (bool(under) and _merged_pair(upper, spans, width))


def _extent(rows: Sequence[Row], best: int, spans: Sequence[Span], width: int) -> tuple[int, int]:
    if best and line_of_units(rows[best]) and _units_under(rows, best - 1):
        best -= 1
    first = last = best
    while last - first + 1 < MAX_HEADER_LINES and last + 1 < len(rows) and _belongs(rows, last, spans, width):
        last += 1
    while last - first + 1 < MAX_HEADER_LINES and first > 0 and _belongs(rows, first - 1, spans, width):
        first -= 1
    if not line_of_units(rows[last]) and _units_under(rows, last):
        last += 1
    return first, last


def _spread(row: Row, line: int, spans: Sequence[Span], below: Row | None) -> list[str]:
    """One heading line with the texts of its groups carried over the columns that they cover."""
    texts = [cell.strip() if cell and is_filled(cell) else "" for cell in row]
    covered = False
    for span in spans:
        if span.top <= line <= span.bottom and span.left < len(texts) and span.top == line:
            covered = covered or span.right > span.left
            for column in range(span.left, min(span.right + 1, len(texts))):
                texts[column] = texts[span.left]
    if not covered and below is not None:
        for column in range(1, len(texts)):
            if not texts[column] and is_filled(below[column]):
                texts[column] = texts[column - 1]
    return texts


def _joined(rows: Sequence[Row], first: int, last: int, spans: Sequence[Span]) -> tuple[str, ...]:
    lines = [
        _spread(rows[line], line, spans, rows[line + 1] if line < last else None)
        for line in range(first, last + 1)
    ]
    units: list[str] = []
    if first < last and line_of_units(rows[last]):
        units = [unit_word(text) for text in lines.pop()]
    headers = []
    for column in range(len(rows[first])):
        parts: list[str] = []
        for line in lines:
            text = re.sub(r"\s*[\r\n]+\s*", "", line[column])
            if text and (not parts or parts[-1] != text):
                parts.append(text)
        unit = units[column] if units and parts else ""
        headers.append("/".join(parts) + (f"（{unit}）" if unit else ""))
    return tuple(headers)


def find_header(rows: Sequence[Row], headings: HeadingSet, spans: Sequence[Span] = ()) -> Header | None:
    """The heading lines of the table at the top of a sheet, or None when nothing looks like one.

    With expected headings the row that shows most of them wins; without any match, or with none expected,
    the most plausible row.
    """
    width = max((len(_filled(row)) for row in rows), default=0)
    best: tuple[tuple[int, float], int] | None = None
    for line, row in enumerate(rows):
        if not _filled(row):
            continue
        rank = (headings.matches(row), _plausibility(row, rows[line + 1 : line + 12]))
        if rank[0] < min(2, len(headings)):
            rank = (0, rank[1])
        # A later row must be clearly better: the first of equals is the heading, the next ones are repeats.
        if best is None or rank[0] > best[0][0] or (rank[0] == best[0][0] and rank[1] > best[0][1] + 0.05):
            best = (rank, line)
    if best is None or (best[0][0] == 0 and best[0][1] < (0.45 if width > 1 or not len(headings) else 2)):
        return None
    line = _earlier(rows, best[1], headings, spans)
    rank = best[0] if line == best[1] else (0, _plausibility(rows[line], rows[line + 1 : line + 12]))
    return header_at(rows, line, headings, spans, rank[1])


def header_at(
    rows: Sequence[Row], line: int, headings: HeadingSet, spans: Sequence[Span] = (), merit: float = 0.0
) -> Header:
    """The heading that the row `line` belongs to. `merit`: how plausible the row is by itself."""
    width = max((len(_filled(row)) for row in rows), default=0)
    first, last = _extent(rows, line, spans, width)
    texts = _joined(rows, first, last, spans)
    matched = headings.matches(texts)
    return Header(first, last, texts, matched, matched + merit)


def _earlier(rows: Sequence[Row], best: int, headings: HeadingSet, spans: Sequence[Span]) -> int:
    """The first heading with rows of its own above the best one: two tables may stand on one sheet."""
    for line in range(best):
        if headings.shown_by(rows[line]):
            last = header_at(rows, line, headings, spans).last
            if any(looks_like_data(str(row[i])) for row in rows[last + 1 : best] for i in _filled(row)):
                return line
    return best
