"""Workbooks (xlsx, xls, ods, et) through calamine, each value as the text that the file holds."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO

import polars as pl
import python_calamine as calamine

from .grid import Grid, refuse_long
from .header import HEAD_ROWS, Span
from .model import Limits, Notice, Unreadable, address
from .percent import percent_text
from .sheet import Seen

MARK_SHEET = "_gongzhi"
_BATCH = 20_000
_EXACT = 1e15
_HALF_SECOND = dt.timedelta(microseconds=500_000)
Cells = Sequence[Any]


def number_text(value: float) -> str:
    """Whole numbers without `.0`, others at their shortest; from 1e15 on as 9.14E+17 (digits are lost)."""
    if abs(value) < _EXACT:
        if value == int(value):
            return str(int(value))
        text = repr(value)
        return format(Decimal(text), "f") if "e" in text else text
    if not math.isfinite(value):
        return str(value)
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    body = "".join(map(str, digits))
    mantissa = body[0] + (f".{body[1:]}" if len(body) > 1 else "")
    return f"{'-' if sign else ''}{mantissa}E+{int(exponent) + len(body) - 1}"


def _moment_text(value: dt.datetime) -> str:
    # A moment is stored as a fraction of a day, so half past eight may come a microsecond early.
    value = (value + _HALF_SECOND).replace(microsecond=0)
    if value.time() == dt.time():
        return value.date().isoformat()
    return value.isoformat(sep=" ")


def _time_text(value: dt.time) -> str:
    day = dt.datetime.combine(dt.date(2000, 1, 1), value)
    return (day + _HALF_SECOND).time().replace(microsecond=0).isoformat()


def _duration_text(value: dt.timedelta) -> str:
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"


_TEXT: dict[type, Callable[[Any], str | None]] = {
    str: lambda value: value or None,
    float: number_text,
    int: lambda value: number_text(float(value)) if abs(value) >= _EXACT else str(value),
    bool: lambda value: "TRUE" if value else "FALSE",
    dt.datetime: _moment_text,
    dt.date: dt.date.isoformat,
    dt.time: _time_text,
    dt.timedelta: _duration_text,
}
_DATES = frozenset({dt.datetime, dt.date})
_NUMBERS = frozenset({float, int})


def cell_text(value: Any) -> str | None:
    """A value as text; None when the cell is empty."""
    return _TEXT[type(value)](value)


class SheetRows:
    """The rows of one sheet as text frames, with merged cells filled down below the heading."""

    def __init__(self, sheet: calamine.CalamineSheet, limits: Limits, seen: Seen) -> None:
        self.sheet, self.limits, self.percents = sheet, limits, seen.percents
        # Cells that calamine does not show.
        self.patches = {(row - 1, column): text for (row, column), text in seen.errors.items()}
        self.left = sheet.start[1] if sheet.start else 0
        self.width = sheet.width
        self.notices: list[Notice] = []
        self.spans = [
            Span(top, left - self.left, bottom, right - self.left)
            for (top, left), (bottom, right) in sheet.merged_cell_ranges or []
        ]

    def head(self) -> list[list[str | None]]:
        """The first rows."""
        return [[cell_text(value) for value in row] for row in islice(self._rows(), HEAD_ROWS)]

    def _rows(self) -> Iterator[list[Any]]:
        rows = self.sheet.iter_rows()
        if not self.patches:
            yield from rows
            return
        by_row: dict[int, list[tuple[int, str]]] = {}
        for (row, column), text in self.patches.items():
            by_row.setdefault(row, []).append((column - self.left, text))
        for number, values in enumerate(rows):
            for place, text in by_row.get(number, ()):
                if 0 <= place < len(values):
                    values[place] = text
            yield values

    def frames(self, start: int) -> Iterator[pl.DataFrame]:
        """All rows from the 0-based row `start` on."""
        fills = self._fills(start)
        dated: set[int] = set()
        rows = islice(self._rows(), start, None)
        number = start
        while batch := list(islice(rows, _BATCH)):
            if fills:
                self._fill(batch, number, fills)
            yield self._frame(batch, number, dated)
            number += len(batch)

    def _fills(self, start: int) -> dict[int, list[tuple[int, Span]]]:
        """For each row that a merged cell reaches, the column and the merged range (wide ones are notes)."""
        fills: dict[int, list[tuple[int, Span]]] = {}
        for span in self.spans:
            if start <= span.top < span.bottom and span.right - span.left + 1 < max(2, self.width / 2):
                for row in range(span.top, min(span.bottom, self.sheet.total_height) + 1):
                    fills.setdefault(row, []).append((span.left, span))
        return fills

    def _fill(self, batch: list[list[Any]], first: int, fills: dict[int, list[tuple[int, Span]]]) -> None:
        values: dict[Span, Any] = getattr(self, "_values", {})
        self._values = values
        for offset, row in enumerate(batch):
            for column, span in fills.get(first + offset, ()):
                if not 0 <= column < len(row):
                    continue
                if first + offset == span.top:
                    values[span] = self._shown([row[column]], span.top, column)[0] or ""
                    if row[column] != "":
                        place = self.left + column
                        reach = f"{address(span.top + 1, place)}:{address(span.bottom + 1, place)}"
                        self.notices.append(Notice("merged_filled", reach, None, values[span]))
                elif row[column] == "":
                    row[column] = values.get(span, "")

    def _shown(self, values: Sequence[Any], first: int, column: int) -> list[str | None]:
        """Values of a column as text, from the 0-based row `first` on."""
        texts = [_TEXT[type(value)](value) for value in values]
        for i in self.percents.within(self.left + column, first, len(values)):
            texts[i] = percent_text(values[i]) if type(values[i]) in _NUMBERS else texts[i]
        return texts

    def _frame(self, batch: list[list[Any]], first: int, dated: set[int]) -> pl.DataFrame:
        columns = []
        for place, values in enumerate(zip(*batch, strict=True)):
            kinds = set(map(type, values))
            if kinds == {str}:
                texts: list[str | None] = [value or None for value in values]
            else:
                texts = self._shown(values, first, place)
                if place not in dated and kinds & _DATES:
                    dated.add(place)
                    at = next(i for i, value in enumerate(values) if type(value) in _DATES)
                    self.notices.append(
                        Notice("date_cell", address(first + at + 1, self.left + place), None, texts[at])
                    )
            columns.append(pl.Series(f"g{place}", texts, dtype=pl.String))
        frame = pl.DataFrame(columns)
        refuse_long(frame, first + 1, self.left, self.limits)
        return frame


def open_workbook(source: BinaryIO | str) -> calamine.CalamineWorkbook:
    """The workbook; what calamine cannot open is refused with its reason."""
    try:
        return calamine.load_workbook(source)
    except calamine.PasswordError as error:
        raise Unreadable("encrypted") from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise Unreadable("corrupt", {"reason": str(error)[:200]}) from error


def workbook_grids(
    book: calamine.CalamineWorkbook,
    limits: Limits,
    seen: Mapping[str, Seen],
) -> list[Grid]:
    """A grid for each worksheet that is not empty. `seen`: what our own look at each showed, by its name."""
    if len(book.sheet_names) > limits.sheets:
        raise Unreadable(
            "too_many_sheets", {"sheets": str(len(book.sheet_names)), "limit": str(limits.sheets)}
        )
    grids = []
    for index, meta in enumerate(book.sheets_metadata):
        if meta.typ != calamine.SheetTypeEnum.WorkSheet or meta.name == MARK_SHEET:
            continue
        try:
            sheet = book.get_sheet_by_index(index)
        except (calamine.CalamineError, ValueError) as error:
            raise Unreadable("corrupt", {"reason": str(error)[:200]}) from error
        if sheet.start is not None:
            hidden = meta.visible != calamine.SheetVisibleEnum.Visible
            grids.append(_grid(sheet, index, hidden, limits, seen.get(meta.name) or Seen()))
    if not grids:
        raise Unreadable("empty_workbook")
    return grids


def _grid(
    sheet: calamine.CalamineSheet,
    index: int,
    hidden: bool,
    limits: Limits,
    seen: Seen,
) -> Grid:
    if sheet.width > limits.columns:
        raise Unreadable("too_many_columns", {"columns": str(sheet.width), "limit": str(limits.columns)})
    rows = SheetRows(sheet, limits, seen)
    return Grid(
        sheet.name,
        index,
        rows.width,
        rows.head(),
        rows.frames,
        1,
        rows.left,
        rows.spans,
        rows.notices,
        hidden,
    )


def sheet_values(book: calamine.CalamineWorkbook, name: str) -> dict[str, str]:
    """A small sheet of names (column A) and values (column B); empty when there is none."""
    if name not in book.sheet_names:
        return {}
    rows = book.get_sheet_by_name(name).to_python(nrows=20)
    return {str(row[0]): cell_text(row[1]) or "" for row in rows if len(row) >= 2}
