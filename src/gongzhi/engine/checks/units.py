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
    ("百元", FieldType.MONEY, "10000", ("百元",)),
    ("千元", FieldType.MONEY, "100000", ("千元",)),
    ("万元", FieldType.MONEY, "1000000", ("万元", "万", "人民币万元", "万元整", "万元人民币")),
    ("十万元", FieldType.MONEY, "10000000", ("十万元", "10万元")),
    ("百万元", FieldType.MONEY, "100000000", ("百万元",)),
    ("千万元", FieldType.MONEY, "1000000000", ("千万元",)),
    ("亿元", FieldType.MONEY, "10000000000", ("亿元", "亿", "亿元整", "亿元人民币")),
    ("㎡", FieldType.AREA, "1", ("㎡", "m2", "m²", "m^2", "平方米", "平米", "平方", "平")),
    ("千平方米", FieldType.AREA, "1000", ("千平方米",)),
    ("万平方米", FieldType.AREA, "10000", ("万平方米", "万㎡", "万平米", "万平方", "万平")),
    ("亩", FieldType.AREA, "2000/3", ("亩",)),
    ("万亩", FieldType.AREA, "20000000/3", ("万亩",)),
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
_PIECES = re.compile(r"[,、;::]")
_WORDS_AROUND = re.compile(r"^(?:均?[以按为])?(?:(?:人民币|rmb|cny):?)?(.+?)(?:为单位|计|记)?$")
# What ends like a unit of money or area; a price (元/吨) is none that one could mistake.
_LIKE_A_UNIT = re.compile(r"^[^/每]{0,6}(?:元|币|美金|英镑|usd|eur|hkd|jpy|亩|顷|平方.|平米|m2|公里|km2)$")
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
DEFAULT = {FieldType.MONEY: "元", FieldType.AREA: "㎡", FieldType.PERCENT: "%"}


def unit_named(name: str) -> Unit | None:
    """A unit by any of its spellings; a price (元/㎡, 万元/亩) is 分 for each ㎡.

    Any other price (万元/吨) counts by its numerator.
    """
    text = _fold(name)
    if text in UNITS:
        return UNITS[text]
    top, per, bottom = text.partition("/")
    money, each = UNITS.get(top), UNITS.get(bottom)
    if (
        not per
        or money is None
        or money.measure != FieldType.MONEY
        or (each and each.measure == money.measure)
    ):
        return None
    if each and each.measure == FieldType.AREA:
        return Unit(f"{money.name}/{each.name}", FieldType.MONEY, money.factor / each.factor)
    return Unit(f"{money.name}/{bottom}", FieldType.MONEY, money.factor)


def unit_in(heading: str) -> Unit | None:
    """The unit that a heading states: 金额（万元）, 金额（含税，万元）, 金额/万元; None if it states none."""
    text = _fold(heading)
    for found in (*_bracketed(text), *_TAIL.findall(text)):
        unit = unit_named(found) or unit_named(_WORDS_AROUND.sub(r"\1", found))
        if unit:
            return unit
    return None


def with_unit(heading: str, unit: str) -> str:
    """The heading with a unit that stands elsewhere, so that it can go alone; unchanged if it states one."""
    return heading if unit_in(heading) else f"{heading}（{unit}）"


def strange_unit(heading: str) -> str | None:
    """What stands in a heading's brackets like a unit of money or area and cannot be read (美元)."""
    return next((found for found in _bracketed(_fold(heading)) if _LIKE_A_UNIT.match(found)), None)


def _bracketed(text: str) -> list[str]:
    """What brackets hold, whole and piece by piece; the last bracket first."""
    groups = reversed(_BRACKET.findall(text))
    return [piece for group in groups for piece in dict.fromkeys((group, *_PIECES.split(group))) if piece]


def unit_of(field: Field) -> Unit | None:
    """The unit in which the template asks; None for a field without one that can be converted.

    A price in another denominator than an area (元/吨) counts by its numerator.
    """
    if field.type is FieldType.NUMBER:
        unit = unit_named(field.unit or "")
        return unit if unit and unit.measure not in DEFAULT else None
    if field.type not in DEFAULT:
        return None
    name = field.unit or DEFAULT[field.type]
    unit = unit_named(name) or unit_named(name.partition("/")[0])
    if unit is None or unit.measure != field.type:
        raise ValueError(f"{field.key}: {name} is no unit of {field.type}")
    return unit
