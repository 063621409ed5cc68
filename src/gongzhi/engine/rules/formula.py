"""A rule's formula with the numbers of one row in it, as a tax officer reads it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from gongzhi.engine.definitions import Parameter, Rule

_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)(?::([a-z]+))?\}")
NOTHING = "—"


def explain_formula(
    rule: Rule, row: Mapping[str, Any], as_of: dt.date, parameters: Mapping[str, Parameter]
) -> str:
    """`formula` with its places filled: `{left_value:yuan}` from the row, `{deed_tax_rate:percent}` from the
    parameters in force on the day, `{as_of:date}`. A value that is missing reads as a dash.
    """

    def fill(place: re.Match[str]) -> str:
        name, form = place[1], place[2] or "text"
        if name in row:
            return FORMS[form](row[name])
        if name == "as_of":
            return FORMS[form](as_of)
        value = parameters[name].at(as_of)
        number = value.value if value else None
        # `yuan` expects 分, as the columns of a rule have them; a parameter is written in 元.
        return FORMS[form](number * 100 if number is not None and form == "yuan" else number)

    return _PLACE.sub(fill, rule.formula)


def faults(rule: Rule, columns: tuple[str, ...]) -> Iterator[str]:
    """Places of the formula that nothing fills, or whose form nobody knows."""
    for name, form in _PLACE.findall(rule.formula):
        if name not in {*columns, *rule.parameters, "as_of"}:
            yield f"规则 {rule.code}：算式中的 {{{name}}} 不是返回列，也不是声明的参数"
        if form and form not in FORMS:
            yield f"规则 {rule.code}：不认识的写法 {{{name}:{form}}}"
    if "{" in _PLACE.sub("", rule.formula):
        yield f"规则 {rule.code}：算式中有写坏的花括号"


def _number(value: Any, places: int = 4) -> str:
    """Thousand separators, no idle zeros, a real minus sign."""
    number = Decimal(str(value)).quantize(Decimal(1).scaleb(-places))
    text = f"{abs(number):,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"−{text}" if number < 0 else text


def yuan(fen: Any) -> str:
    """630000.00 元 of 63000000 分 reads 630,000 元; a broken yuan keeps its two places."""
    if fen is None:
        return NOTHING
    whole, rest = divmod(abs(int(fen)), 100)
    sign = "−" if int(fen) < 0 else ""
    return f"{sign}{whole:,}.{rest:02d} 元" if rest else f"{sign}{whole:,} 元"


def _with_unit(unit: str) -> Callable[[Any], str]:
    return lambda value: NOTHING if value is None else f"{_number(value)}{unit}"


def _percent(value: Any) -> str:
    return NOTHING if value is None else f"{_number(Decimal(str(value)) * 100)}%"


def _text(value: Any) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "是" if value else "否"
    return _number(value) if isinstance(value, int | Decimal | float) else str(value)


FORMS: Mapping[str, Callable[[Any], str]] = {
    "text": _text,
    "date": _text,
    "yuan": yuan,
    "sqm": _with_unit(" ㎡"),
    "days": _with_unit("天"),
    "months": _with_unit("个月"),
    "count": _with_unit(""),
    "number": _with_unit(""),
    "percent": _percent,
}

SIDE_FORMS: Mapping[str, str] = {
    "fen": "yuan",
    "sqm": "sqm",
    "count": "count",
    "days": "days",
}


def shown_side(unit: str, value: Any) -> str:
    """The number of one side of a comparison with its unit; a flag reads 有 or 无."""
    if value is None:
        return NOTHING
    if unit == "flag":
        return "有" if value else "无"
    return FORMS[SIDE_FORMS[unit]](value)
