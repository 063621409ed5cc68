"""Checks that look at whole rows: unique keys, earlier batches, and fields against each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

import polars as pl

from gongzhi.engine.definitions import AnyOf, Field, FieldType, Needs, Order, Product, Sheet, Total

from .cells import mask_of
from .masks import shown
from .model import Context, Fault, Typed


@dataclass(frozen=True)
class Rows:
    """The columns of a table after reading, by field key. `texts` are the cells as written."""

    sheet: Sheet
    columns: Mapping[str, Typed]
    texts: Mapping[str, pl.Series]
    sheet_rows: pl.Series
    context: Context

    @property
    def height(self) -> int:
        return len(self.sheet_rows)

    def values(self, key: str) -> pl.Series:
        return self.columns[key].values

    def numbers(self, key: str) -> pl.Series:
        """The values for arithmetic: decimals as floats, which carry 15 digits exactly."""
        values = self.values(key)
        return values.cast(pl.Float64) if values.dtype.is_decimal() else values

    def failed(self, keys: tuple[str, ...]) -> pl.Series:
        """True where any of these cells has failed its own check."""
        masks = [
            mask_of(self.columns[key].failed, self.height) for key in keys if len(self.columns[key].failed)
        ]
        if not masks:
            return pl.Series([False]).new_from_index(0, self.height)
        return pl.Series(reduce(or_, masks))

    def filled(self, key: str) -> pl.Series:
        """True where something was written, readable or not."""
        return self.values(key).is_not_null() | self.failed((key,))


Found = tuple[str, Fault]  # field key → fault


def check_rows(rows: Rows) -> list[Found]:
    """Every finding that needs more than one cell."""
    found: list[Found] = []
    for check in rows.sheet.checks:
        found += _CROSS[type(check)](check, rows)
    found += _duplicates(rows)
    found += _known(rows)
    return [(key, fault) for key, fault in found if fault.at is not None and len(fault.at)]


def _order(check: Order, rows: Rows) -> list[Found]:
    if not _have(rows, check.earlier, check.later):
        return []
    wrong = (rows.values(check.later) < rows.values(check.earlier)).fill_null(False).arg_true()
    return [(check.later, _against(wrong, check, check.later, check.earlier, rows))]


def _against(at: pl.Series, check: Order, key: str, other: str, rows: Rows) -> Fault:
    day = rows.sheet.field(key).type in {FieldType.DATE, FieldType.PERIOD}
    places = {"other_title": rows.sheet.field(other).title, "than": "早于" if day else "小于"}
    texts, others = rows.texts[key].gather(at), _other(other, at, rows)
    return Fault("order", at, texts, other=others, places=places, severity=check.severity)


def _other(key: str, at: pl.Series, rows: Rows) -> pl.Series:
    """The cells of the other column, fit to be shown."""
    return shown(rows.texts[key].gather(at), rows.sheet.field(key))


def _total(check: Total, rows: Rows) -> list[Found]:
    parts = (*check.parts, *check.minus)
    present = [key for key in parts if key in rows.columns]
    if check.total not in rows.columns or not present:
        return []
    total = rows.numbers(check.total)
    plus = [rows.numbers(key).fill_null(0) for key in check.parts if key in rows.columns]
    minus = [-rows.numbers(key).fill_null(0) for key in check.minus if key in rows.columns]
    expected = reduce(lambda left, right: left + right, plus + minus)
    silent = reduce(and_, [rows.values(key).is_null() for key in present])
    tolerance = 0 if total.dtype.is_integer() else 1e-3
    wrong = ((total - expected).abs() > tolerance) & ~silent & ~rows.failed((check.total, *present))
    at = wrong.fill_null(False).arg_true()
    field = rows.sheet.field(check.total)
    formula = " + ".join(rows.sheet.field(key).title for key in check.parts)
    formula += "".join(f" - {rows.sheet.field(key).title}" for key in check.minus)
    fault = Fault(
        "total",
        at,
        rows.texts[check.total].gather(at),
        expected=told(expected.gather(at), field),
        places={"formula": formula},
        severity=check.severity,
    )
    return [(check.total, fault)]


def _product(check: Product, rows: Rows) -> list[Found]:
    if not _have(rows, check.product, *check.factors):
        return []
    field = rows.sheet.field(check.product)
    factors = [_factor(rows.numbers(key), rows.sheet.field(key)) for key in check.factors]
    expected = reduce(lambda left, right: left * right, factors) * _scale(field, check, rows)
    values = rows.numbers(check.product)
    maybe = ((values - expected).abs() > 0.5).fill_null(False).arg_true()
    if not len(maybe):
        return []
    # One unit of the last digit that the sender wrote, in the measure of the lake.
    last = last_digit(rows.texts[check.product].gather(maybe), values.gather(maybe))
    off = (values.gather(maybe) - expected.gather(maybe)).abs() > last * 1.000001
    at = maybe.filter(off)
    titles = " × ".join(rows.sheet.field(key).title for key in check.factors)
    fault = Fault(
        "product",
        at,
        rows.texts[check.product].gather(at),
        expected=told(expected.gather(at), field),
        places={"formula": titles},
        severity=check.severity,
    )
    return [(check.product, fault)]


def _factor(values: pl.Series, field: Field) -> pl.Series:
    return values / 100.0 if field.type is FieldType.PERCENT else values.cast(pl.Float64)


def _scale(product: Field, check: Product, rows: Rows) -> float:
    """Amounts are 分: two of them multiplied, or a product that is no amount, need the hundred taken out."""
    money = sum(rows.sheet.field(key).type is FieldType.MONEY for key in check.factors)
    return float(100.0 ** ((product.type is FieldType.MONEY) - money))


def last_digit(texts: pl.Series, values: pl.Series) -> pl.Series:
    """How much the last digit of a text is worth: value ÷ the digits read as a whole number."""
    digits = texts.str.replace_all(r"[^\d]", "").cast(pl.Float64, strict=False)
    worth = (values.cast(pl.Float64) / digits).abs()
    return worth.fill_nan(1.0).fill_null(1.0).clip(lower_bound=1e-4)


def _any_of(check: AnyOf, rows: Rows) -> list[Found]:
    present = [key for key in check.fields if key in rows.columns]
    if not present:
        return []
    filled = reduce(or_, [rows.filled(key) for key in present])
    at = (~filled).arg_true()
    titles = "、".join(rows.sheet.field(key).title for key in check.fields)
    return [(present[0], Fault("any_of", at, places={"titles": titles}, severity=check.severity))]


def _needs(check: Needs, rows: Rows) -> list[Found]:
    if not _have(rows, check.field, check.needs):
        return []
    when = rows.filled(check.field)
    if check.values:
        when = rows.values(check.field).cast(pl.String).is_in(check.values).fill_null(False)
    at = (when & ~rows.filled(check.needs)).arg_true()
    places = {"other_title": rows.sheet.field(check.field).title}
    others = _other(check.field, at, rows)
    return [(check.needs, Fault("needs", at, other=others, places=places, severity=check.severity))]


_CROSS: dict[type, Callable[..., list[Found]]] = {
    Order: _order,
    Total: _total,
    Product: _product,
    AnyOf: _any_of,
    Needs: _needs,
}


def _have(rows: Rows, *keys: str) -> bool:
    return all(key in rows.columns for key in keys)


def _duplicates(rows: Rows) -> list[Found]:
    """One of a duplicate pair: the later row is at fault. An identical row is told as such."""
    keys = tuple(key for key in rows.sheet.key if key in rows.columns)
    whole = tuple(rows.columns)
    key = keys or whole
    first = _first_of(rows, key)
    if first is None:
        return []
    at = first["at"]
    same = _same_row(rows, at, first["first"], whole)
    others = rows.sheet_rows.gather(first["first"]).cast(pl.String)
    titles = "、".join(rows.sheet.field(name).title for name in keys)
    shown = rows.texts[key[0]].gather(at)
    faults = []
    for code, mask in (("duplicate_row", same), ("duplicate_key", ~same)):
        places = {"titles": titles}
        faults.append(
            (
                key[0],
                Fault(code, at.filter(mask), shown.filter(mask), other=others.filter(mask), places=places),
            )
        )
    return faults


def _first_of(rows: Rows, key: tuple[str, ...]) -> pl.DataFrame | None:
    """Positions of rows whose key stood in an earlier row, with that row; None when there are none."""
    if not key:
        return None
    frame = pl.DataFrame([rows.values(name).rename(name) for name in key])
    hashes = frame.hash_rows() if frame.width > 1 else frame.to_series().hash()
    ordered = hashes.sort()
    twice = ordered.filter(ordered == ordered.shift()).unique()
    if not len(twice):
        return None
    maybe = hashes.is_in(twice.implode())
    maybe &= ~rows.failed(key)
    maybe &= reduce(or_, [rows.values(name).is_not_null() for name in key])
    at = maybe.arg_true()
    found = (
        frame.select(pl.all().gather(at)).with_columns(at.rename("at"))
        .with_columns(pl.col("at").min().over(key).alias("first"))
        .filter(pl.col("at") != pl.col("first"))
        .select("at", "first")
    )  # fmt: skip
    return found if found.height else None


def _same_row(rows: Rows, at: pl.Series, first: pl.Series, keys: tuple[str, ...]) -> pl.Series:
    same = [rows.values(key).gather(at).eq_missing(rows.values(key).gather(first)) for key in keys]
    return reduce(and_, same) & ~rows.failed(keys).gather(at) & ~rows.failed(keys).gather(first)


def _known(rows: Rows) -> list[Found]:
    """Keys that an earlier batch already has; empty cells count as a value."""
    known, keys = rows.context.known_keys, rows.sheet.key
    if known is None or known.is_empty() or not keys or not _have(rows, *keys):
        return []
    fields = [rows.sheet.field(key) for key in keys]
    if any(field.personal and field.column not in rows.context.as_kept for field in fields):
        return []
    own = pl.DataFrame([as_kept(rows.values(field.key), field, rows.context) for field in fields])
    names = [field.column for field in fields]
    batch = "_batch" if "_batch" in known.columns else None
    there = known.unique(names, keep="first").select(
        *names, pl.col(batch) if batch else pl.lit("").alias("_batch")
    )
    found = own.with_row_index("at").join(there, on=names, how="inner", nulls_equal=True).sort("at")
    found = found.filter(~rows.failed(keys).gather(found["at"]))
    at = found["at"].cast(pl.UInt32)
    titles = "、".join(field.title for field in fields)
    others = found["_batch"].cast(pl.String)
    return [
        (
            keys[0],
            Fault("known_key", at, rows.texts[keys[0]].gather(at), other=others, places={"titles": titles}),
        )
    ]


def as_kept(values: pl.Series, field: Field, context: Context) -> pl.Series:
    """A column as the lake keeps it, under the name of its lake column."""
    change = context.as_kept.get(field.column)
    return (change(values) if change else values).rename(field.column)


def told(values: pl.Series, field: Field) -> pl.Series:
    """Lake values as a person reads them: amounts in 元, areas in ㎡."""
    if field.type is FieldType.MONEY:
        cents = values.cast(pl.Float64).round(0, mode="half_away_from_zero").cast(pl.Int64)
        frame = pl.DataFrame({"v": cents})
        sign = pl.when(pl.col("v") < 0).then(pl.lit("-")).otherwise(pl.lit(""))
        tail = (pl.col("v").abs() % 100).cast(pl.String).str.zfill(2)
        return frame.select(
            (sign + (pl.col("v").abs() // 100).cast(pl.String) + "." + tail + "元").alias("t")
        ).to_series()
    suffix = {FieldType.AREA: "㎡", FieldType.PERCENT: "%"}.get(field.type, "")
    numbers = values.cast(pl.Float64).round(4).cast(pl.String).str.replace(r"\.0$", "")
    return numbers + suffix if suffix else numbers
