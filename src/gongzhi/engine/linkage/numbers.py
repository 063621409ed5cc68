"""Ordinals inside names: 第一 = 第1 = 1号, whatever they are written in."""

from __future__ import annotations

import re

_DIGITS = {
    "〇": 0,
    "零": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_UNITS = {"十": 10, "百": 100, "千": 1000}
# A numeral counts as an ordinal where 第 stands before it, where it is written in digits, or where a word for
# a part or a unit of its kind follows at once (三分公司, 二建, 十六局). 三江 and 七匹狼 hold none.
_AFTER = (
    "分公司|支公司|公司|分店|分厂|分部|分行|支行|分社|分院|分局|工程局|工程处|工程队|工程|局|处|队|号|厂|店|"
    "建筑|建设|建工|建|院|所|部|站|中学|小学|幼儿园|中|小|车间|项目部|项目|食堂|门市部|经营部|营业部|期|组|村|社|化建|冶|航局|航"
)
_ORDINAL = re.compile(
    rf"第([〇零一二两三四五六七八九十百千]+|\d+)|(\d+)|([一二三四五六七八九十百]+)(?={_AFTER})"
)
_HAS_NUMERAL = re.compile(r"[\d〇零一二两三四五六七八九十百千]")


def numeral(text: str) -> int:
    """Value of a numeral in digits or in 汉字 (第二十一 → 21; 二一 → 21)."""
    if text.isdecimal():
        return int(text)
    if not any(character in _UNITS for character in text):
        return int("".join(str(_DIGITS[character]) for character in text))
    total, current = 0, 0
    for character in text:
        if character in _UNITS:
            total += (current or 1) * _UNITS[character]
            current = 0
        else:
            current = _DIGITS[character]
    return total + current


def ordinals(text: str) -> tuple[int, ...]:
    """The ordinals of a canonical name, in ascending order; empty where there are none."""
    if not _HAS_NUMERAL.search(text):
        return ()
    return tuple(
        sorted(numeral(next(group for group in found.groups() if group)) for found in _ORDINAL.finditer(text))
    )


def with_digits(text: str) -> str:
    """The same text with every ordinal written one way: 第一分公司, 一分公司, 1分公司 → 1分公司."""
    if not _HAS_NUMERAL.search(text):
        return text

    def digits(found: re.Match[str]) -> str:
        return str(numeral(next(group for group in found.groups() if group)))

    return _ORDINAL.sub(digits, text)
