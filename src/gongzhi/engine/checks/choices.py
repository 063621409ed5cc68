"""Columns with a list of values, and yes or no."""

from __future__ import annotations

import unicodedata

import polars as pl
from rapidfuzz import fuzz
from rapidfuzz import process as nearest

from gongzhi.engine.definitions import Field

from .cells import NOTHING, emptied, repairs_of
from .model import Fault, Typed, Written, nowhere

_YES = ("是", "有", "对", "真", "y", "yes", "true", "t", "1", "√", "✓", "✔", "1.0", "已", "属实")
_NO = (
    "否",
    "无",
    "没有",
    "不",
    "假",
    "非",
    "n",
    "no",
    "false",
    "f",
    "0",
    "×",
    "✗",
    "✘",
    "x",
    "0.0",
    "未",
    "不是",
)
_NEAR = 60.0
_CONTRARY = ("非", "未", "不", "无", "没", "免", "否")
_MOST_SHOWN = 12


def _fold(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold().strip("'’\u200b\ufeff")


def read_enum(written: Written) -> Typed:
    """One of the listed values, by its name or another name of it."""
    field = written.field
    names = {_fold(value): value for value in field.values}
    names = {_fold(alias): value for alias, value in field.value_aliases.items()} | names
    distinct = set(written.texts.unique().drop_nulls().to_list())
    missing = [word for word in NOTHING if word in distinct and _fold(word) not in names]
    texts, empties = emptied(written.texts, _only(written.texts, missing))
    known = {text: names.get(_fold(text)) for text in distinct.difference(missing)}
    values = _mapped(texts, known, pl.String())
    blank = [text for text in distinct if not _fold(text)]
    wrong = (values.is_null() & texts.is_not_null() & ~texts.is_in(blank)).fill_null(False).arg_true()
    changed = (values != texts).fill_null(False).arg_true()
    form = pl.Series(["value_form"]).new_from_index(0, len(changed))
    repairs = (*empties, *repairs_of(changed, texts.gather(changed), values.gather(changed), form))
    faults = (_not_listed(texts, wrong, field),) if len(wrong) else ()
    return Typed(values, wrong.rename("at").cast(pl.UInt32), faults, repairs)


def _only(texts: pl.Series, words: list[str]) -> pl.Series:
    return texts.is_in(words).fill_null(False).arg_true().cast(pl.UInt32) if words else nowhere()


def _mapped(texts: pl.Series, known: dict[str, str | None], dtype: pl.DataType) -> pl.Series:
    if all(text == value for text, value in known.items()):
        return texts
    return texts.replace_strict(known, default=None, return_dtype=dtype)


def _not_listed(texts: pl.Series, wrong: pl.Series, field: Field) -> Fault:
    written = texts.gather(wrong)
    near = {text: _near(text, field.values) for text in written.unique().to_list()}
    suggestion = written.replace_strict(near, default=None, return_dtype=pl.String)
    more = f" 等{len(field.values)}种" if len(field.values) > _MOST_SHOWN else ""
    places = {"allowed": "、".join(field.values[:_MOST_SHOWN]) + more}
    return Fault("not_listed", wrong, written, suggestion=suggestion, places=places)


def _near(text: str, values: tuple[str, ...]) -> str | None:
    """The one listed value that is meant: with words before or behind it (挂牌转让), else one that is close.

    None when there is none or more than one; never what the words turn round (未注销 is not 注销).
    """
    folded = _fold(text)
    inside = [value for value in values if folded.startswith(_fold(value)) or folded.endswith(_fold(value))]
    longest = max(inside, key=len, default="")
    found_inside = [value for value in inside if value == longest or value not in longest]
    if len(found_inside) == 1:
        return None if _turned(folded, longest) else longest
    return None if found_inside else _close(text, values)


def _turned(text: str, value: str) -> bool:
    """Whether what stands beside the value may say the contrary."""
    return any(word in text.replace(_fold(value), "", 1) for word in _CONTRARY)


def _close(text: str, values: tuple[str, ...]) -> str | None:
    found = nearest.extract(text, values, scorer=fuzz.ratio, score_cutoff=_NEAR, limit=2)
    if not found or (len(found) > 1 and found[0][1] == found[1][1]):
        return None
    near = str(found[0][0])
    return None if any((word in text) != (word in near) for word in _CONTRARY) else near


def read_boolean(written: Written) -> Typed:
    """Yes or no in the words that people use; the written 是 and 否 need no repair."""
    texts = written.texts
    words = dict.fromkeys(_YES, True) | dict.fromkeys(_NO, False)
    distinct = texts.drop_nulls().unique().to_list()
    known = {text: words.get(_fold(text)) for text in distinct}
    values = (
        texts.replace_strict(known, default=None, return_dtype=pl.Boolean)
        if distinct
        else texts.cast(pl.Boolean)
    )
    missing = [text for text in distinct if known[text] is None and {text, _fold(text)} & set(NOTHING)]
    texts, empties = emptied(texts, _only(texts, missing))
    blank = [text for text in distinct if not _fold(text)]
    wrong = (values.is_null() & texts.is_not_null() & ~texts.is_in(blank)).fill_null(False).arg_true()
    changed = (values.is_not_null() & ~texts.is_in(["是", "否"])).fill_null(False).arg_true()
    told = values.gather(changed).replace_strict({True: "是", False: "否"}, return_dtype=pl.String)
    form = pl.Series(["value_form"]).new_from_index(0, len(changed))
    repairs = (*empties, *repairs_of(changed, texts.gather(changed), told, form))
    faults = (Fault("not_yes_no", wrong, texts.gather(wrong)),) if len(wrong) else ()
    return Typed(values, wrong.rename("at").cast(pl.UInt32), faults, repairs)
