"""From raw grids to tables: which sheets hold the table, where its heading is, which rows are records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import polars as pl

from .grid import Grid
from .header import HEAD_ROWS, MAX_HEADER_LINES, Header, HeadingSet, Span, find_header, header_at, is_filled
from .heading import normalise_heading
from .model import Limits, Notice, Unreadable, address
from .parcel import ROW, ParcelWriter
from .records import RecordRules, above_heading, areas_in, unit_of, units_in
from .stacked import HeadingWatch

# A merged cell that covers more lines than this is neither a note nor the title of a group.
_TALLEST_NOTE = 20
# Said of every cell however many: each becomes a finding. How many there may be is bounded elsewhere.
_EVERY_ONE = {"formula_without_value"}
# What may stand between the last row of a table and the heading of the next one.
_BETWEEN = {"blank", "title", "group", "note"}


@dataclass
class Found:
    """A sheet in which a heading was found; its rows from `top` (1-based) on belong to this table."""

    grid: Grid
    header: Header
    top: int = 1

    @property
    def title(self) -> frozenset[str]:
        """The headings in comparable form: two sheets with the same ones are two parts of one table."""
        return frozenset(normalise_heading(text) for text in self.header.texts if text)


def choose(grids: Sequence[Grid], headings: HeadingSet) -> tuple[list[Found], list[Notice]]:
    """The sheets that hold the table, in order, and a notice for every other sheet that is not empty.

    Hidden sheets count only when no visible sheet has a table; one that holds the same table (an old copy, or
    rows that somebody forgot there) is told of as such.
    """
    found: list[Found] = []
    aside: list[Found] = []
    others: list[str] = []
    for hidden in (False, True):
        settled = bool(found) if not headings else any(f.header.matched for f in found)
        for grid in (g for g in grids if g.hidden is hidden):
            header = find_header(grid.head, headings, grid.spans)
            if header is None:
                others.append(grid.name)
            else:
                (aside if hidden and settled else found).append(Found(grid, header))
    if not found:
        raise Unreadable("no_table", {"sheets": "、".join(g.name for g in grids)[:200]})
    best = max(found, key=lambda f: f.header.score)
    chosen = [f for f in found if _same_table(f, best, headings)]
    left = [f for f in aside if _same_table(f, best, headings)]
    others += [f.grid.name for f in (*found, *aside) if f not in chosen and f not in left]
    notices = [Notice("other_sheet", None, name, None) for name in others]
    notices += [Notice("hidden_sheet_left", None, f.grid.name, None) for f in left]
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

    def __init__(self, found: Found, headings: HeadingSet, parcel: ParcelWriter, limits: Limits) -> None:
        self.grid, self.header, self.parcel, self.limits = found.grid, found.header, parcel, limits
        self.headings = headings
        grid, header = self.grid, self.header
        self.first = grid.first_row + header.last + 1
        width = sum(1 for text in header.texts if text)
        wide = {
            grid.first_row + row
            for span in grid.spans
            if span.right - span.left + 1 >= max(2, width / 2) and span.bottom - span.top < _TALLEST_NOTE
            for row in range(span.top, span.bottom + 1)
        }
        watch = HeadingWatch(grid.head[header.first : header.last + 1], headings)
        above = [*grid.head[: header.first], *self._line_below()]
        self.unit, self.units_above, self.areas_above = unit_of(above), units_in(above), areas_in(above)
        self.rules = RecordRules(header.texts, watch, wide, self.first, self.unit)
        self.skipped = self._above(found.top)
        self.notices: list[Notice] = []
        self.totals: list[pl.DataFrame] = []
        self.filled = dict.fromkeys(range(grid.width), 0)
        self.count = self.extra = self.heading_at = 0
        self.last = True  # no other table stands below
        self.pieces: list[list[int]] = []
        self.total_pieces: list[list[int]] = []

    def _line_below(self) -> list[Sequence[str | None]]:
        """A lone line right under the heading: 单位：万元 may stand there as well as above it."""
        line = self.header.last + 1
        return [row for row in self.grid.head[line : line + 1] if _lonely(row)]

    def _above(self, top: int) -> list[tuple[int, str]]:
        grid, header = self.grid, self.header
        skipped = [(row, "blank") for row in range(top, grid.first_row)]
        skipped += [(grid.first_row + i, above_heading(grid.head[i])) for i in range(header.first)]
        return skipped + [(grid.first_row + i, "header") for i in range(header.first, header.last + 1)]

    def run(self) -> Found | None:
        """Write all records; the table below with a heading of its own, if there is one."""
        row = self.first
        below = None
        frames = self.grid.frames(self.header.last + 1)
        for frame in frames:
            rest = self._lay(frame, row)
            if rest is not None:
                self.last = False
                below = self._below(rest, frames, row + frame.height - rest.height)
                break
            row += frame.height
            if self.count > self.limits.rows:
                raise Unreadable("too_many_rows", {"limit": str(self.limits.rows)})
        self.pieces = self.parcel.take()
        for frame in self.totals:
            self.parcel.add(frame)
        self.total_pieces = self.parcel.take()
        return below

    def _below(self, rest: pl.DataFrame, frames: Iterator[pl.DataFrame], row: int) -> Found:
        """The next table: `rest` begins at the sheet's row `row`, with titles above the heading."""
        head = rest.head(HEAD_ROWS).rows()
        spans = self._spans_from(row)
        grid = replace(
            self.grid,
            head=head,
            first_row=row,
            spans=spans,
            notices=[],
            frames=lambda start: chain([rest[start:]] if start < rest.height else [], frames),
        )
        return Found(grid, header_at(head, self.heading_at, self.headings, spans), row)

    def _spans_from(self, row: int) -> list[Span]:
        """The merged ranges from a sheet row on, counted from there."""
        shift = row - self.grid.first_row
        return [
            Span(s.top - shift, s.left, s.bottom - shift, s.right) for s in self.grid.spans if s.top >= shift
        ]

    def told(self) -> dict[str, Any]:
        """What the parent needs to know besides the records."""
        grid, header = self.grid, self.header
        texts = (*header.texts, *[""] * (grid.width - len(header.texts)))
        kept = [i for i in range(grid.width) if texts[i] or self.filled[i]]
        return {
            "sheet": grid.name,
            "sheet_index": grid.index,
            "header_row": self.first - 1,
            "columns": [[grid.first_column + i, texts[i]] for i in kept],
            "names": [f"g{i}" for i in kept],
            "pieces": self.pieces,
            "totals": self.total_pieces,
            "skipped": self.skipped,
            "notices": [[n.code, n.cell, n.before, n.after] for n in self._capped()],
            "unit_hint": self._hint(self.units_above, self.rules.units_below),
            "units_said": sorted(self._said(self.units_above, self.rules.units_below)),
            "area_hint": self._hint(self.areas_above, self.rules.areas_below),
            "areas_said": sorted(self._said(self.areas_above, self.rules.areas_below)),
        }

    def _said(self, above: set[str], below: set[str]) -> set[str]:
        """The units of one measure stated around the table. A note between two tables speaks of the lower
        one, if the upper one has its own."""
        return above | below if self.last or not above else above

    def _hint(self, above: set[str], below: set[str]) -> str | None:
        """The unit above the table, else the only one in the notes below it, where they can mean no other."""
        said = self._said(above, below)
        only = above if len(above) == 1 else said if self.last and len(said) == 1 else None
        return next(iter(only)) if only else None

    def _lay(self, frame: pl.DataFrame, row: int) -> pl.DataFrame | None:
        """Write the records of a frame; what is left of it from where another table begins."""
        skipped = self.rules.skipped(frame, row)
        rest = None
        if skipped and skipped[-1][1] == "heading":
            frame, rest, skipped = self._cut(frame, skipped, row)
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
        return rest

    def _cut(
        self, frame: pl.DataFrame, skipped: list[tuple[int, str]], row: int
    ) -> tuple[pl.DataFrame, pl.DataFrame, list[tuple[int, str]]]:
        """The frame above and below the place where another table begins, with its titles."""
        heading = skipped[-1][0]
        top = max(0, heading - MAX_HEADER_LINES)
        spans = self._spans_from(row + top)
        place = top + header_at(frame[top : heading + 3].rows(), heading - top, self.headings, spans).first
        why = dict(skipped)
        while place and (why.get(place - 1) in _BETWEEN or _lonely(frame.row(place - 1))):
            place -= 1
        self.heading_at = heading - place
        return frame[:place], frame[place:], [one for one in skipped if one[0] < place]

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
        most = self.limits.notices_per_code
        for notice in [*self.grid.notices, *self.notices]:
            told[notice.code] += 1
            if told[notice.code] <= most or notice.code in _EVERY_ONE:
                kept.append(notice)
        more = [code for code, total in totals.items() if total > most and code not in _EVERY_ONE]
        return kept + [Notice("more_of_these", None, code, str(totals[code])) for code in more]


def _lonely(row: Sequence[str | None]) -> bool:
    """A single text in a row: the title of what stands below."""
    return sum(map(is_filled, row)) == 1


def _stacked(
    found: Found, headings: HeadingSet, parcel: ParcelWriter, limits: Limits
) -> list[dict[str, Any]]:
    """The tables of a sheet, one below the other, each under its own heading."""
    layouts: list[_Layout] = []
    below: Found | None = found
    while below is not None:
        if len(layouts) >= limits.stacked:
            raise Unreadable("too_many_tables", {"limit": str(limits.stacked)})
        layouts.append(_Layout(below, headings, parcel, limits))
        below = layouts[-1].run()
    merged = _merged(layouts)
    return [layout.told() | {"merged": ranges} for layout, ranges in zip(layouts, merged, strict=True)]


def _merged(layouts: Sequence[_Layout]) -> list[list[str]]:
    """The ranges that were filled down in each table of a sheet; all are told to the first, uncut."""
    ranges = [n.cell for n in layouts[0].grid.notices if n.code == "merged_filled" and n.cell]
    if not ranges:
        return [[] for _ in layouts]
    rows = [int("".join(filter(str.isdigit, one.partition(":")[0]))) for one in ranges]
    ends = [*(layout.first for layout in layouts[1:]), float("inf")]
    return [
        [one for one, row in zip(ranges, rows, strict=True) if layout.first <= row < end]
        for layout, end in zip(layouts, ends, strict=True)
    ]


def lay_out(
    grids: Sequence[Grid], headings: HeadingSet, parcel: ParcelWriter, limits: Limits
) -> tuple[list[dict[str, Any]], list[Notice]]:
    """Find the tables in these grids and write them; the description of each, and the notices of the file."""
    found, notices = choose(grids, headings)
    tables = [table for f in found for table in _stacked(f, headings, parcel, limits)]
    if not any(table["pieces"] for table in tables):
        raise Unreadable("no_rows", {"sheet": found[0].grid.name, "row": str(tables[0]["header_row"])})
    return tables, notices
