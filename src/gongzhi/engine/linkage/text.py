"""Canonical text: one spelling for what a reader takes to be the same name.

Width (NFKC per character), upper case, blanks and invisible characters out, every kind of bracket one kind,
traditional characters to simplified (per character, from OpenCC's table), quotation marks, dots and dashes
out, every separator one kind. A column is done as one array of code points through one look-up table, which
costs a tenth of translating string by string.
"""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import opencc
import polars as pl

_OPEN = "([{（［｛〔【〖「『《〈<＜"
_CLOSE = ")]}）］｝〕】〗」』》〉>＞"
_SEPARATORS = ",，、;；"
_DROPPED = "\"'`´‘’“”„″′·•・‧∙⋅.．。｡-‐‑‒–—―−－_＿*＊#＃!！?？:：~～^|¦\\￥$"
_HAN = [(0x2E80, 0x2FE0), (0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00)]
_LIMIT = 0x110000
_GONE = np.uint32(0)
_EXPANDS = np.uint32(0xFFFFFFFF)
_BREAK = "\n"


@dataclass(frozen=True)
class _Tables:
    single: npt.NDArray[np.uint32]
    expansions: dict[int, str]


def _simplified() -> dict[str, str]:
    """Traditional → simplified, per character, followed to its end so that a second pass changes nothing."""
    characters = [chr(point) for start, stop in _HAN for point in range(start, stop)]
    answer = opencc.OpenCC("t2s").convert(_BREAK.join(characters)).split(_BREAK)
    table = {source: target for source, target in zip(characters, answer, strict=True) if source != target}
    return {source: table.get(target, target) for source, target in table.items()}


def _spelling(character: str, simplified: dict[str, str]) -> str:
    if character in _OPEN:
        return "("
    if character in _CLOSE:
        return ")"
    if character in _SEPARATORS:
        return "、"
    if character in _DROPPED or character.isspace():
        return ""
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Cn", "Zs", "Zl", "Zp", "Mn"}:
        return ""
    return "".join(simplified.get(piece, piece) for piece in character.upper())


@functools.cache
def _tables() -> _Tables:
    simplified = _simplified()
    single = np.arange(_LIMIT, dtype=np.uint32)
    expansions: dict[int, str] = {}
    # Beyond the two planes that hold names, a character stands for itself.
    for point in range(0x30000):
        folded = unicodedata.normalize("NFKC", chr(point)) if not 0xD800 <= point < 0xE000 else ""
        text = "".join(_spelling(piece, simplified) for piece in folded)
        if len(text) > 1:
            expansions[point] = text
            single[point] = _EXPANDS
        else:
            single[point] = ord(text) if text else _GONE
    single[ord(_BREAK)] = ord(_BREAK)
    return _Tables(single, expansions)


def _points(text: str) -> npt.NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def canonical(text: str) -> str:
    """The canonical form of one name; see :func:`normalise`."""
    return _fold(text.replace(_BREAK, "").replace("\r", "")).strip("、")


def plain(text: str) -> str:
    """The canonical form without its brackets: what a name is searched by, however somebody types it."""
    return canonical(text).replace("(", "").replace(")", "")


def plain_names(series: pl.Series) -> pl.Series:
    """:func:`plain` of a whole column; null where nothing is left."""
    bare = normalise(series).str.replace_all(r"[()]", "")
    return pl.select(pl.when(bare != "").then(bare).alias(series.name)).to_series()


def _fold(text: str) -> str:
    tables = _tables()
    folded = tables.single[_points(text)]
    if (folded == _EXPANDS).any():
        folded = tables.single[_points(text.translate(tables.expansions))]
    return str(folded[folded != _GONE].tobytes(), "utf-32-le")


def normalise(series: pl.Series) -> pl.Series:
    """Canonical names of a String column: same length and order, nulls kept, nothing left → null.

    Idempotent, and unchanged by width, blanks, kind of bracket and traditional characters. Worked out once
    per distinct string.
    """
    name = series.name
    distinct = series.drop_nulls().unique()
    if distinct.is_empty():
        return pl.Series(name, [None] * len(series), dtype=pl.String)
    clean = distinct.str.replace_all(r"[\r\n]", "")
    folded = _fold(_BREAK.join(clean.to_list())).split(_BREAK)
    answer = pl.Series("to", folded, dtype=pl.String).str.strip_chars("、")
    answer = pl.select(pl.when(answer != "").then(answer).alias("to")).to_series()
    lookup = pl.DataFrame({"from": distinct, "to": answer})
    rows = pl.DataFrame({"from": series})
    return rows.join(lookup, on="from", how="left", maintain_order="left")["to"].rename(name)
