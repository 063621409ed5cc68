"""How a value is shown in a finding: personal values are masked (330602********001X, 138****0000, 张*)."""

from __future__ import annotations

import re

import polars as pl

from gongzhi.engine.definitions import Field, FieldType

_LONGEST = 80
_PERSON_ID = r"([1-9]\d{5})(?:18|19|20)\d{6}(\d{3}[\dXx])"
_CODE_LIKE = r"^(91|92|93|N\d)[0-9A-Z]*[A-HJ-NP-RT-UW-Y][0-9A-Z]+$"


def without_ids(values: pl.Series) -> pl.Series:
    """Texts in which persons' ids are starred, wherever they were typed: 330602********001X.

    Known by their length and the century of birth; a credit code of digits alone that happens to look so
    is starred as well.
    """
    if not values.str.contains(_PERSON_ID).any():
        return values
    return values.str.replace_all(_PERSON_ID, "${1}********${2}")


def shown(values: pl.Series, field: Field) -> pl.Series:
    """Texts fit to be read by anyone who may see that the finding exists."""
    if field.personal:
        return masked(values, field.type)
    values = without_ids(values)
    long = values.str.len_chars() > _LONGEST
    if long.any():
        frame = pl.DataFrame({"text": values, "long": long})
        return frame.select(
            pl.when("long")
            .then(pl.col("text").str.head(_LONGEST) + "…")
            .otherwise(pl.col("text"))
            .alias("text")
        ).to_series()
    return values


def masked(values: pl.Series, kind: FieldType) -> pl.Series:
    """Each value with its telling part starred; the length of codes and numbers stays, that of prose not."""
    text = pl.col("text")
    frame = pl.DataFrame({"text": values.cast(pl.String)})
    if kind is FieldType.CODE_OR_ID:
        # A credit code of an organisation has letters where no person's id has any.
        code = text.str.contains(_CODE_LIKE)
        return frame.select(pl.when(code).then(text).otherwise(_number(text)).alias("text")).to_series()
    if kind in {FieldType.PERSON_ID, FieldType.PHONE, FieldType.CERTIFICATE, FieldType.CREDIT_CODE}:
        return frame.select(_number(text)).to_series()
    return frame.select(text.str.slice(0, 1) + pl.lit("*")).to_series()


def _number(text: pl.Expr) -> pl.Expr:
    """14 and more: first 6 and last 4; 7 to 13: first 3 and last 4; shorter: the first alone."""
    length = text.str.len_chars()
    stars = pl.lit("*" * 200)
    long = text.str.head(6) + stars.str.head(length - 10) + text.str.tail(4)
    middle = text.str.head(3) + stars.str.head(length - 7) + text.str.tail(4)
    short = text.str.head(1) + stars.str.head(pl.max_horizontal(length.cast(pl.Int64) - 1, 0))
    return pl.when(length >= 14).then(long).when(length > 7).then(middle).otherwise(short).alias("text")


def masked_text(value: str, field: Field) -> str:
    """One value as `shown` shows it."""
    return str(shown(pl.Series("text", [value], pl.String), field)[0])


def changed_places(before: str, after: str) -> str:
    """Where a suggestion differs, told without repeating the value: 第10、11位颠倒, 第3位应为0."""
    before = re.sub(r"\s", "", before).upper()
    if len(before) != len(after):
        return f"应为{len(after)}位"
    places = [index for index, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
    if len(places) == 2 and places[1] == places[0] + 1 and before[places[0]] == after[places[1]]:
        return f"第{places[0] + 1}、{places[1] + 1}位颠倒"
    return "，".join(f"第{index + 1}位应为{after[index]}" for index in places)
