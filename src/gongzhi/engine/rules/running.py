"""Run a compiled rule over a session: its results, then the evidence of its hits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

import polars as pl

from gongzhi.engine.definitions import FieldType, Parameter
from gongzhi.engine.lake import Session

from .compiling import HITS, KEY, Compiled

RESULTS = ("hit", "miss", "insufficient")
EVIDENCE = {
    "subject": pl.String, "object": pl.String, "period": pl.String, "side": pl.String, "table": pl.String,
    "_batch": pl.String, "_part": pl.UInt16, "_row": pl.UInt32, "field": pl.String, "value": pl.String,
}  # fmt: skip


class BadResult(Exception):
    """A rule returned what no rule may return: a repeated key, an unknown result, a missing subject."""


def run(
    compiled: Compiled, session: Session, as_of: dt.date, parameters: Mapping[str, Parameter]
) -> pl.DataFrame:
    """One row per (subject, object, period), in that order, with the rule's columns.

    The session holds the rule's tables and `links`. BadResult names the rule and what is wrong.
    """
    found = session.rows(compiled.text(as_of, parameters)).sort(KEY)
    _checked(compiled.rule.code, found)
    return found


def _checked(code: str, found: pl.DataFrame) -> None:
    if any(found[name].has_nulls() for name in (*KEY, "result")):
        raise BadResult(f"规则 {code}：主体、对象、期间、结果都不能为空")
    if strange := set(found["result"].unique()) - set(RESULTS):
        raise BadResult(f"规则 {code}：不认识的结果 {'、'.join(sorted(strange))}")
    twice = found.filter(found.select(KEY).is_duplicated()).head(1)
    if twice.height:
        raise BadResult(f"规则 {code}：同一主体、对象、期间出现不止一行：{twice.row(0)[:3]}")


def evidence(compiled: Compiled, session: Session, hits: pl.DataFrame) -> pl.DataFrame:
    """The cells behind the hits, one row per cell, with text values (元 for money, ISO days).

    `hits` are rows of `run`; each entry of the rule's evidence is one query joined to them.
    """
    session.put(HITS, hits)
    parts = [pl.DataFrame(schema=EVIDENCE)]
    for number in range(len(compiled.rule.evidence)):
        parts.append(_entry(compiled, number, session.rows(compiled.evidence_text(number))))
    session.drop(HITS)
    return pl.concat(parts).unique().sort([*KEY, "side", "table", "_batch", "_part", "_row", "field"])


def _entry(compiled: Compiled, number: int, rows: pl.DataFrame) -> pl.DataFrame:
    """Cells side by side become rows of (field, value); empty cells are left out."""
    entry = compiled.rule.evidence[number]
    sheet = compiled.sheets[entry.table]
    origin = [*KEY, "_batch", "_part", "_row"]
    parts = [pl.DataFrame(schema=EVIDENCE)]
    for place, cell in enumerate(entry.cells):
        kind = sheet.field(cell).type
        texts = [shown(kind, raw) for raw in rows[f"cell_{place}"].to_list()]
        part = rows.select(origin).with_columns(
            pl.lit(entry.side).alias("side"),
            pl.lit(entry.table).alias("table"),
            pl.lit(cell).alias("field"),
            pl.Series("value", texts, dtype=pl.String),
        )
        parts.append(part.select(list(EVIDENCE)).cast(EVIDENCE))  # type: ignore[arg-type]  # names to types
    return pl.concat(parts).filter(pl.col("value").is_not_null())


def shown(kind: FieldType, raw: object) -> str | None:
    """A lake value as text: money in 元, exact decimals without idle zeros, days in ISO form."""
    if raw is None:
        return None
    if kind is FieldType.MONEY:
        return f"{Decimal(str(raw)) / 100:.2f}"
    if kind is FieldType.BOOLEAN:
        return "是" if raw else "否"
    if isinstance(raw, Decimal):
        return f"{raw.normalize():f}"
    return str(raw)
