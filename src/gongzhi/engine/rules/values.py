"""Parameters as a rule reads them: a number on the day, or a small table of all dated values.

Money stands in 分 like everywhere in the lake, so a unit price of 8 元/㎡ is 800; day, month and head
counts are whole numbers; everything else is a decimal of six places.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal

from sqlglot import exp

from gongzhi.engine.definitions import DatedValue, Parameter

WHOLE = {"天", "日", "月", "年", "期", "人", "条", "户"}
TABLE = "parameter_values"
_END = dt.date(9999, 12, 31)
_PLACES = Decimal("0.000001")


def in_rule_unit(parameter: Parameter, value: Decimal) -> Decimal:
    """The number that a rule sees."""
    return value * 100 if parameter.unit.startswith("元") else value


def on_day(parameter: Parameter, day: dt.date) -> Decimal | None:
    """The value in force on `day` as a rule sees it; None outside every span."""
    found = parameter.at(day)
    return in_rule_unit(parameter, found.value) if found else None


def literal(parameter: Parameter, value: Decimal | None) -> exp.Expr:
    """A value as a typed term; null where none is in force, so that nothing hits without a law."""
    if value is None:
        return exp.cast(exp.null(), "BIGINT" if parameter.unit in WHOLE else "DECIMAL(18,6)")
    if parameter.unit in WHOLE:
        return exp.cast(exp.Literal.number(str(int(value))), "INT")
    return exp.cast(exp.Literal.string(str(value.quantize(_PLACES))), "DECIMAL(18,6)")


def day_literal(day: dt.date) -> exp.Expr:
    return exp.cast(exp.Literal.string(day.isoformat()), "DATE")


def table(parameters: Iterable[Parameter]) -> str:
    """SELECT text of `parameter_values(key, since, until, value)`; an open end is the year 9999."""
    rows = [_row(parameter, value) for parameter in parameters for value in parameter.values]
    return " UNION ALL ".join(rows or [_NOTHING])


def _row(parameter: Parameter, value: DatedValue) -> str:
    number = in_rule_unit(parameter, value.value).quantize(_PLACES)
    return (
        f"SELECT '{parameter.key}' AS key, CAST('{value.since}' AS DATE) AS since,"
        f" CAST('{value.until or _END}' AS DATE) AS until, CAST('{number}' AS DECIMAL(18,6)) AS value"
    )


_NOTHING = (
    "SELECT CAST(NULL AS VARCHAR) AS key, CAST(NULL AS DATE) AS since,"
    " CAST(NULL AS DATE) AS until, CAST(NULL AS DECIMAL(18,6)) AS value"
)


def replaced(parameters: Mapping[str, Parameter], values: Mapping[str, Decimal]) -> dict[str, Parameter]:
    """The parameters with some set to one value for all time: a worked example, a what-if."""
    result = dict(parameters)
    for key, value in values.items():
        always = DatedValue(since=dt.date(1949, 10, 1), value=value, basis="算例")
        result[key] = parameters[key].model_copy(update={"values": (always,)})
    return result
