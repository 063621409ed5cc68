"""The content of accepted rows, so that a re-saved or re-ordered file is known again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl

from gongzhi.engine.crypto import row_hashes
from gongzhi.engine.crypto.content import Words

_THREADS = 4
_SMALL = 20_000


def canonical_rows(accepted: pl.DataFrame) -> Words:
    """128-bit hashes of accepted rows, (rows, 2) uint64, for `crypto.content_hash`.

    Where a row stood does not count, nor how its cells were written; the columns stand in the sheet's order
    whatever their order in the file.
    """
    rows = accepted.drop("_row", strict=False)
    # Days as whole numbers: the same for every library that will ever print them.
    rows = rows.with_columns(pl.col(pl.Date).to_physical())
    if rows.height < _SMALL:
        return row_hashes(rows)
    size = -(-rows.height // _THREADS)
    slices = [rows.slice(start, size) for start in range(0, rows.height, size)]
    with ThreadPoolExecutor(_THREADS) as threads:
        return np.concatenate(list(threads.map(row_hashes, slices)))
