"""The pictures as lists: units with their figures, first tries with their outcome."""

from __future__ import annotations

from typing import Any

import polars as pl

from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.queries import Lateness, Rates
from gongzhi.catalogue.states import State
from gongzhi.editions.queries import in_force
from gongzhi.intake import queries as intake
from gongzhi.intake.queries import FirstPass

from .faults import resource_title
from .figures import Ratio
from .fullness import completeness_by_unit
from .stretch import Stretch


def unit_lines(now: Stretch) -> pl.LazyFrame:
    """Every unit in sight that owes something in the stretch: one row with its figures, for a list."""
    scored = now.obligations.filter(scored=True)
    found = catalogue.matrix(scored, now.today, "unit").rows
    late = catalogue.lateness(scored, now.today, "unit")
    tries: dict[str, list[intake.FirstTry]] = {}
    for one in now.tries:
        tries.setdefault(one.unit, []).append(one)
    full = completeness_by_unit(now)
    lines = [
        _line(unit, rates, late.get(unit, Lateness()), intake.first_pass(tries.get(unit, ())), full.get(unit))
        for unit, rates in found.items()
    ]
    return pl.LazyFrame(lines, schema=_LINE)


_LINE: dict[str, type[pl.DataType]] = {
    "place": pl.Int64, "key": pl.String, "name": pl.String, "owed": pl.Int64,
    "timely": pl.Float64, "reported": pl.Float64, "missing": pl.Int64, "days": pl.Int64, "zero": pl.Int64,
    "passed": pl.Float64, "rows": pl.Float64, "filled": pl.Float64,
}  # fmt: skip


def _line(unit: str, rates: Rates, late: Lateness, first: FirstPass, full: Ratio | None) -> dict[str, object]:
    units = in_force().units
    known = units.get(unit)
    shares = (
        rates.timely_rate, rates.reporting_rate, first.rate, first.row_rate, full.value if full else None,
    )  # fmt: skip
    timely, reported, passed, rows, filled = (None if share is None else round(share, 1) for share in shares)
    return {
        "place": list(units).index(unit) if unit in units else len(units), "key": unit,
        "name": known.name if known else unit, "owed": rates.owed, "timely": timely,
        "reported": reported, "missing": rates.missing, "days": late.days,
        "zero": rates.of((State.ZERO, State.ZERO_LATE)), "passed": passed, "rows": rows,
        "filled": filled,
    }  # fmt: skip


_TRY: dict[str, Any] = {
    "submission": pl.String, "unit": pl.String, "resource": pl.String, "period": pl.String,
    "file_name": pl.String,
    "received_at": pl.Datetime("us", "UTC"), "tries": pl.Int64, "rows": pl.Int64, "rows_passed": pl.Int64,
    "passed": pl.Boolean,
}  # fmt: skip


def try_lines(now: Stretch) -> pl.LazyFrame:
    """The first file for each filled place, for a list."""
    lines = [
        vars(one) | {"submission": str(one.submission), "resource": resource_title(one.resource)}
        for one in now.tries
    ]
    return pl.LazyFrame([{key: line[key] for key in _TRY} for line in lines], schema=_TRY)
