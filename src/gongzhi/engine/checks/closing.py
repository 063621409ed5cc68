"""Control totals: what the total rows of a table say, against the rows that they close.

A subtotal closes the rows since the last total of its level or a higher one; a total closes these or all
rows above. Totals that stand above their rows are told by the first one having no row before it. A total
agrees when it equals any sum that it may mean, so that only a plain difference is told. Nothing is said of
a total whose rows could not all be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from gongzhi.engine.definitions import Field, FieldType, Sheet
from gongzhi.engine.tables import Table

from .cells import mask_of
from .model import Fault, Typed
from .rows import last_digit, told

_SUMMED = {FieldType.MONEY, FieldType.AREA, FieldType.NUMBER, FieldType.COUNT}
_BLANKS = re.compile(r"[\s\u200b\ufeff]+")
_LABEL = re.compile(r"[合小总共累]计|总数")
# Sums that reach back before this file.
_LONGER = re.compile(r"累计|^[（(]?(?:本年|全年|本季)")
_LEVELS = ((re.compile(r"小计|本页"), 0), (re.compile(r"总计|总合计|总数"), 2))
_EXACT = 1e-3  # sums of quantities are floats
Numbers = npt.NDArray[np.int64] | npt.NDArray[np.float64]


@dataclass(frozen=True)
class Closing:
    """A total row: its place in `Table.totals`, how many rows stand above it, its level."""

    place: int
    above: int
    level: int


@dataclass(frozen=True)
class Columns:
    """The columns of the total rows (`read`) and of the data, by field key."""

    read: Mapping[str, Typed]
    texts: Mapping[str, pl.Series]
    data: Mapping[str, Typed]


def summed(sheet: Sheet, mapped: Mapping[str, int]) -> list[Field]:
    """The fields whose amounts add up; a price for each of something does not. Bounds hold for rows only."""
    fields = (field for field in sheet.fields if field.key in mapped and field.type in _SUMMED)
    return [
        field.model_copy(update={"minimum": None, "maximum": None})
        for field in fields
        if "/" not in (field.unit or "")
    ]


def check_totals(table: Table, fields: list[Field], columns: Columns) -> Iterator[tuple[str, Fault]]:
    """For each column the totals that differ from their rows."""
    if table.totals is None:
        return
    closings = _closings(table, table.totals)
    for field in fields:
        wrong = list(_wrong(table, field, closings, columns))
        if wrong:
            places = pl.Series([place for place, _, _ in wrong], dtype=pl.UInt32)
            yield (
                field.key,
                Fault(
                    "control_total",
                    None,
                    value=told(columns.read[field.key].values.gather(places), field),
                    expected=told(pl.Series([value for _, value, _ in wrong]), field),
                    other=pl.Series([which for _, _, which in wrong]),
                    rows=table.totals["row"].gather(places),
                ),
            )


def _closings(table: Table, totals: pl.DataFrame) -> list[Closing]:
    rows = table.rows.to_numpy()
    above = np.searchsorted(rows, totals["row"].to_numpy())
    found = []
    for place, cells in enumerate(totals.drop("row").iter_rows()):
        texts = (_BLANKS.sub("", cell) for cell in cells if cell)
        label = next((text for text in texts if _LABEL.search(text)), "")
        if not _LONGER.search(label):
            level = next((level for shape, level in _LEVELS if shape.search(label)), 1)
            found.append(Closing(place, int(above[place]), level))
    return found


def _wrong(
    table: Table, field: Field, closings: list[Closing], columns: Columns
) -> Iterator[tuple[int, float, str]]:
    """(place, the sum of its rows, which rows) of every total of a column that differs."""
    read, data = columns.read[field.key], columns.data[field.key]
    values = read.values.cast(pl.Float64)
    room = _room(columns.texts[field.key], values)
    sums = _running(data.values)
    failed = _running(pl.Series(mask_of(data.failed, len(data.values))).cast(pl.Int64))
    for closing in closings:
        value = values[closing.place]
        if value is None:
            continue
        spans = [(a, b) for a, b in _spans(closing, closings, len(sums) - 1) if a < b]
        if not spans or any(failed[b] - failed[a] for a, b in spans):
            continue
        closed = [float(sums[b] - sums[a]) for a, b in spans]
        if all(abs(value - one) > room[closing.place] for one in closed):
            first, last = table.rows[spans[0][0]], table.rows[spans[0][1] - 1]
            yield closing.place, closed[0], f"第 {first} 至 {last} 行" if first < last else f"第 {first} 行"


def _spans(closing: Closing, closings: list[Closing], height: int) -> list[tuple[int, int]]:
    """The stretches of rows that a total may close, the likeliest first."""
    same = [one for one in closings if one.level == closing.level]
    bounds = [one for one in closings if one.level >= closing.level]
    if same[0].above == 0 and same[-1].above < height:
        below = next((one.above for one in bounds if one.place > closing.place), height)
        return [(closing.above, below)] + [(closing.above, height)] * (closing.level > 0)
    since = next((one.above for one in reversed(bounds) if one.place < closing.place), 0)
    return [(since, closing.above)] + [(0, closing.above)] * (closing.level > 0)


def _running(values: pl.Series) -> Numbers:
    """Sums of the first 0, 1, … values; an empty cell counts as nought."""
    kind = np.int64 if values.dtype.is_integer() else np.float64
    numbers = values.fill_null(0).cast(pl.Int64 if kind is np.int64 else pl.Float64).to_numpy()
    return np.concatenate([np.zeros(1, kind), np.cumsum(numbers, dtype=kind)])


def _room(texts: pl.Series, values: pl.Series) -> list[float]:
    """How far a total may be off: half of the last digit that it shows."""
    half = last_digit(texts, values) / 2
    return [max(_EXACT, float(one)) * 1.000001 for one in half]
