"""The filter above accepted rows: by unit, by period, by what any column holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

from django import forms
from django.http import QueryDict

from gongzhi.engine.calendar import PeriodError, parse_period_text
from gongzhi.engine.definitions import Field, FieldType
from gongzhi.engine.lake import Condition, How
from gongzhi.intake.queries.rows import head_of

HOWS: dict[str, str] = {
    "has": "含有", "is": "等于", "from": "不小于", "until": "不大于", "empty": "没有内容", "filled": "有内容",
}  # fmt: skip
MOST_CONDITIONS = 8
_COMPARABLE = {
    FieldType.DATE, FieldType.YEAR, FieldType.MONEY, FieldType.AREA, FieldType.NUMBER, FieldType.COUNT,
    FieldType.PERCENT,
}  # fmt: skip


class Unclear(Exception):
    """A condition that the column cannot be asked; the text says what can."""


@dataclass(frozen=True)
class Stated:
    """A condition as the reader stated it; `text` is how the address holds it."""

    field: Field
    how: How
    value: str

    @property
    def text(self) -> str:
        return f"{self.field.key}:{self.how}:{self.value}"

    @property
    def words(self) -> tuple[str, str]:
        return head_of(self.field).text, f"{HOWS[self.how]} {self.value}".strip()

    @property
    def condition(self) -> Condition:
        return Condition(self.field.column, self.how, _lake_value(self.field, self.how, self.value))


def stated(text: str, fields: Mapping[str, Field]) -> Stated:
    """Read a condition; Unclear says in Chinese what is wrong with it."""
    key, how, value = (*text.split(":", 2), "", "")[:3]
    if key not in fields or how not in get_args(How):
        raise Unclear("没有这一列，请重新选择")
    found = Stated(fields[key], how, value.strip())  # type: ignore[arg-type]  # checked above
    _ = found.condition
    return found


def _lake_value(field: Field, how: How, value: str) -> str:
    """The value as the lake holds it: whole 分, days as 2026-03-12."""
    if how in {"empty", "filled"}:
        return ""
    if field.personal:
        raise Unclear(f"“{field.title}”已脱敏，只能按有没有内容筛选")
    if not value:
        raise Unclear(f"请填写“{field.title}”要找的内容")
    comparable = field.type in _COMPARABLE
    if how == "has" and (comparable or field.type is FieldType.BOOLEAN):
        raise Unclear(f"“{field.title}”请用等于、不小于或不大于")
    if how in {"from", "until"} and not comparable:
        raise Unclear(f"“{field.title}”不是数字或日期，请用含有或等于")
    return _READ.get(field.type, _text)(field, value)


def _text(field: Field, value: str) -> str:
    return value


def _day(field: Field, value: str) -> str:
    try:
        return dt.date.fromisoformat(value.replace("/", "-").replace(".", "-")).isoformat()
    except ValueError as error:
        raise Unclear(f"看不懂“{value}”，日期请写成 2026-03-12") from error


def _number(field: Field, value: str) -> str:
    try:
        number = Decimal(value.replace(",", "").replace("，", ""))
        scaled = number * 100 if field.type is FieldType.MONEY else number
        whole = field.type in {FieldType.MONEY, FieldType.COUNT, FieldType.YEAR}
        return str(int(scaled.to_integral_value())) if whole else f"{scaled:.4f}"
    except (InvalidOperation, OverflowError, ValueError) as error:
        raise Unclear(f"看不懂“{value}”，“{field.title}”请填数字") from error


def _period(field: Field, value: str) -> str:
    try:
        return parse_period_text(value).code
    except PeriodError as error:
        raise Unclear(f"看不懂“{value}”，请写成 2026年9月或 2026年三季度") from error


def _answer(field: Field, value: str) -> str:
    if value not in {"是", "否"}:
        raise Unclear(f"“{field.title}”请填是或否")
    return "true" if value == "是" else "false"


_READ: dict[FieldType, Callable[[Field, str], str]] = {
    FieldType.DATE: _day, FieldType.MONEY: _number, FieldType.AREA: _number, FieldType.NUMBER: _number,
    FieldType.COUNT: _number, FieldType.PERCENT: _number, FieldType.YEAR: _number, FieldType.PERIOD: _period,
    FieldType.BOOLEAN: _answer,
}  # fmt: skip


class RowsFilter(forms.Form):
    """Unit, period and one more condition; conditions that stand already are carried along as `where`."""

    unit = forms.ChoiceField(label="单位", required=False)
    period = forms.ChoiceField(label="期间", required=False)
    field = forms.ChoiceField(label="列", required=False)
    how = forms.ChoiceField(label="条件", required=False, choices=list(HOWS.items()))
    value = forms.CharField(label="内容", required=False, max_length=100)

    def __init__(
        self,
        data: QueryDict,
        *,
        fields: Sequence[Field],
        units: Sequence[tuple[str, str]],
        periods: Sequence[tuple[str, str]],
    ) -> None:
        self._known = {one.key: one for one in fields}
        self._texts = dict(units) | dict(periods)
        self.stated: list[Stated] = []
        self.carried = data.getlist("where")[:MOST_CONDITIONS]
        super().__init__(data)
        self._offer("unit", units)
        self._offer("period", periods)
        columns = [(one.key, one.title) for one in fields]
        self.fields["field"].choices = [("", "（不限）"), *columns]  # type: ignore[attr-defined]  # a ChoiceField

    def _offer(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        self.fields[name].choices = [("", "全部"), *choices]  # type: ignore[attr-defined]  # a ChoiceField
        if len(choices) < 2:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for text in dict.fromkeys(self.carried):
            self._add(text, None)
        if key := cleaned.get("field"):
            self._add(f"{key}:{cleaned.get('how') or 'has'}:{cleaned.get('value', '')}", "value")
        return cleaned

    def _add(self, text: str, place: str | None) -> None:
        try:
            found = stated(text, self._known)
        except Unclear as error:
            self.add_error(place, str(error))
        else:
            if found not in self.stated:
                self.stated.append(found)

    @property
    def conditions(self) -> list[Condition]:
        """What the rows must meet; of a question that is not understood only the part that is."""
        self.is_valid()
        return [one.condition for one in self.stated]

    def chosen(self, name: str) -> str:
        """The unit or period asked for, or nothing."""
        self.is_valid()
        return str(self.cleaned_data.get(name) or "")

    @property
    def words(self) -> list[tuple[str, str]]:
        """What is filtered, as the page and the export say it."""
        named = [(name, self.chosen(name)) for name in ("unit", "period") if name in self.fields]
        told = [(str(self.fields[name].label), self._texts.get(text, text)) for name, text in named if text]
        return [*told, *(one.words for one in self.stated)]
