"""Units of amounts and areas as people write them, and what one of each is in 分 and ㎡."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from gongzhi.engine.definitions import Field, FieldType


@dataclass(frozen=True)
class Unit:
    """`factor`: how many 分, ㎡ or percent points one of it is; for other quantities kg, kW, kWh, m, m³.

    `measure`: the type of the column that it belongs to, or the name of a quantity.
    """

    name: str
    measure: str
    factor: Decimal


_UNITS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("元", FieldType.MONEY, "100", ("元", "人民币元", "rmb", "人民币", "元整")),
    ("角", FieldType.MONEY, "10", ("角",)),
    ("分", FieldType.MONEY, "1", ("分",)),
    ("千元", FieldType.MONEY, "100000", ("千元",)),
    ("万元", FieldType.MONEY, "1000000", ("万元", "万", "人民币万元", "万元整", "万元人民币")),
    ("百万元", FieldType.MONEY, "100000000", ("百万元",)),
    ("千万元", FieldType.MONEY, "1000000000", ("千万元",)),
    ("亿元", FieldType.MONEY, "10000000000", ("亿元", "亿", "亿元整", "亿元人民币")),
    ("㎡", FieldType.AREA, "1", ("㎡", "m2", "m²", "m^2", "平方米", "平米", "平方", "平")),
    ("亩", FieldType.AREA, "2000/3", ("亩",)),
    ("公顷", FieldType.AREA, "10000", ("公顷", "ha", "hm2")),
    ("平方公里", FieldType.AREA, "1000000", ("平方公里", "km2", "平方千米")),
    ("千克", "mass", "1", ("千克", "公斤", "kg")),
    ("吨", "mass", "1000", ("吨", "t")),
    ("万吨", "mass", "10000000", ("万吨",)),
    ("千瓦", "power", "1", ("千瓦", "kw")),
    ("兆瓦", "power", "1000", ("兆瓦", "mw")),
    ("千瓦时", "energy", "1", ("千瓦时", "kwh", "千瓦·时", "度")),
    ("万千瓦时", "energy", "10000", ("万千瓦时", "万度")),
    ("米", "length", "1", ("米", "m")),
    ("千米", "length", "1000", ("千米", "公里", "km")),
    ("立方米", "volume", "1", ("立方米", "m3", "m³", "方")),
    ("万立方米", "volume", "10000", ("万立方米", "万方")),
    ("%", FieldType.PERCENT, "1", ("%", "百分比", "百分点", "个百分点")),
    ("‰", FieldType.PERCENT, "0.1", ("‰",)),
)
_BRACKET = re.compile(r"[(\[【〔{]\s*(?:计量)?(?:单位)?\s*[::]?\s*([^()\[\]【】〔〕{}]+?)\s*[)\]】〕}]")
_TAIL = re.compile(r"[,/_\-::]\s*(?:单位)?\s*[::]?\s*([^\s,/_\-::()]{1,5})$")


def _fold(text: str) -> str:
    # ㎡ becomes m2, ％ becomes %, ： becomes :.
    return unicodedata.normalize("NFKC", text).replace(" ", "").casefold()


def _factor(text: str) -> Decimal:
    top, _, bottom = text.partition("/")
    return Decimal(top) / Decimal(bottom or 1)


UNITS: dict[str, Unit] = {
    _fold(spelling): Unit(name, measure, _factor(factor))
    for name, measure, factor, spellings in _UNITS
    for spelling in spellings
}
_DEFAULT = {FieldType.MONEY: "元", FieldType.AREA: "㎡", FieldType.PERCENT: "%"}


def unit_named(name: str) -> Unit | None:
    """A unit by any of its spellings; a price (元/㎡, 万元/亩) is 分 for each ㎡."""
    text = _fold(name)
    if text in UNITS:
        return UNITS[text]
    top, _, bottom = text.partition("/")
    money, area = UNITS.get(top), UNITS.get(bottom)
    if money and area and money.measure == FieldType.MONEY and area.measure == FieldType.AREA:
        return Unit(f"{money.name}/{area.name}", FieldType.MONEY, money.factor / area.factor)
    return None


def unit_in(heading: str) -> Unit | None:
    """The unit that a heading states: 金额（万元）, 金额/万元, 单价（元/㎡）; None when it states none."""
    text = _fold(heading)
    for found in (*reversed(_BRACKET.findall(text)), *_TAIL.findall(text)):
        unit = unit_named(found)
        if unit:
            return unit
    return None


def unit_of(field: Field) -> Unit | None:
    """The unit in which the template asks; None for a field without one that can be converted.

    A price in another denominator than an area (元/吨) counts by its numerator.
    """
    if field.type is FieldType.NUMBER:
        unit = unit_named(field.unit or "")
        return unit if unit and unit.measure not in _DEFAULT else None
    if field.type not in _DEFAULT:
        return None
    name = field.unit or _DEFAULT[field.type]
    unit = unit_named(name) or unit_named(name.partition("/")[0])
    if unit is None or unit.measure != field.type:
        raise ValueError(f"{field.key}: {name} is no unit of {field.type}")
    return unit
