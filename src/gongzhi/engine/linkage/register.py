"""The taxpayers that a row may be about, with every key worked out once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from .addresses import split_addresses
from .names import split_canonical
from .text import normalise
from .vocabulary import Vocabulary

ENTITY_COLUMNS = (
    "entity", "name", "code", "old_code", "organisation_code", "address", "phone_token", "person_token",
)  # fmt: skip
CREDIT = 18  # characters of a credit code
# In a register smaller than this, counts say nothing about chance.
_FEW_NAMES = 1000


class RegisterError(ValueError):
    """An entity stands twice in the register, or a frame lacks a column."""


@dataclass(frozen=True, eq=False)
class Register:
    """An immutable register. Make it with :meth:`of`."""

    vocabulary: Vocabulary
    entities: pl.DataFrame  # one row per entity: identifiers, parts of the name, places, tokens
    names: pl.DataFrame  # bare, entity, kind ('name' | 'former'), valid_from, valid_to
    codes: pl.DataFrame  # code, entity: the present code, and the number from before it
    organisation_codes: pl.DataFrame  # organisation_code, entity
    branches: pl.DataFrame  # entity, branch_of: a registered part of a registered whole

    @classmethod
    def of(
        cls, entities: pl.DataFrame, vocabulary: Vocabulary, former_names: pl.DataFrame | None = None
    ) -> Register:
        """Build from frames.

        ``entities``: ``entity`` (String, unique), ``name``, and where known ``code`` (canonical credit code
        or old code), ``old_code`` (the number that it bore before its code), ``organisation_code``,
        ``address``, ``phone_token``, ``person_token``. ``former_names``: ``entity``, ``name``,
        ``valid_from``, ``valid_to`` (Date or null). Raises RegisterError on a repeated entity or a missing
        column.
        """
        base = _entities(entities, vocabulary)
        names = _names(base, former_names)
        return cls(
            vocabulary=vocabulary,
            entities=base,
            names=names,
            codes=_codes(base),
            organisation_codes=base.select("organisation_code", "entity").drop_nulls().unique(),
            branches=_branches(base, names),
        )


def _entities(entities: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    if "entity" not in entities.columns or "name" not in entities.columns:
        raise RegisterError(f"the register needs entity and name, found {entities.columns}")
    frame = entities.select(
        pl.col(column).cast(pl.String)
        if column in entities.columns
        else pl.lit(None, pl.String).alias(column)
        for column in ENTITY_COLUMNS
    )
    if frame["entity"].null_count() or frame["entity"].n_unique() != len(frame):
        raise RegisterError("an entity is null or stands twice in the register")
    organisation = (
        pl.when(pl.col("organisation_code").is_not_null())
        .then(pl.col("organisation_code"))
        .when(pl.col("code").str.len_chars() == CREDIT)
        .then(pl.col("code").str.slice(8, 9))
    )
    frame = frame.with_columns(
        organisation_code=organisation, canonical=normalise(frame["name"]).fill_null("")
    ).hstack(split_addresses(frame["address"]))
    parts = split_canonical(frame["canonical"].unique(), vocabulary)
    frame = frame.join(parts, on="canonical", how="left", maintain_order="left").drop("name", "address")
    counts = {
        "trade_name": "trade_count",
        "industry": "industry_count",
        "place": "place_count",
        "house": "house_count",
    }
    frame = frame.with_columns(
        pl.when(pl.col(key).is_not_null()).then(pl.len().over(key)).alias(count)
        for key, count in counts.items()
    )
    # How many would bear this trade name with this line of business by mere chance.
    chance = pl.col("trade_count") * pl.col("industry_count") / max(len(frame), _FEW_NAMES)
    return frame.with_columns(namesakes=chance).drop("industry_count")


def _codes(base: pl.DataFrame) -> pl.DataFrame:
    """(code, entity). The number that one bore before does not stand against another's present code."""
    present = base.select("code", "entity").drop_nulls()
    before = base.select("entity", code="old_code").drop_nulls().select("code", "entity")
    return pl.concat([present, before.join(present, on="code", how="anti")]).unique()


def _names(base: pl.DataFrame, former_names: pl.DataFrame | None) -> pl.DataFrame:
    always = {"valid_from": pl.lit(None, pl.Date), "valid_to": pl.lit(None, pl.Date)}
    current = base.select("bare", "entity", kind=pl.lit("name"), **always)
    second = (
        base.select("entity", bare=pl.col("also").list.concat("later"))
        .explode("bare")
        .select("bare", "entity", kind=pl.lit("name"), **always)
    )
    bracketed = base.select("entity", bare="former").explode("bare")
    earlier = bracketed.select("bare", "entity", kind=pl.lit("former"), **always)
    frames = [current, second, earlier]
    if former_names is not None:
        bare = normalise(former_names["name"]).str.replace_all(r"[()]", "")
        frames.append(
            former_names.select(
                pl.lit(bare).alias("bare"),
                pl.col("entity").cast(pl.String),
                pl.lit("former").alias("kind"),
                pl.col("valid_from").cast(pl.Date),
                pl.col("valid_to").cast(pl.Date),
            )
        )
    names = pl.concat(frames).drop_nulls("bare").filter(pl.col("bare") != "")
    # 'name' sorts after 'former': one entity's present name outweighs its own earlier one.
    return names.sort("bare", "entity", pl.col("kind") != "name").unique(["bare", "entity"], keep="first")


def _branches(base: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    parents = names.filter(pl.col("kind") == "name").select(parent="bare", branch_of="entity")
    found = base.filter(pl.col("parent") != "").select("entity", "parent").join(parents, on="parent")
    alone = (
        found.group_by("entity").agg(pl.col("branch_of").unique()).filter(pl.col("branch_of").list.len() == 1)
    )
    return alone.select("entity", pl.col("branch_of").list.first()).filter(
        pl.col("entity") != pl.col("branch_of")
    )


def valid_on(day: str, start: str, end: str) -> pl.Expr:
    """Whether a dated name was borne on a day (columns); open ends are open, an unknown day fits always."""
    far, early = pl.lit(date(9999, 12, 31)), pl.lit(date(1, 1, 1))
    return pl.col(day).is_null() | pl.col(day).is_between(
        pl.col(start).fill_null(early), pl.col(end).fill_null(far)
    )
