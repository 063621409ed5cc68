"""Tokens that stand for persons: the same person has the same token, and only the key's owner can link back.

A token is `P{key version}-{32 hex}`, the hex being the first 16 bytes of HMAC-SM3 over the UTF-8 text. Two
of n persons share a token with probability n²/2¹²⁹: for ten million persons below 10⁻²⁴. The caller brings
the canonical form (`idcodes`), because an id that ends in x and one that ends in X are two texts.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from gongzhi.engine.crypto.digest import Hmac
from gongzhi.engine.crypto.keys import Key

TOKEN_BYTES = 16
_MOSTLY_DISTINCT = 0.8
_TOKEN = re.compile(r"P([1-9][0-9]{0,4})-[0-9a-f]{32}")


def person_token(key: Key, value: str) -> str:
    """The token of one person's canonical id (or name, where the definition says so).

    Raises ValueError under a key that is not active.
    """
    return _prefix(key) + Hmac(key.secret).digest(value.encode())[:TOKEN_BYTES].hex()


def person_tokens(key: Key, series: pl.Series) -> pl.Series:
    """Tokens of a whole column, under its name; null stays null.

    Where texts repeat, each is digested once; where few do, finding the repeats would cost more than that.
    """
    prefix, texts = _prefix(key), series.cast(pl.String)
    if len(texts) == texts.null_count():
        return texts
    about_distinct: int = texts.to_frame().select(pl.all().approx_n_unique()).item()
    if texts.null_count() == 0 and about_distinct > _MOSTLY_DISTINCT * len(texts):
        return _digested(prefix, key, texts).rename(series.name)
    distinct = texts.unique().drop_nulls()
    tokens = _digested(prefix, key, distinct)
    return texts.replace_strict(distinct, tokens, default=None, return_dtype=pl.String).rename(series.name)


def _digested(prefix: str, key: Key, texts: pl.Series) -> pl.Series:
    lengths = texts.str.len_bytes().cast(pl.UInt32).to_numpy()
    letters = texts.str.join("").item().encode() if len(texts) else b""
    return _written(prefix, Hmac(key.secret).column(lengths, letters, TOKEN_BYTES), len(texts))


def token_version(token: str) -> int | None:
    """The version of the key that made a token, or None when the text is no token."""
    found = _TOKEN.fullmatch(token)
    return int(found[1]) if found else None


def _prefix(key: Key) -> str:
    if key.state != "active":
        raise ValueError(f"key {key.purpose} {key.version} makes no new tokens")
    return f"P{key.version}-"


def _written(prefix: str, digests: npt.NDArray[np.uint8], count: int) -> pl.Series:
    """The digests (hex) as one string column, laid out in one piece: many small texts would cost as much
    again."""
    head = np.frombuffer(prefix.encode(), np.uint8)
    width = len(head) + digests.shape[1]
    letters = np.empty((count, width), np.uint8)
    letters[:, : len(head)] = head
    letters[:, len(head) :] = digests
    offsets = np.arange(count + 1, dtype=np.int64) * width
    buffers = [None, pa.py_buffer(offsets.data), pa.py_buffer(letters.data)]
    return pl.Series(pa.Array.from_buffers(pa.large_string(), count, buffers))
