"""Sealed rows beside a batch: persons' originals, and columns that no template knows.

A box is `GZB1 | length of the head (4, big endian) | head (JSON) | envelopes`. The head says in clear which
rows each envelope holds, so that one row can be opened without the others; every envelope is bound to its
place (`place` names the submission and what the box is for), its number and the number of envelopes, so
that none can be moved, dropped or swapped. Inside lies Parquet (zstd): what is sealed cannot be compressed.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor

import polars as pl

from gongzhi.engine.crypto import Key, KeyRing, SealBroken, seal, unseal

CHUNK_ROWS = 65_536
_MAGIC = b"GZB1"
_THREADS = 4


def seal_rows(key: Key, rows: pl.DataFrame, place: str, *, chunk_rows: int = CHUNK_ROWS) -> bytes:
    """A box with `rows`, whose column `_row` is sorted (row numbers of the sender's sheet)."""
    starts = range(0, rows.height, chunk_rows)
    bounds = [
        (int(part["_row"][0]), int(part["_row"][-1]))
        for part in (rows.slice(start, chunk_rows) for start in starts)
    ]

    def sealed(number: int) -> bytes:
        plain = io.BytesIO()
        rows.slice(starts[number], chunk_rows).write_parquet(plain, compression="zstd", compression_level=1)
        return seal(key, plain.getvalue(), _place(place, number, len(starts), *bounds[number]))

    with ThreadPoolExecutor(min(_THREADS, os.cpu_count() or 1)) as threads:
        envelopes = list(threads.map(sealed, range(len(starts))))
    head = [
        {"first": first, "last": last, "size": len(envelope)}
        for (first, last), envelope in zip(bounds, envelopes, strict=True)
    ]
    text = json.dumps(head).encode()
    return b"".join((_MAGIC, len(text).to_bytes(4, "big"), text, *envelopes))


def unseal_rows(
    keys: Key | KeyRing, box: bytes, place: str, *, only: Collection[int] | None = None
) -> pl.DataFrame:
    """The rows of a box, or those whose `_row` is among `only`; opens no more envelopes than hold them.

    Raises SealBroken when the box was changed, cut, or made for another place.
    """
    chunks = _chunks(box)
    parts = []
    for number, (first, last, envelope) in enumerate(chunks):
        if only is None or any(first <= row <= last for row in only):
            plain = unseal(keys, envelope, _place(place, number, len(chunks), first, last))
            parts.append(pl.read_parquet(io.BytesIO(plain)))
    if not parts:
        return pl.DataFrame(schema={"_row": pl.UInt32})
    found = pl.concat(parts)
    return found if only is None else found.filter(pl.col("_row").is_in(list(only)))


def _place(place: str, number: int, count: int, first: int, last: int) -> bytes:
    return f"{place}|{number}|{count}|{first}|{last}".encode()


def _chunks(box: bytes) -> list[tuple[int, int, bytes]]:
    """First row, last row and envelope of each chunk."""
    if box[:4] != _MAGIC:
        raise SealBroken("not a box of sealed rows")
    at = 8 + int.from_bytes(box[4:8], "big")
    found = []
    try:
        for chunk in json.loads(box[8:at]):
            found.append((chunk["first"], chunk["last"], box[at : at + chunk["size"]]))
            at += chunk["size"]
    except (ValueError, KeyError, TypeError):
        raise SealBroken("the head of the box cannot be read") from None
    if at != len(box):
        raise SealBroken("the box is longer or shorter than its head says")
    return found
