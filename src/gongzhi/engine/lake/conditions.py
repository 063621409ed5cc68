"""What a list asks of the rows of a table: conditions on columns, and what comes after a place."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

How = Literal["has", "is", "from", "until", "empty", "filled"]


class BadPlace(Exception):
    """What was given as the place of a row cannot be one: a value of another type than its column's."""


@dataclass(frozen=True)
class Condition:
    """What a column must hold; `value` as its lake type writes it (whole 分, 2026-03-12)."""

    column: str
    how: How
    value: str = ""

    def test(self, kind: pl.DataType) -> pl.Expr:
        """The condition on a column of this type."""
        column = pl.col(self.column)
        if self.how == "empty":
            return column.is_null()
        if self.how == "filled":
            return column.is_not_null()
        if self.how == "has":
            return column.str.contains(self.value, literal=True)
        bound = literal(self.value, kind)
        return {"is": column == bound, "from": column >= bound, "until": column <= bound}[self.how]


def literal(value: Any, kind: pl.DataType) -> pl.Expr:
    """A value that came as text, as a column of this type holds it; raises BadPlace."""
    text = str(value)
    try:
        if kind == pl.Boolean:
            return pl.lit({"true": True, "false": False}[text.lower()])
        if kind == pl.Date:
            return pl.lit(dt.date.fromisoformat(text))
        return pl.lit(pl.Series([text], dtype=pl.String).cast(kind).item(), kind)
    except (KeyError, ValueError, pl.exceptions.PolarsError) as error:
        raise BadPlace from error


def after(column: str, kind: pl.DataType, value: Any, *, down: bool) -> tuple[pl.Expr, pl.Expr]:
    """What lies beyond a value and what is equal to it; empty ones come first going up, last down."""
    held = pl.col(column)
    if value is None:
        return pl.lit(value=False) if down else held.is_not_null(), held.is_null()
    bound = literal(value, kind)
    return ((held < bound) | held.is_null() if down else held > bound), held == bound
