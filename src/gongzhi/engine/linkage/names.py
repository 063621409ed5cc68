"""A Chinese enterprise name taken apart: 区划 · 字号 · 行业 · 组织形式 · 分支, and what its brackets say.

The order of cutting follows 企业名称登记管理规定 art. 6 and 13: the form ends the name, the division opens it
(or stands in brackets behind the trade name), the trade name is what the line of business leaves. A branch
bears the parent's whole name in front of its own.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import polars as pl

from .numbers import ordinals, with_digits
from .text import canonical, normalise
from .vocabulary import Vocabulary

_GROUP = re.compile(r"\(([^()]*(?:\([^()]*\)[^()]*)*)\)")
_STREET = re.compile(r"^([一-鿿]{2,4}?(?:街道|镇|乡))(?=..)")
_LIST = re.compile(r"[、/]|(?<=公司)原|(?<=厂)原")
_LONGEST_WORD = 5
_COUNTY = 6  # digits of a county's code
_CHUNK = 50_000
# Stands around a division that was in brackets, between reading them and cutting the name.
_PLACE = "\x1f"
_PLACED = re.compile(f"{_PLACE}.*?{_PLACE}")


class NameParts(NamedTuple):
    """One name in its parts. Every text is canonical; an absent part is the empty string."""

    canonical: str
    bare: str  # the name proper, brackets opened, remarks left out: equal for two spellings of one name
    division: str  # as written: 绍兴市越城区
    division_code: str  # its code, 2 to 6 digits; empty when unknown or borne by several
    street: str
    trade_name: str
    industry: str
    form: str
    form_class: str
    branch: str  # the branch's own name, its ordinal in digits
    core: str  # 字号 + 行业 (+ 分支), ordinals in digits: what is left when division and form are set aside
    parent: str  # for a branch: the name in front of it
    ordinals: tuple[int, ...]
    former: tuple[str, ...]  # earlier names given in brackets
    also: tuple[str, ...]  # second names of the same enterprise
    later: tuple[str, ...]  # names it bears now


@dataclass(slots=True)
class _Brackets:
    text: str  # the name proper, brackets opened
    stem: str  # the same without a division that stood in brackets
    division: str = ""
    former: list[str] = field(default_factory=list)
    also: list[str] = field(default_factory=list)
    later: list[str] = field(default_factory=list)


class Splitter:
    """A vocabulary made ready for cutting many names."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._words = vocabulary
        self._openings: dict[str, list[tuple[str, bool, tuple[str, ...]]]] = {}
        for spelling in sorted(vocabulary.divisions, key=len, reverse=True):
            opening = (spelling, self._may_open(spelling), vocabulary.divisions[spelling])
            self._openings.setdefault(spelling[:2], []).append(opening)
        self._endings: dict[str, list[str]] = {}
        for form in sorted(vocabulary.forms, key=len, reverse=True):
            self._endings.setdefault(form[-1], []).append(form)
        self._branch_endings = vocabulary.branch_words
        self._parent_end = re.compile("|".join(map(re.escape, vocabulary.parent_endings)))

    def split(self, name: str) -> NameParts:
        """Take one canonical name apart."""
        found = self._brackets(name) if "(" in name or ")" in name else _Brackets(name, name)
        parent, branch = self._branch(found.stem)
        form, stem = self._form(parent)
        # 鑫源印染(绍兴)有限公司 is read as 绍兴鑫源印染有限公司.
        division, code, rest = self._division(found.division + stem)
        street, rest = self._street(rest) if division else ("", rest)
        trade, industry = self._industry(rest)
        if trade in self._words.trade_words and division:
            # 绍兴市印染有限公司: without its division nothing would tell it from any other.
            trade, industry = self._short(division), trade + industry
        branch = self._branch_key(branch) if branch else ""
        stem, numbers = trade + industry, ordinals(found.text)
        stem = with_digits(stem) if numbers else stem
        return NameParts(
            name, found.text, division, code, street, trade, industry, form, self._words.forms.get(form, ""),
            branch, f"{stem}|{branch}" if branch else stem, parent if branch else "", numbers,
            tuple(found.former), tuple(found.also), tuple(found.later),
        )  # fmt: skip

    # What stands in brackets

    def _brackets(self, name: str) -> _Brackets:
        found = _Brackets("", "")
        # Groups are read innermost names first; what is left of unpaired brackets is dropped.
        pieces, end = [], 0
        for group in _GROUP.finditer(name):
            pieces.append(name[end : group.start()])
            pieces.append(self._group(group.group(1), found))
            end = group.end()
        pieces.append(self._open_group(name[end:], found))
        text = "".join(pieces).replace("(", "").replace(")", "").strip("、")
        found.text, found.stem = text.replace(_PLACE, ""), _PLACED.sub("", text)
        return found

    def _open_group(self, tail: str, found: _Brackets) -> str:
        head, bracket, inside = tail.partition("(")
        return head + self._group(inside, found) if bracket and inside else tail

    def _group(self, inside: str, found: _Brackets) -> str:
        for marks, names in (
            (self._words.later_marks, found.later),
            (self._words.former_marks, found.former),
            (self._words.also_marks, found.also),
        ):
            mark = next((mark for mark in marks if inside.startswith(mark)), None)
            if mark is not None and len(inside) - len(mark) >= 3:
                names.extend(_names_in(inside[len(mark) :], self._words.former_marks))
                return ""
        if inside in self._words.remarks:
            return ""
        if self._is_place(inside):
            found.division = found.division or inside
            return f"{_PLACE}{inside}{_PLACE}"
        if self._is_name(inside):
            found.also.append(inside)
            return ""
        return inside

    def _is_place(self, inside: str) -> bool:
        if inside in self._words.divisions:
            return True
        # _division leaves two characters behind; here nothing may be left.
        return len(inside) > 3 and self._division(inside + "\x1f\x1f")[2] == "\x1f\x1f"

    def _is_name(self, inside: str) -> bool:
        return len(inside) >= 6 and self._form(inside)[0] != "" and not inside.endswith(self._branch_endings)

    # Form, branch, division, industry

    def _form(self, name: str) -> tuple[str, str]:
        endings = self._endings.get(name[-1:], ())
        if not endings or name[-2:] in self._words.trade_words or name[-3:] in self._words.trade_words:
            # 银行 and 酒店 say what is done there; 行 and 店 are their ends, not forms.
            return "", name
        for form in endings:
            if name.endswith(form) and len(name) - len(form) >= 2:
                return form, name[: -len(form)]
        return "", name

    def _branch(self, name: str) -> tuple[str, str]:
        start = name.find("公司")
        if start >= 0 and name[start - 1 : start] not in {"分", "支", "子"}:
            rest = name[start + 2 :]
            if rest and not rest.endswith(("有限公司", "有限责任公司")):
                return name[: start + 2], rest
            return name, ""
        return self._branch_without_company(name)

    def _branch_without_company(self, name: str) -> tuple[str, str]:
        if not name.endswith(self._branch_endings):
            return name, ""
        word = next(word for word in self._branch_endings if name.endswith(word))
        if len(name) - len(word) < 4:
            return name, ""
        parent = self._parent_end.search(name)
        if parent and parent.end() >= 4 and parent.end() <= len(name) - len(word):
            return name[: parent.end()], name[parent.end() :]
        if word not in self._words.strong_branch_words:
            return name, ""
        cut = len(name) - len(word)
        for length in (5, 4, 3, 2):
            # 浙江移动绍兴分公司: the division in front of the word belongs to the branch.
            if cut - length >= 3 and name[cut - length : cut] in self._words.divisions:
                return name[: cut - length], name[cut - length :]
        ordinal = re.search(r"(第?[一二三四五六七八九十百\d]+)$", name[:cut])
        cut = ordinal.start() if ordinal and ordinal.start() >= 3 else cut
        return name[:cut], name[cut:]

    def _branch_key(self, branch: str) -> str:
        division, _, rest = self._division(branch)
        return with_digits((self._short(division) if division else "") + rest)

    def _division(self, stem: str) -> tuple[str, str, str]:
        """Cut divisions off the front while two characters remain: (as written, code, rest)."""
        start, code, last = 0, "", len(stem) - 2
        for _ in range(3):
            openings = self._openings.get(stem[start : start + 2])
            if openings is None:
                break
            for spelling, may_open, codes in openings:
                if not stem.startswith(spelling, start) or start + len(spelling) > last:
                    continue
                below = codes if not start else tuple(c for c in codes if c.startswith(code) and c != code)
                if (may_open and not start) or (start and code and below):
                    code = below[0] if len(below) == 1 or len(below[0]) < _COUNTY else code
                    start += len(spelling)
                    break
            else:
                break
        return stem[:start], code, stem[start:]

    def _may_open(self, spelling: str) -> bool:
        """Whether a name may begin with this: any division in full, a province or city in short. The short
        form of a county may near home (诸暨…); that of an urban district (新华, 和平) or of a county far away
        (江口, 东方) is more likely a trade name.
        """
        codes = self._words.divisions[spelling]
        if spelling in self._words.short_divisions or len(codes[0]) < _COUNTY:
            return True
        county = any(f"{spelling}{kind}" in self._words.short_divisions for kind in ("市", "县"))
        return county and any(code.startswith(self._words.home) for code in codes)

    def _short(self, division: str) -> str:
        """The last division of a run, in its short form: 浙江省绍兴市 → 绍兴."""
        start, last = 0, division
        while start < len(division):
            openings = self._openings.get(division[start : start + 2], ())
            spellings = (spelling for spelling, _, _ in openings if division.startswith(spelling, start))
            last = next(spellings, division[start:])
            start += len(last)
        return self._words.short_divisions.get(last, last)

    def _street(self, rest: str) -> tuple[str, str]:
        street = _STREET.match(rest)
        if not street or street.group(1)[-2:] in {"城镇", "村镇", "乡镇"}:
            return "", rest
        return street.group(1), rest[street.end() :]

    def _industry(self, rest: str) -> tuple[str, str]:
        words, end = self._words.trade_words, len(rest)
        while end > 2:
            for length in range(min(_LONGEST_WORD, end - 2), 1, -1):
                if rest[end - length : end] in words:
                    end -= length
                    break
            else:
                break
        return rest[:end], rest[end:]


def _names_in(text: str, marks: tuple[str, ...]) -> list[str]:
    """The names of a bracket that may list several: 甲公司、原乙公司."""
    found = []
    for piece in _LIST.split(text):
        mark = next((mark for mark in marks if piece.startswith(mark)), "")
        name = piece[len(mark) :].replace("(", "").replace(")", "")
        if len(name) >= 3:
            found.append(name)
    return found


@functools.lru_cache(maxsize=4)
def splitter(vocabulary: Vocabulary) -> Splitter:
    """The splitter of a vocabulary, made once."""
    return Splitter(vocabulary)


def split_name(name: str, vocabulary: Vocabulary) -> NameParts:
    """Take one name, in any spelling, apart."""
    return splitter(vocabulary).split(canonical(name))


LIST_COLUMNS = ("ordinals", "former", "also", "later")
_JOINT = "\x1e"


def split_names(names: pl.Series, vocabulary: Vocabulary) -> pl.DataFrame:
    """Take the distinct names of a String column apart.

    Returns one row per distinct canonical name with the parts of :class:`NameParts`; ``ordinals`` joined by
    commas, ``former``, ``also`` and ``later`` as lists of strings.
    """
    distinct = normalise(names).drop_nulls().unique()
    return split_canonical(distinct, vocabulary)


def split_canonical(distinct: pl.Series, vocabulary: Vocabulary) -> pl.DataFrame:
    """As :func:`split_names`, for names that are canonical and distinct already."""
    split = splitter(vocabulary).split
    # In pieces, so that the parts of a million names need not all stand in memory as Python objects.
    pieces = [
        _columns([split(name) for name in distinct.slice(start, _CHUNK).to_list()])
        for start in range(0, max(len(distinct), 1), _CHUNK)
    ]
    lists = [
        pl.col(name).str.split(_JOINT).fill_null(pl.lit([], pl.List(pl.String))) for name in LIST_COLUMNS[1:]
    ]
    return pl.concat(pieces).with_columns(lists)


def _columns(parts: list[NameParts]) -> pl.DataFrame:
    columns = list(zip(*parts, strict=True)) or [()] * len(NameParts._fields)
    return pl.DataFrame(
        [
            pl.Series(name, _texts(name, values), dtype=pl.String)
            for name, values in zip(NameParts._fields, columns, strict=True)
        ]
    )


def _texts(column: str, values: tuple[Any, ...]) -> list[str | None] | tuple[str, ...]:
    """One text per name: lists of lists are slow to hand over, one split of the column is not."""
    if column == "ordinals":
        return [",".join(map(str, value)) if value else "" for value in values]
    if column in LIST_COLUMNS:
        return [_JOINT.join(value) if value else None for value in values]
    return values
