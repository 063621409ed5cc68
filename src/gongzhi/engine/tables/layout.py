"""From raw grids to tables: which sheets hold the table, where its heading is, which rows are records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from .grid import Grid
from .header import Header, HeadingSet, find_header
from .heading import normalise_heading
from .model import Limits, Notice, Unreadable, address
from .parcel import ROW, ParcelWriter
from .records import RecordRules, above_heading, unit_of

# A merged cell that covers more lines than this is neither a note nor the title of a group.
_TALLEST_NOTE = 20


@dataclass
class Found:
    """A sheet in which a heading was found."""

    grid: Grid
    header: Header

    @property
    def title(self) -> frozenset[str]:
        """The headings in comparable form: two sheets with the same ones are two parts of one table."""
        return frozenset(normalise_heading(text) for text in self.header.texts if text)


def choose(grids: Sequence[Grid], headings: HeadingSet) -> tuple[list[Found], list[Notice]]:
    """The sheets that hold the table, in order, and a notice for every other sheet that is not empty.

    Hidden sheets count only when no visible sheet has a table.
    """
    found: list[Found] = []
    others: list[str] = []
    for hidden in (False, True):
        settled = bool(found) if not headings else any(f.header.matched for f in found)
        for grid in (g for g in grids if g.hidden is hidden):
            header = None if hidden and settled else find_header(grid.head, headings, grid.spans)
            if header is None:
                others.append(grid.name)
            else:
                found.append(Found(grid, header))
    if not found:
        raise Unreadable("no_table", {"sheets": "、".join(g.name for g in grids)[:200]})
    best = max(found, key=lambda f: f.header.score)
    chosen = [f for f in found if _same_table(f, best, headings)]
    others += [f.grid.name for f in found if f not in chosen]
    notices = [Notice("other_sheet", None, name, None) for name in others]
    notices += [Notice("hidden_sheet_read", None, f.grid.name, None) for f in chosen if f.grid.hidden]
    return sorted(chosen, key=lambda f: f.grid.index), notices


def _same_table(found: Found, best: Found, headings: HeadingSet) -> bool:
    if found is best:
        return True
    shared = len(found.title & best.title)
    if shared >= 2 and shared >= 0.8 * max(len(found.title), len(best.title)):
        return True
    # A narrow sheet most of whose own headings are expected is another table of the same resource.
    known = found.header.matched
    wanted = min(0.8 * best.header.matched, 0.6 * len(found.title))
    return len(headings) > 0 and known >= 3 and known >= wanted


class _Layout:
    """Lays one sheet out into the parcel."""

    def __init__(self, found: Found, parcel: ParcelWriter, limits: Limits) -> None:
        self.grid, self.header, self.parcel, self.limits = found.grid, found.header, parcel, limits
        grid, header = self.grid, self.header
        self.first = grid.first_row + header.last + 1
        width = sum(1 for text in header.texts if text)
        wide = {
            grid.first_row + row
            for span in grid.spans
            if span.right - span.left + 1 >= max(2, width / 2) and span.bottom - span.top < _TALLEST_NOTE
            for row in range(span.top, span.bottom + 1)
        }
        lines = grid.head[header.first : header.last + 1]
        self.rules = RecordRules(header.texts, lines, wide, self.first)
        self.skipped = self._above()
        self.notices: list[Notice] = []
        self.totals: list[pl.DataFrame] = []
        self.filled = dict.fromkeys(range(grid.width), 0)
        self.count = self.extra = 0

    def _above(self) -> list[tuple[int, str]]:
        grid, header = self.grid, self.header
        skipped = [(row, "blank") for row in range(1, grid.first_row)]
        skipped += [(grid.first_row + i, above_heading(grid.head[i])) for i in range(header.first)]
        return skipped + [(grid.first_row + i, "header") for i in range(header.first, header.last + 1)]

    def run(self) -> dict[str, Any]:
        """Write all records; what the parent needs to know besides them."""
        row = self.first
        for frame in self.grid.frames(self.header.last + 1):
            self._lay(frame, row)
            row += frame.height
            if self.count > self.limits.rows:
                raise Unreadable("too_many_rows", {"limit": str(self.limits.rows)})
        grid, header = self.grid, self.header
        texts = (*header.texts, *[""] * (grid.width - len(header.texts)))
        kept = [i for i in range(grid.width) if texts[i] or self.filled[i]]
        pieces = self.parcel.take()
        for frame in self.totals:
            self.parcel.add(frame)
        return {
            "sheet": grid.name,
            "sheet_index": grid.index,
            "header_row": self.first - 1,
            "columns": [[grid.first_column + i, texts[i]] for i in kept],
            "names": [f"g{i}" for i in kept],
            "pieces": pieces,
            "totals": self.parcel.take(),
            "skipped": self.skipped,
            "notices": [[n.code, n.cell, n.before, n.after] for n in self._capped()],
            "unit_hint": unit_of(grid.head[: header.first]),
        }

    def _lay(self, frame: pl.DataFrame, row: int) -> None:
        skipped = self.rules.skipped(frame, row)
        self.skipped += [(row + position, why) for position, why in skipped]
        frame = frame.with_columns(pl.int_range(row, row + frame.height, dtype=pl.UInt32).alias(ROW))
        if skipped:
            totals = [position for position, why in skipped if why == "total"]
            if totals:
                self.totals.append(frame[totals])
            keep = pl.Series([True]).new_from_index(0, frame.height)
            keep = keep.scatter([position for position, _ in skipped], False)
            frame = frame.filter(keep)
        self._count(frame)
        self.parcel.add(frame)
        self.count += frame.height

    def _count(self, frame: pl.DataFrame) -> None:
        nulls = frame.null_count().row(0)
        for i in range(self.grid.width):
            filled = frame.height - nulls[i]
            self.filled[i] += filled
            beyond = i >= len(self.header.texts) or not self.header.texts[i]
            if filled and beyond:
                self._say_extra(frame, i)

    def _say_extra(self, frame: pl.DataFrame, column: int) -> None:
        """Name the cells that no heading stands above."""
        extra = frame.select(ROW, f"g{column}").drop_nulls()
        self.extra += extra.height
        room = max(0, self.limits.notices_per_code - len(self.notices))
        place = self.grid.first_column + column
        for row, text in extra.head(room).iter_rows():
            self.notices.append(Notice("extra_cell", address(row, place), text, None))

    def _capped(self) -> list[Notice]:
        """At most so many notices of each code, and for each that has more how many there are."""
        totals = Counter(notice.code for notice in [*self.grid.notices, *self.notices])
        if self.extra:
            totals["extra_cell"] = self.extra
        kept: list[Notice] = []
        told: Counter[str] = Counter()
        for notice in [*self.grid.notices, *self.notices]:
            told[notice.code] += 1
            if told[notice.code] <= self.limits.notices_per_code:
                kept.append(notice)
        more = [code for code, total in totals.items() if total > self.limits.notices_per_code]
        return kept + [Notice("more_of_these", None, code, str(totals[code])) for code in more]


def lay_out(
    grids: Sequence[Grid], headings: HeadingSet, parcel: ParcelWriter, limits: Limits
) -> tuple[list[dict[str, Any]], list[Notice]]:
    """Find the tables in these grids and write them; the description of each, and the notices of the file."""
    found, notices = choose(grids, headings)
    tables = [_Layout(f, parcel, limits).run() for f in found]
    if not any(table["pieces"] for table in tables):
        raise Unreadable("no_rows", {"sheet": found[0].grid.name, "row": str(tables[0]["header_row"])})
    return tables, notices
