"""How headings are compared: width, blanks, brackets, marks and units do not count."""

from __future__ import annotations

import re
import unicodedata

# Characters that print nothing; NFKC leaves them in place.
_INVISIBLE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u00ad\u3164]+")
_MARKS = re.compile(r"[*:;,.、。·'\"“”‘’_\-—~|/\\<>《》【】\[\]{}#!?]+")
_UNIT_WORD = (
    r"(?:(?:人民币)?(?:元|角|分|[百千]元|[十百千]?万元|亿元)|rmb|%|m2|m\^2|[千万]?平方米|平米|万?亩|公顷|平方公里|"
    r"平方千米|米|千米|公里|吨|公斤|千克|"
    r"人|户|个|件|台|辆|套|间|次|天|日|月|年|度|千瓦时|万千瓦时|kwh|立方米|m3|升)"
)
_TAIL_BRACKET = re.compile(r"[(\[【〔][^()\[\]【】〔〕]*[)\]】〕]$")
_TAIL_UNIT = re.compile(rf"[,/:_\-]\s*(?:单位[:]?)?{_UNIT_WORD}$")
_UNIT_BRACKET = re.compile(rf"[(\[【〔](?:单位[:]?)?{_UNIT_WORD}(?:[/每]{_UNIT_WORD})?[)\]】〕]")


_COUNTED = (
    r"人次|户次|次数|家|宗|幢|栋|座|间|处|份|张|笔|条|项|批|艘|架|头|只|株|公里|km2|平方|方|万方|万立方米|万吨|t|kg|"
    r"千瓦|兆瓦|kw|mw|‰|万人|万户|万人次|万度|ha|hm2"
)
_LONGEST_UNIT = 20
_LONE_UNIT = re.compile(
    rf"^[(\[【〔]?(?:(?:计量|金额|面积)?单位:?)?(?P<unit>(?:{_UNIT_WORD}|{_COUNTED})(?:[/每](?:{_UNIT_WORD}|{_COUNTED}))?)[)\]】〕]?$"
)


def _folded(text: str) -> str:
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold()


def _bare(text: str) -> str:
    return _MARKS.sub("", text).replace("(", "").replace(")", "").replace("〔", "").replace("〕", "")


def normalise_heading(text: str) -> str:
    """The heading without width, blanks, punctuation and units: `金 额（万元）*` and `金额` are one."""
    folded = _UNIT_BRACKET.sub("", _folded(text))
    return _bare(_TAIL_UNIT.sub("", folded))


def unit_text(text: str) -> str:
    """The unit that a heading states, in comparable form; two headings that differ in it are two."""
    folded = _folded(text)
    return _bare("".join(_UNIT_BRACKET.findall(folded)) or "".join(_TAIL_UNIT.findall(folded)))


def unit_word(text: str) -> str:
    """The unit when a cell holds nothing but one (万元, （平方米）, 单位：亩); empty for any other text."""
    found = _LONE_UNIT.match(_folded(text)) if len(text) < _LONGEST_UNIT else None
    return found["unit"] if found else ""


def heading_keys(text: str) -> tuple[str, ...]:
    """What a heading may match, the most telling form first.

    The whole text; without a closing bracket (`法定代表人（负责人）`); for a joined `父/子` the child alone.
    """
    keys: list[str] = []
    for part in (text, text.rpartition("/")[2]) if "/" in text else (text,):
        folded = _folded(part)
        without_unit = _UNIT_BRACKET.sub("", folded)  # 金额（含税）（万元）
        for form in (folded, _TAIL_BRACKET.sub("", folded), _TAIL_BRACKET.sub("", without_unit)):
            key = normalise_heading(form)
            if key and key not in keys:
                keys.append(key)
    return tuple(keys)
