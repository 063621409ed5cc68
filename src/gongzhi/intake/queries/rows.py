"""The rows of a batch as a page shows them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import polars as pl
from django.conf import settings

from gongzhi.editions.queries import in_force, in_force_for
from gongzhi.engine.calendar import PeriodError, parse_period
from gongzhi.engine.definitions import Field, FieldType
from gongzhi.engine.definitions import Sheet as Definition
from gongzhi.engine.documents import parted
from gongzhi.engine.lake import Lake
from gongzhi.intake.models import Batch, BatchPart, LakeFile

NUMERIC = {FieldType.MONEY, FieldType.AREA, FieldType.NUMBER, FieldType.COUNT, FieldType.PERCENT}
TIGHT = 14
"""Texts of up to so many characters stay on one line."""


@lru_cache(1_000)  # a list names few periods, each in many rows
def period_label(code: str) -> str:
    """A period as a clerk writes it, 2026年三季度; a day stays 2026-03-12."""
    try:
        period = parse_period(code)
    except PeriodError:
        return code
    return period.code if period.kind == "day" else period.label


@dataclass(frozen=True)
class Head:
    """A column of the page: its field and the unit in which the page shows it."""

    field: Field
    unit: str

    @property
    def numeric(self) -> bool:
        return self.field.type in NUMERIC

    @property
    def text(self) -> str:
        title, unit = parted(self.field.title, self.unit)
        return f"{title}（{unit}）" if unit else title


@dataclass(frozen=True)
class Cell:
    """One value; `dress` is the class of its table cell."""

    head: Head
    text: str

    @property
    def dress(self) -> str:
        if self.head.numeric:
            return "num"
        short = len(self.text) <= TIGHT or self.text.isascii()
        return "tight" if short and len(self.text) <= 2 * TIGHT else "wide"


@dataclass(frozen=True)
class Sheet:
    """One table of a batch, for the links between them."""

    part: int
    title: str
    rows: int


@dataclass(frozen=True)
class RowsPage:
    """Some rows of a batch as a page shows them; personal values are tokens and stand as a word."""

    part: int
    sheets: list[Sheet]
    heads: tuple[Head, ...]
    unfilled: tuple[str, ...]  # titles of columns that hold nothing in this part
    rows: list[tuple[int, list[Cell]]]
    start: int
    size: int
    total: int
    wanted: int | None
    place: BatchPart | None

    @property
    def following(self) -> int | None:
        return self.start + len(self.rows) if self.start + len(self.rows) < self.total else None

    @property
    def before(self) -> int | None:
        return max(0, self.start - self.size) if self.start else None


def head_of(field: Field) -> Head:
    """A field as the head of its column: 元 and ㎡ whatever the template asks."""
    return Head(field, {FieldType.MONEY: "元", FieldType.AREA: "㎡"}.get(field.type, field.unit or ""))


def rows_page(
    batch: Batch, part: int, start: int, size: int, wanted: int | None, *, open_to: Callable[[Field], bool]
) -> RowsPage | None:
    """A page of one part of a batch; with `wanted`, the page that holds that row of the sender's sheet.

    Of the columns those that the reader may see."""
    files = list(LakeFile.objects.filter(batch=batch, role="rows").order_by("part"))
    chosen = next((file for file in files if file.part == part), None)
    if chosen is None:
        return None
    lazy = pl.scan_parquet(Lake(settings.LAKE).path(chosen.path))
    if wanted is not None:
        before = lazy.filter(pl.col("_row") < wanted).select(pl.len()).collect().item()
        start = before // size * size
    heads, unfilled = _heads(lazy, [one for one in sheet_of(batch, chosen.table).fields if open_to(one)])
    frame = lazy.slice(start, size).collect()
    rows = [
        (row["_row"], [Cell(head, shown(head.field, row[head.field.column])) for head in heads])
        for row in frame.to_dicts()
    ]
    place = BatchPart.objects.filter(batch=batch, part=part).first()
    return RowsPage(
        part, _sheets(batch, files), heads, unfilled, rows, start, size, chosen.rows, wanted, place
    )  # fmt: skip


def _sheets(batch: Batch, files: list[LakeFile]) -> list[Sheet]:
    tables = in_force_for(batch.slot.resource, batch.slot.period).tables
    return [Sheet(file.part, tables[file.table][1].title, file.rows) for file in files]


def sheet_of(batch: Batch, table: str) -> Definition:
    """A table as the batch was asked for, with the columns that came later (a correction may have them)."""
    then = in_force_for(batch.slot.resource, batch.slot.period).tables[table][1]
    now = in_force().tables.get(table)
    known = {one.column for one in then.fields}
    later = (one for one in (now[1].fields if now else ()) if one.column not in known)
    return then.model_copy(update={"fields": (*then.fields, *later)})


def _heads(lazy: pl.LazyFrame, asked: list[Field]) -> tuple[tuple[Head, ...], tuple[str, ...]]:
    """The columns that hold something, and the titles of those that hold nothing."""
    there = lazy.collect_schema().names()
    fields = [field for field in asked if field.column in there]
    filled = lazy.select(pl.col(field.column).is_not_null().any() for field in fields).collect()
    heads = tuple(head_of(field) for field in fields if filled[field.column][0])
    return heads, tuple(field.title for field in fields if not filled[field.column][0])


def shown(field: Field, value: Any) -> str:
    """A value of the lake as a page shows it; a person's token stands as a word."""
    if value is None:
        return "—"
    if isinstance(value, str) and value.startswith("P") and value[1:2].isdigit() and "-" in value[:8]:
        return "已脱敏"
    if isinstance(value, bool):
        return "是" if value else "否"
    if field.type is FieldType.MONEY:
        return f"{value / 100:,.2f}".replace("-", "−")
    if field.type in NUMERIC:
        return _trimmed(f"{value:,}").replace("-", "−")
    if field.type is FieldType.PERIOD:
        return period_label(value)
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _trimmed(text: str) -> str:
    """A decimal without the zeros that only the store adds."""
    return text.rstrip("0").rstrip(".") if "." in text else text
