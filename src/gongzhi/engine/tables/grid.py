"""A sheet as a raw grid: every physical row in order, before anybody knows which of them are records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from .header import HEAD_ROWS, Span
from .model import Limits, Notice, Unreadable, address

_BATCH = 50_000


def grid_names(width: int) -> list[str]:
    """The column names of a grid's frames: g0…gN."""
    return [f"g{i}" for i in range(width)]


@dataclass
class Grid:
    """One sheet.

    head: its first rows as text (at most HEAD_ROWS), null where empty.
    frames: given a 0-based grid row, all rows from there on as frames of String columns g0…gN.
    first_row: 1-based sheet row of grid row 0. first_column: 0-based sheet column of g0.
    spans: merged ranges in grid coordinates. notices: what reading this sheet has to say, filled while the
    frames are drawn. hidden: the sheet itself is hidden.
    """

    name: str
    index: int
    width: int
    head: Sequence[Sequence[str | None]]
    frames: Callable[[int], Iterator[pl.DataFrame]]
    first_row: int = 1
    first_column: int = 0
    spans: Sequence[Span] = ()
    notices: list[Notice] = field(default_factory=list)
    hidden: bool = False


def rows_to_frame(rows: Sequence[Sequence[str | None]], width: int) -> pl.DataFrame:
    """Text rows, each padded to `width`, as one frame."""
    columns = list(zip(*rows, strict=True)) if rows else [() for _ in range(width)]
    return pl.DataFrame(
        [pl.Series(f"g{i}", values, dtype=pl.String) for i, values in enumerate(columns)],
        schema={name: pl.String for name in grid_names(width)},
    )


def refuse_long(frame: pl.DataFrame, row: int, column: int, limits: Limits) -> None:
    """Refuse a cell that is longer than a cell may be; `row`, `column`: the sheet's place of the frame."""
    for i, size in enumerate(frame.select(pl.all().str.len_bytes().max()).row(0)):
        if (size or 0) > limits.cell_chars:
            chars = frame.to_series(i).str.len_chars()
            place = chars.arg_max()
            if place is not None and chars[place] > limits.cell_chars:
                raise Unreadable("cell_too_long", {"cell": address(row + place, column + i)})


def text_grid(
    rows: list[list[str | None]],
    spans: Sequence[Span],
    limits: Limits,
    notices: list[Notice],
    *,
    name: str = "",
    index: int = 0,
) -> Grid:
    """A grid of texts in memory; what reaches down is filled into the rows that it covers, and told."""
    width = max(map(len, rows), default=0)
    if width > limits.columns:
        raise Unreadable("too_many_columns", {"columns": str(width), "limit": str(limits.columns)})
    if len(rows) * width > limits.cells:
        raise Unreadable("too_many_rows", {"limit": str(limits.rows)})
    rows = [[*row, *[None] * (width - len(row))] for row in rows]
    filled: list[tuple[int, Notice]] = []
    for span in spans:
        value = rows[span.top][span.left] if span.bottom > span.top else None
        if value and span.right - span.left + 1 < max(2, width / 2):
            last = min(span.bottom, len(rows) - 1)
            reach = f"{address(span.top + 1, span.left)}:{address(last + 1, span.left)}"
            filled.append((span.top, Notice("merged_filled", reach, None, value)))
            for row in rows[span.top + 1 : last + 1]:
                row[span.left] = row[span.left] or value

    def frames(start: int) -> Iterator[pl.DataFrame]:
        notices.extend(notice for top, notice in filled if top >= start)
        for place in range(start, len(rows), _BATCH):
            frame = rows_to_frame(rows[place : place + _BATCH], width)
            refuse_long(frame, place + 1, 0, limits)
            yield frame

    return Grid(name, index, width, rows[:HEAD_ROWS], frames, spans=spans, notices=notices)
