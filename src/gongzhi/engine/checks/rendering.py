"""From findings to what a person reads: cell, message, how to mend it, suggestion."""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl

from gongzhi.engine.definitions import Field, FieldType, Finding
from gongzhi.engine.tables.model import column_letter

from .masks import changed_places, masked
from .model import Checked, Kind, Suggest

_PLACE = re.compile(r"\{([a-z_]+)\}")
_ROW_PLACES = {"value", "suggestion", "expected", "other", "row"}
RENDERED = (
    "row",
    "cell",
    "column",
    "field",
    "value",
    "code",
    "severity",
    "title",
    "message",
    "mend",
    "suggestion",
)


def render(
    checked: Checked,
    catalogue: Mapping[str, Finding],
    *,
    limit: int | None = None,
    suggestions: bool = True,
) -> pl.DataFrame:
    """The findings with their texts, in order of row and column; `limit` takes the first so many.

    Columns: row, cell (`sheet!C12`; the heading's where a whole column is meant), column (the field's title),
    field, value, code, severity, title, message, mend, suggestion. Suggestions for codes are sought here,
    once for each distinct text, because only what is shown needs one.
    """
    frame = checked.findings.with_columns(checked.texts.alias("_text")).with_row_index("_order")
    frame = frame.head(limit) if limit is not None else frame
    parts = [
        _kind(part, checked.kinds[number], catalogue, suggestions)
        for (number,), part in frame.group_by("kind")
    ]
    if not parts:
        return pl.DataFrame(schema=dict.fromkeys(RENDERED, pl.String) | {"row": pl.UInt32})
    letters = {kind.column: column_letter(kind.column) for kind in checked.kinds if kind.column is not None}
    letter = (
        pl.col("column").replace_strict(letters, default=None, return_dtype=pl.String)
        if letters
        else pl.lit(None)
    )
    address = letter.fill_null("") + pl.col("row").fill_null(checked.header_row).cast(pl.String)
    known = pl.any_horizontal(pl.col("row", "column").is_not_null())
    cell = pl.when(known).then(pl.lit(_prefix(checked)) + address)
    return (
        pl.concat(parts)
        .sort("_order")
        .with_columns(cell.alias("cell"), pl.col("heading").alias("column"))
        .select(RENDERED)
    )


def _kind(
    frame: pl.DataFrame, kind: Kind, catalogue: Mapping[str, Finding], suggestions: bool
) -> pl.DataFrame:
    finding = catalogue[kind.code]
    message, mend = finding.message, finding.mend
    if kind.eased:
        message, mend = message + catalogue[kind.eased].message, catalogue[kind.eased].mend
    frame = (
        _suggested(frame, kind, kind.suggest)
        if suggestions and kind.suggest
        else frame.with_columns(_NOWHERE)
    )
    tip = pl.when(pl.col("suggestion").is_not_null()).then(
        pl.lit("建议改为“") + pl.col("suggestion") + "”" + pl.col("_where") + "，请核对后再改。"
    )
    return frame.with_columns(
        pl.lit(kind.places.get("column") or kind.places.get("heading"), dtype=pl.String).alias("heading"),
        pl.lit(finding.title).alias("title"),
        _filled(message, kind).alias("message"),
        (_filled(mend, kind) + tip.fill_null("")).alias("mend"),
    ).drop("_text", "_where")


_NOWHERE = pl.lit("").alias("_where")


def _suggested(frame: pl.DataFrame, kind: Kind, suggest: Suggest) -> pl.DataFrame:
    """The frame with suggestions, and where they differ (第10、11位颠倒)."""
    found, where = {}, {}
    for text in frame["_text"].drop_nulls().unique().to_list():
        suggestion = suggest(text)
        found[text] = suggestion
        where[text] = f"（{changed_places(text, suggestion)}）" if suggestion else ""
    if not any(found.values()):
        return frame.with_columns(_NOWHERE)
    texts = frame["_text"]
    suggestion_column = texts.replace_strict(found, default=None, return_dtype=pl.String)
    if kind.personal:
        suggestion_column = masked(suggestion_column, FieldType.CODE_OR_ID)
    places = texts.replace_strict(where, default="", return_dtype=pl.String)
    return frame.with_columns(suggestion_column.alias("suggestion"), places.alias("_where"))


def _filled(template: str, kind: Kind) -> pl.Expr:
    """The text with its {places}: constants of the kind, and columns of the frame."""
    pieces: list[pl.Expr] = []
    position = 0
    for place in _PLACE.finditer(template):
        pieces.append(pl.lit(template[position : place.start()]))
        pieces.append(_place(place[1], kind))
        position = place.end()
    pieces.append(pl.lit(template[position:]))
    return pl.concat_str(pieces)


def _place(name: str, kind: Kind) -> pl.Expr:
    if name in kind.places:
        return pl.lit(kind.places[name])
    if name in _ROW_PLACES:
        return pl.col(name).cast(pl.String).fill_null("（空）")
    raise KeyError(f"finding {kind.code} has no place {{{name}}}")


def _prefix(checked: Checked) -> str:
    """The sheet before an address; delimited text has none."""
    return f"{checked.sheet}!" if checked.sheet else ""


def places_of(finding: Finding) -> set[str]:
    """The {places} that a finding's texts ask for."""
    return set(_PLACE.findall(finding.message + finding.mend))


def repaired_cells(checked: Checked, *, limit: int | None = None) -> pl.DataFrame:
    """Repairs with their cells: cell, from, to, code. A repair of a whole column names its heading's cell."""
    frame = checked.repaired.head(limit) if limit is not None else checked.repaired
    indexes = frame["column"].drop_nulls().unique().to_list()
    letters = {index: column_letter(index) for index in indexes}
    letter = (
        pl.col("column").replace_strict(letters, default="", return_dtype=pl.String)
        if letters
        else pl.lit("")
    )
    cell = pl.lit(_prefix(checked)) + letter + pl.col("row").fill_null(checked.header_row).cast(pl.String)
    return frame.select(
        cell.alias("cell"), pl.col("before").alias("from"), pl.col("after").alias("to"), "code"
    )


__all__ = ["Field", "places_of", "render", "repaired_cells"]
