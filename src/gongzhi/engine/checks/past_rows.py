"""Rows beside the unit's own earlier rows: a key written twice with a slip, a stock to be carried on."""

from __future__ import annotations

import unicodedata

import polars as pl
from rapidfuzz.distance import OSA

from gongzhi.engine.definitions import NearDuplicate, StockAndFlow

from .model import Fault, Past
from .rows import Found, Rows, told

_TYPING = str.maketrans("〔〕【】[]—–－_～~", "()()()------")
_EXACT = 1e-6  # of the amount: floats carry fifteen digits, and nobody writes as many


def near_duplicates(compares: NearDuplicate, past: Past, before: pl.DataFrame, rows: Rows) -> list[Found]:
    """`before` holds the earlier rows under this table's field keys."""
    keys = (compares.field, *compares.same)
    if any(key not in rows.columns for key in keys):
        return []
    own = pl.DataFrame([rows.values(key).rename(key) for key in keys])
    pairs = (
        own.with_row_index("_at").filter(~rows.failed(keys)).drop_nulls(list(keys))
        .join(before.select(keys).drop_nulls().unique(), on=list(compares.same), suffix="_before")
        .join(before.select(compares.field).unique(), on=compares.field, how="anti")
        .sort("_at", f"{compares.field}_before")
    )  # fmt: skip
    near = [_one_slip(*pair) for pair in pairs.select(compares.field, f"{compares.field}_before").iter_rows()]
    found = pairs.filter(pl.Series(near, dtype=pl.Boolean)).unique("_at", keep="first").sort("_at")
    at = found["_at"].cast(pl.UInt32)
    titles = "、".join(rows.sheet.field(key).title for key in compares.same)
    fault = Fault(
        compares.finding, at, rows.texts[compares.field].gather(at), other=found[f"{compares.field}_before"],
        places={"titles": titles}, severity=past.check.severity,
    )  # fmt: skip
    return [(compares.field, fault)]


def _one_slip(now: str, before: str) -> bool:
    return OSA.distance(_typed(now), _typed(before), score_cutoff=1) <= 1


def _typed(text: str) -> str:
    """A number without what typing changes: width, blanks, case, the kind of brackets and dashes."""
    return "".join(unicodedata.normalize("NFKC", text).upper().translate(_TYPING).split())


def stocks(compares: StockAndFlow, past: Past, before: pl.DataFrame, rows: Rows) -> list[Found]:
    """`before` holds the rows of the last period; one that stands there twice says nothing."""
    flows = [key for key in (*compares.plus, *compares.minus) if key in rows.columns]
    if any(key not in rows.columns for key in (*compares.same, compares.stock)):
        return []
    known = before.select(*compares.same, pl.col(compares.carried).cast(pl.Float64).alias("_before"))
    if compares.same:
        known = known.drop_nulls(list(compares.same)).unique(list(compares.same), keep="none")
    elif known.height != 1 or rows.height != 1:
        return []
    own = [rows.values(key).rename(key) for key in compares.same]
    asked = pl.DataFrame([pl.int_range(rows.height, eager=True).alias("_at"), *own])
    on = {"on": list(compares.same), "how": "left"} if compares.same else {"how": "cross"}
    expected = asked.join(known, **on).sort("_at")["_before"]
    for key in flows:
        flow = rows.numbers(key).cast(pl.Float64).fill_null(0)
        expected = expected + flow if key in compares.plus else expected - flow
    stock = rows.numbers(compares.stock).cast(pl.Float64)
    wrong = (stock - expected).abs() > _EXACT * (1 + expected.abs())
    at = (wrong & ~rows.failed((*compares.same, compares.stock, *flows))).fill_null(value=False).arg_true()
    fault = Fault(
        compares.finding, at, rows.texts[compares.stock].gather(at),
        expected=told(expected.gather(at), rows.sheet.field(compares.stock)),
        places={"formula": _formula(compares, rows)}, severity=past.check.severity,
    )  # fmt: skip
    return [(compares.stock, fault)]


def _formula(compares: StockAndFlow, rows: Rows) -> str:
    title = {field.key: field.title for field in rows.sheet.fields}
    text = f"上期{title[compares.carried]}"
    text += "".join(f" + {title[key]}" for key in compares.plus)
    return text + "".join(f" - {title[key]}" for key in compares.minus)
