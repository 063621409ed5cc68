"""Cleaning of cells, a column at a time; every step that changes a cell is told."""

from __future__ import annotations

import numpy as np
import polars as pl

from .model import Fault, Repair, Typed

_FULL = [chr(code) for code in range(0xFF01, 0xFF5F)] + ["￥"]
_HALF = [chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)] + ["¥"]
# Letters and digits only: full-width brackets and commas are right in Chinese text.
_FULL_WORD = [char for char in _FULL if chr(ord(char) - 0xFEE0 & 0xFFFF).isalnum() and char != "￥"]
_HALF_WORD = [chr(ord(char) - 0xFEE0) for char in _FULL_WORD]
_UNSEEN = r"[\x{ad}\x{180e}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}-\x{206f}\x{feff}\x00-\x08\x0e-\x1f]"
_ODD_BLANK = r"[\s\x{a0}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]+"
DIRTY = (
    r"^[\s']|\s$|  |[\x00-\x1f\x{a0}\x{ad}\x{180e}\x{2000}-\x{200f}\x{2028}-\x{202f}\x{205f}-\x{206f}"
    r"\x{3000}\x{feff}\x{ff10}-\x{ff19}\x{ff21}-\x{ff3a}\x{ff41}-\x{ff5a}]"
)
DIRTY_NAME = DIRTY.replace("|  |", "| |")
NOTHING = (
    "-", "--", "---", "—", "——", "－", "/", "//", "\\", "无", "空", "暂无", "没有", "不详", "未知", "待补充",
    "null", "NULL", "Null", "None", "NONE", "none", "nan", "NaN", "NAN", "N/A", "n/a", "NA", "nil", "(空白)",
)  # fmt: skip
_LONGEST_NOTHING = max(len(word.encode()) for word in NOTHING)
_EXCEL_ERRORS = r"^#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA)$"


def without_blanks(texts: pl.Series) -> pl.Series:
    """The column with empty texts as null."""
    return texts.replace("", None) if (texts == "").any() else texts


def left_over(texts: pl.Series, values: pl.Series) -> pl.Series:
    """Positions of filled cells that a strict reading did not take."""
    if values.null_count() == texts.null_count():
        return pl.Series("at", [], pl.UInt32)
    return (values.is_null() & texts.is_not_null()).arg_true()


def folded(texts: pl.Series) -> pl.Series:
    """Half width throughout, nothing unseen, no blanks at all: for cells that are no prose."""
    texts = texts.str.replace_many(_FULL, _HALF).str.replace_all(_UNSEEN, "")
    return texts.str.replace_all(_ODD_BLANK, "").str.strip_chars("'’‘`\"")


def how(before: pl.Series, after: pl.Series) -> pl.Series:
    """Which repair made `after` of `before`: width, apostrophe, blanks, or form."""
    fulls = before.str.contains_any(_FULL)
    quoted = before.str.contains(r"^['’‘`\"]")
    bare = before.str.replace_all(_UNSEEN, "").str.replace_all(_ODD_BLANK, "") == after
    frame = pl.DataFrame({"full": fulls, "quoted": quoted, "bare": bare})
    return frame.select(
        pl.when("bare").then(pl.lit("blanks"))
        .when("full").then(pl.lit("width"))
        .when("quoted").then(pl.lit("apostrophe"))
        .otherwise(pl.lit("form"))
    ).to_series()  # fmt: skip


def repairs_of(at: pl.Series, before: pl.Series, after: pl.Series, code: pl.Series) -> tuple[Repair, ...]:
    """Repairs grouped by code, for cells that really differ."""
    changed = before.ne_missing(after) & after.is_not_null()
    found = []
    for name in code.filter(changed).unique().sort().to_list():
        mask = changed & (code == name)
        found.append(Repair(name, at.filter(mask), before.filter(mask), after.filter(mask)))
    return tuple(found)


def nothing(texts: pl.Series) -> pl.Series:
    """Positions of cells that say "none" in one of the usual words or signs."""
    short = (texts.str.len_bytes() <= _LONGEST_NOTHING).arg_true()
    return short.filter(texts.gather(short).is_in(NOTHING)).cast(pl.UInt32)


def emptied(texts: pl.Series, at: pl.Series) -> tuple[pl.Series, tuple[Repair, ...]]:
    """The column with the cells at `at` empty, and the repair that says so."""
    if not len(at):
        return texts, ()
    before = texts.gather(at)
    blank = pl.Series("after", [""], pl.String).new_from_index(0, len(at))
    return replaced(texts, at, blank.replace("", None)), (Repair("empty_word", at, before, blank),)


def replaced(values: pl.Series, at: pl.Series, new: pl.Series) -> pl.Series:
    """The column with new values at some positions."""
    if not len(at):
        return values
    if len(at) == len(values):
        return new.rename(values.name)
    return values.clone().scatter(at.to_physical(), new)


def excel_errors(texts: pl.Series) -> pl.Series:
    """Positions of #N/A, #REF! and their like."""
    maybe = texts.str.starts_with("#").arg_true()
    if not len(maybe):
        return maybe.cast(pl.UInt32)
    return maybe.filter(texts.gather(maybe).str.contains(_EXCEL_ERRORS)).cast(pl.UInt32)


def where(texts: pl.Series, pattern: str, among: pl.Series | None = None) -> pl.Series:
    """Positions of the cells that hold the pattern, or of those among the positions given."""
    if among is None:
        return texts.str.contains(pattern).fill_null(False).arg_true()
    return among.filter(texts.gather(among).str.contains(pattern).fill_null(False)) if len(among) else among


def clean_text(
    texts: pl.Series, odd: pl.Series, *, name: bool = False
) -> tuple[pl.Series, tuple[Repair, ...]]:
    """Prose without stray blanks, unseen characters and full-width letters; `odd`: where they may stand.

    In a name, blanks between Chinese characters go too (张　三, 绍兴 某某公司).
    """
    dirty = where(texts, DIRTY_NAME if name else DIRTY, odd)
    if not len(dirty):
        return texts, ()
    before = texts.gather(dirty)
    after = before.str.replace_many(_FULL_WORD, _HALF_WORD).str.replace_all(_UNSEEN, "")
    after = after.str.replace_all(_ODD_BLANK, " ").str.strip_chars(" ").str.replace(r"^('\s*)+", "")
    if name:
        for _ in range(2):
            after = after.str.replace_all(r"(\p{Han}|[（）()]) (\p{Han}|[（）()])", "$1$2")
    after = after.replace("", None)
    return replaced(texts, dirty, after), repairs_of(dirty, before, after, how(before, after))


def failed_at(*faults: Fault) -> pl.Series:
    """Positions of all these faults, sorted, each once."""
    places = [fault.at for fault in faults if fault.at is not None and len(fault.at)]
    if not places:
        return pl.Series("at", [], pl.UInt32)
    return pl.concat([at.cast(pl.UInt32).rename("at") for at in places]).unique().sort()


def mask_of(at: pl.Series, length: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """True at these positions."""
    mask = np.zeros(length, dtype=np.bool_)
    mask[at.to_numpy()] = True
    return mask


def typed(values: pl.Series, faults: list[Fault], repairs: list[Repair] | tuple[Repair, ...]) -> Typed:
    """A column whose every fault so far means that the cell holds no value of its type."""
    return Typed(values, failed_at(*faults), tuple(faults), tuple(repairs))
