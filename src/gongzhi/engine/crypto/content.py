"""Recognising the same content again: a 128-bit hash for each row, and one SM3 over all of them.

**Row hash, format 2.** A cell is its UTF-8 text, or null. A cell's hash is XXH3-128 of the text, seeded with
the number of its column, counted from 1; that of a null is 0. The row's hash is their sum mod 2¹²⁸.
Seeds and order are fixed here and held by a test against another implementation, so that the hash does not
change with a version of any library, or between machines.

**How far it can be trusted.** Rows that differ by mistake, by correction or by chance collide with a
probability of about 2⁻¹²⁸, so a changed file is not taken for the file before. It is *not* proof against
somebody who searches for two rows with the same hash: XXH3 has no key. What such a sender would gain is that
its own second file counts as already handed in; the bytes of every file are kept under their full SM3
besides. Where that is too little, hash the file.
"""

from __future__ import annotations

from functools import reduce
from operator import add

import polars as pl
import polars_hash as plh

from gongzhi.engine.crypto.digest import new_file_sm3

_FORMAT = b"gongzhi/content/2\x00"


def content_hash(rows: pl.Series) -> bytes:
    """The 32-byte content hash of a table from its `row_hashes`: SM3 over the format's name, the number of
    rows (8 bytes, big endian) and the sorted row hashes (16 bytes each, little endian). The order of rows
    does not matter; how often a row occurs does."""
    ordered = rows.sort().to_frame("hash")
    words = ordered.select(
        (pl.col("hash") % (1 << 64)).cast(pl.UInt64).alias("low"),
        (pl.col("hash") // (1 << 64)).cast(pl.UInt64).alias("high"),
    )
    body = words.to_numpy(order="c").astype("<u8", copy=False)
    state = new_file_sm3()
    state.update(_FORMAT + len(rows).to_bytes(8, "big") + body.tobytes())
    return state.digest()


def row_hashes(table: pl.DataFrame) -> pl.Series:
    """One 128-bit hash for each row (UInt128). The order of columns matters, their names do not.

    Text columns are hashed as they are; others by the text that polars casts them to, so cast what has more
    than one way of being written (floats) before.
    """
    # One column after the other: twelve at a time would need sixteen bytes a cell, and the time to get them.
    cells = (_cell_hashes(series, number) for number, series in enumerate(table, start=1))
    return reduce(add, cells, pl.zeros(table.height, pl.UInt128, eager=True)).rename("hash")


def _cell_hashes(series: pl.Series, number: int) -> pl.Series:
    texts = series.cast(pl.String).rename("cell").to_frame()
    hashes = texts.select(plh.col("cell").nchash.xxh3_128(seed=number)).to_series()
    return hashes.fill_null(0) if hashes.null_count() else hashes
