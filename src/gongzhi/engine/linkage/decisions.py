"""What people decided about doubtful rows, keyed by what the row says, so that it holds for every later
file."""

from __future__ import annotations

import polars as pl

from .text import normalise

SAME, DIFFERENT = "same", "different"
DECISION_COLUMNS = ("key", "entity", "verdict")
_SEPARATOR = "\x1f"


def row_keys(name: pl.Series, code: pl.Series) -> pl.Series:
    """The key of a decision: canonical name and canonical code, either of which may be absent."""
    frame = pl.DataFrame({"name": normalise(name), "code": code.cast(pl.String)})
    return frame.select(key=_key("name", "code"))["key"]


def key_expression(canonical: str, code: str) -> pl.Expr:
    """The same key over columns that hold the canonical name and code."""
    return _key(canonical, code).alias("key")


def _key(name: str, code: str) -> pl.Expr:
    return pl.concat_str(pl.col(name).fill_null(""), pl.lit(_SEPARATOR), pl.col(code).fill_null(""))


def checked(decisions: pl.DataFrame | None) -> pl.DataFrame:
    """Decisions as a frame of DECISION_COLUMNS; the later of two on one pair stands. Raises ValueError on an
    unknown verdict.
    """
    if decisions is None:
        return pl.DataFrame(schema=dict.fromkeys(DECISION_COLUMNS, pl.String))
    frame = decisions.select(pl.col(column).cast(pl.String) for column in DECISION_COLUMNS)
    unknown = frame.filter(~pl.col("verdict").is_in([SAME, DIFFERENT]))
    if not unknown.is_empty():
        raise ValueError(f"unknown verdict {unknown['verdict'][0]!r} in a decision")
    return frame.unique(["key", "entity"], keep="last", maintain_order=True)
