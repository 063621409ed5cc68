"""Recognising the same content again: a 128-bit hash for each row, and one SM3 over all of them.

**Row hash, format 1.** Each cell is its UTF-8 text, or null. The text is read as little-endian 64-bit words,
the last filled up with noughts. Two 64-bit lanes start from S + column number * M', with the number
counted from 1 and M' the other lane's multiplier, and go word by word

    h = h ^ word;  h = h ^ (h >> F);  h = h * M

then take in the number of bytes + 1 by ^ (a null cell: 0) and end in the finalizer of MurmurHash3. S, M and F
differ between the lanes, so that no difference that one lane lets through by its structure (multiplication
carries differences upwards only) passes the other. The row's lanes are the sums of its cells' lanes mod 2⁶⁴,
once more through the finalizer. Constants and order are fixed here and held by a test, so that the hash
does not change with a version of any library, or between machines.

**How far it can be trusted.** Rows that differ by mistake, by correction or by chance collide with a
probability of about 2⁻¹²⁸, so a changed file is not taken for the file before. It is *not* proof against
somebody who searches for two rows with the same hash: the constants are public, and multiplication can be
turned round. What such a sender would gain is that its own second file counts as already handed in; the
bytes of every file are kept under their full SM3 besides. Where that is too little, hash the file.
"""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import polars as pl

from gongzhi.engine.crypto.digest import sm3

Words = npt.NDArray[np.uint64]

_FORMAT = b"gongzhi/content/1\x00"
_MULTIPLIERS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F], np.uint64)
_STARTS = np.array([0x243F6A8885A308D3, 0x13198A2E03707344], np.uint64)
_FOLDS = np.array([32, 29], np.uint64)
_MURMUR = np.array([0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53], np.uint64)
_MURMUR_SHIFT = np.uint64(33)
_MASKS = np.array([(1 << 8 * size) - 1 for size in range(9)], np.uint64)
"""What remains of a word of which only so many bytes belong to the cell."""
_BLOCK_ROWS = 131_072
_MOST_THREADS = 4


def content_hash(rows: Words) -> bytes:
    """The 32-byte content hash of a table from its `row_hashes`: SM3 over the format's name, the number of
    rows and the sorted row hashes. The order of rows does not matter; how often a row occurs does."""
    ordered = rows[np.argsort(rows[:, 0])]
    tied = ordered[1:, 0] == ordered[:-1, 0]
    if (ordered[1:, 1] != ordered[:-1, 1])[tied].any():
        ordered = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
    body = ordered.astype("<u8")
    return sm3(_FORMAT + len(rows).to_bytes(8, "big") + body.tobytes())


def row_hashes(table: pl.DataFrame) -> Words:
    """One 128-bit hash for each row, as (rows, 2) uint64. The order of columns matters, their names do not.

    Text columns are hashed as they are; others by the text that polars casts them to, so cast what has more
    than one way of being written (floats) before.
    """
    lanes = np.zeros((2, table.height), np.uint64)
    with ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1)) as threads:
        for number, column in enumerate(table.get_columns(), start=1):
            _add_column(lanes, column.cast(pl.String), number, threads)
    _finalize(lanes)
    return np.ascontiguousarray(lanes.T)


def _add_column(lanes: Words, texts: pl.Series, number: int, threads: ThreadPoolExecutor) -> None:
    array = texts.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    _, offset_buffer, letter_buffer = array.buffers()
    if offset_buffer is None or array.offset:
        raise ValueError("a text column that does not start at its own beginning")
    offsets = np.frombuffer(memoryview(offset_buffer), np.int64)[: len(texts) + 1]
    letters = np.frombuffer(memoryview(letter_buffer or b""), np.uint8)
    # Seven bytes more, so that a whole word can be read at the last letter.
    padded = np.concatenate([letters, np.zeros(7, np.uint8)])
    words = np.ndarray((len(letters),), "<u8", padded, 0, (1,))
    null = texts.is_null().to_numpy()

    def add_block(start: int) -> None:
        stop = min(start + _BLOCK_ROWS, len(texts))
        lanes[:, start:stop] += _hash_cells(words, offsets[start : stop + 1], null[start:stop], number)

    # numpy lets other threads run while it computes; the blocks share no row.
    deque(threads.map(add_block, range(0, len(texts), _BLOCK_ROWS)), maxlen=0)


def _hash_cells(
    words: Words, offsets: npt.NDArray[np.int64], null: npt.NDArray[np.bool_], number: int
) -> Words:
    """Both lanes of some cells of one column, (2, cells)."""
    begin, length = offsets[:-1], np.diff(offsets)
    starts = _STARTS + np.uint64(number) * _MULTIPLIERS[::-1]
    lanes = np.repeat(starts[:, None], len(begin), axis=1)
    shortest, longest = int(length.min()), int(length.max())
    for at in range(0, longest, 8):
        # Cells that end before this word are left alone; those that end in it have their rest cut off.
        live = None if at < shortest else np.flatnonzero(length > at)
        rest = length - at if live is None else length[live] - at
        word = words[(begin if live is None else begin[live]) + at]
        if at + 8 > shortest:
            word &= _MASKS[np.minimum(rest, 8)]
        for lane, (multiplier, fold) in enumerate(zip(_MULTIPLIERS, _FOLDS, strict=True)):
            h = lanes[lane] if live is None else lanes[lane, live]
            h ^= word
            h ^= h >> fold
            h *= multiplier
            if live is not None:
                lanes[lane, live] = h
    lanes ^= np.where(null, 0, length + 1).astype(np.uint64)
    _finalize(lanes)
    return lanes


def _finalize(h: Words) -> None:
    """The finalizer of MurmurHash3 (64 bits), in place."""
    for multiplier in _MURMUR:
        h ^= h >> _MURMUR_SHIFT
        h *= multiplier
    h ^= h >> _MURMUR_SHIFT
