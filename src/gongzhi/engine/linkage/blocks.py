"""Which pairs are worth comparing: rows that no exact key joined, beside the taxpayers that share a rare
trait."""

from __future__ import annotations

import polars as pl

from .register import Register

# A trait shared by more taxpayers than this is no trait.
_TRADE_CAP = 5
_CORE_CAP = 30
_PLACE_CAP = 8
_BIGRAM_CAP = 40
_BIGRAMS = 2
_LONGEST_CORE = 16
_SHORTEST_CORE = 3


def candidate_pairs(rows: pl.DataFrame, register: Register) -> pl.DataFrame:
    """Distinct pairs (``row``, ``entity``) from these blocks: trade name, core less one character, place,
    phone or person token; for rows that none of them reaches, the rarest bigrams. ``rows`` and the entities
    of the register hold the columns of ``pairs.SIDE``.
    """
    entities = register.entities
    blocks = [
        _shared(rows, entities, "trade_name", _TRADE_CAP),
        _shared(rows, entities, "place", _PLACE_CAP),
        _shared(rows, entities, "house", _PLACE_CAP),
        _shared(rows, entities, "phone_token", _PLACE_CAP),
        _shared(rows, entities, "person_token", _PLACE_CAP),
        _one_character(rows, entities),
    ]
    near = pl.concat(blocks).unique()
    far = rows.join(near.select("row").unique(), on="row", how="anti")
    return pl.concat([near, _rare_bigrams(far, entities)])


def _shared(rows: pl.DataFrame, entities: pl.DataFrame, column: str, cap: int) -> pl.DataFrame:
    present = pl.col(column).is_not_null() & (pl.col(column) != "")
    wanted = rows.filter(present).select("row", column)
    held = (
        entities.filter(present)
        .select(column, "entity")
        .join(wanted.select(column).unique(), on=column, how="semi")
    )
    rare = held.filter(pl.len().over(column) <= cap)
    return wanted.join(rare, on=column).select("row", "entity")


def _deletions(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    """(key, hash) of each core as it stands and with each one of its characters left out."""
    core, length = pl.col("core"), pl.col("core").str.len_chars()
    kept = frame.filter((length >= _SHORTEST_CORE) & (length <= _LONGEST_CORE)).select(key, "core")
    shortened = [
        kept.filter(length > at).select(
            key, (core.str.slice(0, at) + core.str.slice(at + 1)).hash(seed=1).alias("hash")
        )
        for at in range(_LONGEST_CORE)
    ]
    return pl.concat([kept.select(key, core.hash(seed=1).alias("hash")), *shortened]).unique()


def _one_character(rows: pl.DataFrame, entities: pl.DataFrame) -> pl.DataFrame:
    wanted = _deletions(rows, "row")
    held = _deletions(entities, "entity").join(wanted.select("hash").unique(), on="hash", how="semi")
    rare = held.filter(pl.len().over("hash") <= _CORE_CAP)
    return wanted.join(rare, on="hash").select("row", "entity").unique()


def _bigrams(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    core = pl.col("core")
    pieces = [
        frame.filter(core.str.len_chars() > at + 1).select(
            key, core.str.slice(at, 2).hash(seed=1).alias("bigram")
        )
        for at in range(_LONGEST_CORE)
    ]
    return pl.concat(pieces).unique()


def _rare_bigrams(rows: pl.DataFrame, entities: pl.DataFrame) -> pl.DataFrame:
    wanted = _bigrams(rows, "row")
    held = _bigrams(entities, "entity").join(wanted.select("bigram").unique(), on="bigram", how="semi")
    counts = held.group_by("bigram").len("count").filter(pl.col("count") <= _BIGRAM_CAP)
    rarest = wanted.join(counts, on="bigram").filter(pl.col("count").rank("ordinal").over("row") <= _BIGRAMS)
    return rarest.select("row", "bigram").join(held, on="bigram").select("row", "entity").unique()
