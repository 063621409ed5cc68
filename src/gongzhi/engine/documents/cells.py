"""What a template says and asks at each cell: prompts, choices, rules, and what turns a cell red.

A rule warns and lets the sender go on: what he knows better is decided when the file is checked. What is
pasted passes by every rule of Excel, so the rules that matter are conditions of colour as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from gongzhi.engine.definitions import Field, FieldType
from gongzhi.engine.definitions.examples import DAY

AS_TEXT = {
    FieldType.CREDIT_CODE, FieldType.PERSON_ID, FieldType.CODE_OR_ID, FieldType.CERTIFICATE, FieldType.PHONE,
    FieldType.NAME, FieldType.PERSON_NAME, FieldType.TEXT, FieldType.ADDRESS, FieldType.PERIOD,
    FieldType.ENUM, FieldType.BOOLEAN,
}  # fmt: skip
WHAT = {
    FieldType.CREDIT_CODE: "统一社会信用代码（18位）",
    FieldType.PERSON_ID: "身份证件号码（18位）",
    FieldType.CODE_OR_ID: "单位填统一社会信用代码，个人填身份证号码",
    FieldType.NAME: "名称",
    FieldType.PERSON_NAME: "姓名",
    FieldType.TEXT: "文字",
    FieldType.DATE: f"日期，如 {DAY}",
    FieldType.PERIOD: "期间，如 2026-09、2026Q3、2026",
    FieldType.YEAR: "年份，如 2026",
    FieldType.MONEY: "金额",
    FieldType.AREA: "面积",
    FieldType.NUMBER: "数字",
    FieldType.COUNT: "整数",
    FieldType.PERCENT: "百分数，12.5% 填 12.5",
    FieldType.ENUM: "从下拉框中选",
    FieldType.BOOLEAN: "是或否",
    FieldType.PHONE: "电话号码",
    FieldType.ADDRESS: "地址",
    FieldType.CERTIFICATE: "证件、合同、文书的编号",
}
_DEFAULT_UNIT = {FieldType.MONEY: "元", FieldType.AREA: "㎡", FieldType.PERCENT: "%"}
_NUMBERS = {FieldType.MONEY, FieldType.AREA, FieldType.NUMBER, FieldType.PERCENT}
_WHOLE = {FieldType.COUNT, FieldType.YEAR}
# An organisation may still have its 15-digit number, or its organisation code of 9 places (10 with a hyphen).
_LENGTHS = {
    FieldType.CREDIT_CODE: (18, 15, 9, 10),
    FieldType.PERSON_ID: (18,),
    FieldType.CODE_OR_ID: (18, 15, 9, 10),
}
_LENGTH_FAULT = {
    FieldType.CREDIT_CODE: "统一社会信用代码应为18位，请对照营业执照补全；旧税号、机构代码也可以填。",
    FieldType.PERSON_ID: "身份证号码应为18位，最后一位可以是 X。请对照证件核对。",
    FieldType.CODE_OR_ID: "单位填18位统一社会信用代码，个人填18位身份证号码。请核对位数。",
}
_YEARS = (1900, 2150)
_LONGEST_TEXT = 500
_LARGEST = 10**15  # beyond it Excel itself loses digits


_UNIT_SAID = re.compile(r"[（(]((?:元|万元|平方米|㎡|亩|公顷)(?:/[^（）()]+)?)[）)]$")
_LARGER = {"万元", "亩", "公顷"}


@dataclass(frozen=True)
class Place:
    """The cells of one column below the example, 0-based; `width` is the sheet's last column."""

    column: int
    first: int
    last: int
    width: int

    @property
    def area(self) -> tuple[int, int, int, int]:
        return self.first, self.column, self.last, self.column

    @property
    def cell(self) -> str:
        """The first cell, so written that a formula moves with its row: $B3."""
        return f"${xl_col_to_name(self.column)}{self.first + 1}"

    @property
    def row(self) -> str:
        """The first row from the first field to the last: $A3:$K3."""
        return f"$A{self.first + 1}:${xl_col_to_name(self.width)}{self.first + 1}"


def unit_shown(field: Field) -> str:
    """The unit in which the template asks, empty for columns without one."""
    return field.unit or _DEFAULT_UNIT.get(field.type, "")


def parted(title: str, unit: str) -> tuple[str, str]:
    """A title and the unit in which values stand, said once: 征收金额（元） with 元 is 征收金额 and 元.

    What the title says in brackets goes on (元/平方米), except where the values stand in another unit.
    """
    said = _UNIT_SAID.search(title) if unit else None
    if said is None:
        return title, unit
    return title[: said.start()], unit if said[1] in _LARGER else said[1]


def span(field: Field) -> str:
    """The values allowed, in words; empty where nothing is laid down."""
    low, high = field.minimum, field.maximum
    if low is not None and high is not None:
        return f"{told(low)} 至 {told(high)}"
    if high is not None:
        return f"不超过 {told(high)}"
    if low is not None:
        return f"不小于 {told(low)}"
    return f"不超过 {field.max_length} 个字" if field.max_length else ""


def told(number: Decimal) -> str:
    """A number as people write it."""
    return format(number.normalize(), "f")


def advice(field: Field) -> str:
    """What the comment of a heading and the prompt of a cell say."""
    lines = ["必填" if field.required else "选填", WHAT[field.type]]
    lines += [f"单位：{unit_shown(field)}"] if unit_shown(field) else []
    lines += [f"范围：{span(field)}"] if span(field) else []
    lines += [field.help] if field.help else []
    lines += [f"示例：{field.example}"] if field.example else []
    return "\n".join(lines)


def entry_rule(field: Field, place: Place, choices: str | Sequence[str]) -> dict[str, Any]:
    """A prompt for every cell; a rule with its own message where something can be asked of the value."""
    rule: dict[str, Any] = {
        "validate": "any",
        "input_title": field.title[:32],
        "input_message": _cut(advice(field)),
        "error_type": "warning",
        "error_title": "请再看一下",
    }
    return rule | _asked(field, place, choices)


def _asked(field: Field, place: Place, choices: str | Sequence[str]) -> dict[str, Any]:
    if field.type is FieldType.BOOLEAN:
        return {"validate": "list", "source": ["是", "否"], "error_message": "请填“是”或“否”。"}
    if field.type is FieldType.ENUM:
        source = choices if isinstance(choices, str) else list(choices)
        return {
            "validate": "list",
            "source": source,
            "error_message": "这个值不在可选的值之内，请从下拉框中选。",
        }
    if field.type in _LENGTHS:
        fits = f"=OR({_fitting(field, place)})"
        return {"validate": "custom", "value": fits, "error_message": _LENGTH_FAULT[field.type]}
    if field.type is FieldType.DATE:
        return {
            "validate": "date", "criteria": "between", "minimum": f"=DATE({_YEARS[0]},1,1)",
            "maximum": f"=DATE({_YEARS[1]},12,31)", "error_message": f"请填到日的日期，如 {DAY}。",
        }  # fmt: skip
    if field.type in _NUMBERS | _WHOLE:
        return _number_asked(field)
    return _text_asked(field)


def _number_asked(field: Field) -> dict[str, Any]:
    whole = field.type in _WHOLE
    least: Decimal | int = field.minimum if field.minimum is not None else (0 if whole else -_LARGEST)
    most: Decimal | int = field.maximum if field.maximum is not None else _LARGEST
    if field.type is FieldType.YEAR and field.minimum is None:
        least, most = _YEARS
    allowed = f"，{span(field)}" if span(field) else ""
    word = "整数" if whole else "数字"
    unit = f"，单位是{unit_shown(field)}" if unit_shown(field) else ""
    return {
        "validate": "integer" if whole else "decimal", "criteria": "between",
        "minimum": float(least), "maximum": float(most),
        "error_message": f"请填{word}{allowed}{unit}；不要带单位、逗号以外的文字。",
    }  # fmt: skip


def _text_asked(field: Field) -> dict[str, Any]:
    most = field.max_length or _LONGEST_TEXT
    return {
        "validate": "length", "criteria": "<=", "value": most, "error_message": f"请不要超过 {most} 个字。",
    }  # fmt: skip


def condition(field: Field, place: Place) -> Iterator[str]:
    """Formulas that turn a cell red: a code of wrong length; an empty cell that a row begun must have."""
    if field.type in _LENGTHS:
        yield f"=AND(LEN({place.cell})>0,NOT(OR({_fitting(field, place)})))"
    if field.required:
        yield f"=AND(LEN({place.cell})=0,COUNTA({place.row})>0)"


def _fitting(field: Field, place: Place) -> str:
    """True where the text without blanks has one of the lengths; both kinds of blank are taken out."""
    text = f'SUBSTITUTE(SUBSTITUTE({place.cell}," ",""),"　","")'
    return ",".join(f"LEN({text})={length}" for length in _LENGTHS[field.type])


def _cut(text: str) -> str:
    """At most the 255 characters of a prompt, ending with a sign that there is more."""
    return text if len(text) <= 255 else text[:254] + "…"


__all__ = ["AS_TEXT", "WHAT", "Place", "advice", "condition", "entry_rule", "parted", "span", "unit_shown"]
