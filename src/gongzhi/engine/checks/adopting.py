"""Suggestions that the sender takes over: the table with those cells put right, to be checked anew."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import polars as pl

from gongzhi.engine.definitions import Sheet
from gongzhi.engine.tables import Table

from .headings import Mapping_
from .masks import shown
from .model import Checked

ADOPTED = {"cell": pl.String, "from": pl.String, "to": pl.String, "code": pl.String}


def adopt(
    table: Table, mapping: Mapping_, sheet: Sheet, checked: Checked, cells: Collection[tuple[int, str]]
) -> tuple[Table, pl.DataFrame]:
    """The table with the suggestions for `cells` (sheet row, field key) written in, and what was written.

    `checked` is the outcome for the table as it came. A cell without a suggestion stays as it is. What was
    written is told as repairs (cell, from, to, code), masked where personal.
    """
    suggestions = _suggestions(checked, cells)
    data, told = table.data, []
    place_of = dict(zip(table.rows.to_list(), range(len(table.rows)), strict=True)) if suggestions else {}
    for key in {field for _, field in suggestions}:
        index, field = mapping.columns[key], sheet.field(key)
        texts = {row: text for (row, name), text in suggestions.items() if name == key}
        at = pl.Series([place_of[row] for row in texts], dtype=pl.UInt32)
        before = data.to_series(index).gather(at)
        after = pl.Series([*texts.values()], dtype=pl.String)
        data = data.with_columns(data.to_series(index).clone().scatter(at, after))
        prefix = f"{table.sheet}!" if table.sheet else ""
        names = [f"{prefix}{table.columns[index].letter}{row}" for row in texts]
        written = {"cell": names, "from": shown(before, field), "to": shown(after, field)}
        told.append(pl.DataFrame(written).with_columns(pl.lit("adopted").alias("code")))
    return replace(table, data=data), pl.concat(told) if told else pl.DataFrame(schema=ADOPTED)


def _suggestions(checked: Checked, cells: Collection[tuple[int, str]]) -> dict[tuple[int, str], str]:
    """The proved suggestion for each of these cells, as it will be written; the first where there are two."""
    wanted = pl.DataFrame([*cells], schema={"row": pl.UInt32, "field": pl.String}, orient="row")
    found = checked.findings.with_columns(checked.texts.alias("_text"))
    suggestions: dict[tuple[int, str], str] = {}
    for one in found.join(wanted, on=["row", "field"], how="semi").sort("row").iter_rows(named=True):
        kind = checked.kinds[one["kind"]]
        if kind.suggest and one["_text"] is not None:
            text = kind.suggest(one["_text"])
        else:
            text = None if kind.personal else one["suggestion"]  # a personal one is masked by now
        if text:
            suggestions.setdefault((one["row"], one["field"]), text)
    return suggestions
