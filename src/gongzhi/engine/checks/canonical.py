"""The content of accepted rows, so that a re-saved or re-ordered file is known again."""

from __future__ import annotations

import polars as pl

from gongzhi.engine.crypto import row_hashes


def canonical_rows(accepted: pl.DataFrame) -> pl.Series:
    """128-bit hashes of accepted rows (UInt128), for `crypto.content_hash`.

    Where a row stood does not count, nor how its cells were written; the columns stand in the sheet's order
    whatever their order in the file.
    """
    rows = accepted.drop("_row", strict=False)
    # Days as whole numbers: the same for every library that will ever print them.
    return row_hashes(rows.with_columns(pl.col(pl.Date).to_physical()))
