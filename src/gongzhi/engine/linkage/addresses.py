"""Addresses as far as they can bear witness: the place, the house on it, the room in it."""

from __future__ import annotations

import polars as pl

from .text import normalise

# Province, city, county and street say little inside one district and are often left out.
_ADMINISTRATIVE = (
    r"^(?:中国)?(?:[一-鿿]{2,7}(?:省|自治区))?(?:[一-鿿]{2,7}?(?:市|自治州|地区|盟))?"
    r"(?:[一-鿿]{2,7}?(?:区|县|市|旗))?(?:[一-鿿]{2,6}?(?:街道办事处|街道|镇|乡))?"
)
_HOUSE = r"^([^\d]{2,}?)(?:第)?(\d+(?:之\d+)*)"
_DASH = r"[-‐‑‒–—―−－~～]"


def split_addresses(addresses: pl.Series) -> pl.DataFrame:
    """Columns ``place`` (road or village with house number and all that follows), ``house`` (road and number
    only, null without a number) and ``rooms`` (the digits behind the house number), row by row.
    """
    dashed = addresses.str.replace_all(_DASH, "之")
    frame = pl.DataFrame({"canonical": normalise(dashed)})
    place = pl.col("canonical").str.replace_all(r"[()、]", "").str.replace(_ADMINISTRATIVE, "")
    frame = frame.with_columns(
        place=pl.when(place.str.len_chars() >= 3).then(place).otherwise(pl.col("canonical")),
    ).with_columns(
        road=pl.col("place").str.extract(_HOUSE, 1),
        number=pl.col("place").str.extract(_HOUSE, 2),
        tail=pl.col("place").str.replace(_HOUSE, ""),
    )
    return frame.select(
        place=pl.col("place"),
        house=pl.col("road").str.strip_suffix("号") + pl.col("number"),
        rooms=pl.when(pl.col("number").is_not_null())
        .then(pl.col("tail").str.extract_all(r"\d+").list.join("."))
        .otherwise(pl.lit("")),
    )
