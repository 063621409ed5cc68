"""Dated values with their legal source, and risk rules (design.md 4, domain.md 2)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field as Also
from pydantic import StringConstraints, model_validator

from .strict import Key, Strict, Text, Title


class Basis(Strict):
    """A statute or document with its article; `until` is the last day in force, null while it is."""

    title: Title
    article: Title | None = None
    since: dt.date
    until: dt.date | None = None


class DatedValue(Strict):
    since: dt.date
    until: dt.date | None = None
    value: Decimal
    basis: Text


class Parameter(Strict):
    """A rate, floor or number of days by date. `confirm_locally` marks what a site must check."""

    key: Key
    title: Title
    unit: Title  # 比例, 元, 分, 天, ㎡, 元/㎡·年 …
    values: Annotated[tuple[DatedValue, ...], Also(min_length=1)]
    confirm_locally: bool = False
    note: Text | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for earlier, later in zip(self.values, self.values[1:], strict=False):
            if earlier.until is None or earlier.until >= later.since:
                raise ValueError(f"{later.since} 起的取值与前一段重叠")
        return self

    def at(self, day: dt.date) -> DatedValue | None:
        """The value in force on `day`; None outside every span."""
        for value in self.values:
            if value.since <= day and (value.until is None or day <= value.until):
                return value
        return None


class ParametersFile(Strict):
    theme: Title
    parameters: tuple[Parameter, ...]


class Side(Strict):
    """One side of a comparison: what stands there, and in which unit the number is."""

    title: Title
    unit: Literal["fen", "sqm", "count", "days", "flag"]


class Evidence(Strict):
    """Where the rows behind a hit are fetched: a table, how it joins to the hit, which cells speak.

    `where` is a condition over the table's columns (alias `t`) and the hit's (alias `hit`).
    """

    table: Key
    side: Literal["left", "right"]
    where: Text
    cells: Annotated[tuple[Key, ...], Also(min_length=1)]


class Rule(Strict):
    """A comparison: two sides, a formula, the law, and where its evidence lies.

    The SQL (`rule.sql`, one SELECT) returns one row per (subject, object, period) with the columns
    `subject, object, period, result, left_value, right_value, difference_fen, tax_fen` and whatever
    `formula` names; `result` is 'hit', 'miss' or 'insufficient'.
    """

    code: Annotated[str, StringConstraints(pattern=r"^R\d{2}[ab]?$")]
    name: Title
    theme: Key
    since: dt.date
    until: dt.date | None = None
    summary: Text
    tables: Annotated[tuple[Key, ...], Also(min_length=1)]
    parameters: tuple[Key, ...] = ()
    left: Side
    right: Side
    formula: Text  # Chinese, with {column:yuan|sqm|percent|date|days|months|count} places; parameters too
    tax: Text
    basis: Annotated[tuple[Basis, ...], Also(min_length=1)]
    evidence: Annotated[tuple[Evidence, ...], Also(min_length=1)]
    explanations: tuple[Text, ...] = ()  # possible innocent explanations, to be checked first
    note: Text | None = None


Value = str | bool | int | Decimal | dt.date | None


class Case(Strict):
    """A worked example of a rule: rows per table, the day, and what must come out.

    `given` rows hold field keys (money in 元, areas in ㎡, ISO days), `<role>_subject` for who a party was
    found to be, and `_period`; what is missing is empty. `expect` rows name a `subject` (and an `object`),
    a `result`, and any of `left`, `right`, `difference_yuan`, `tax_yuan`, `period`, returned columns, and
    `says`, a piece of the filled-in formula. Hits that no row expects are failures; misses may be left out.
    `parameters` stand in place of the dated values.
    """

    name: Title
    as_of: dt.date
    given: dict[Key, tuple[dict[str, Value], ...]]
    expect: tuple[dict[str, Value], ...]
    parameters: dict[Key, Decimal] = {}
    source: str | None = None

    @model_validator(mode="after")
    def _named(self) -> Self:
        if any(not isinstance(row.get("subject"), str) or "result" not in row for row in self.expect):
            raise ValueError("expect 的每一行要有 subject 和 result")
        return self


class CasesFile(Strict):
    cases: Annotated[tuple[Case, ...], Also(min_length=2)]
