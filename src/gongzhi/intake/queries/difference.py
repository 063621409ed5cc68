"""A correction against the batch that it replaces, cell by cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from gongzhi.editions.queries import in_force_for
from gongzhi.engine.definitions import Field, Sheet
from gongzhi.engine.lake import column_types
from gongzhi.intake.models import Batch, LakeFile

from .rows import shown
from .stored import read_file

SHOWN = 200
_ROW = "_row"


@dataclass(frozen=True)
class Change:
    """One cell that differs: the row's key, both values as a page shows them, the row in the new sheet."""

    key: str
    row: int
    title: str
    before: str
    after: str


@dataclass
class Difference:
    """What a correction changed in one table. `cells` holds the first so many of `changed`."""

    title: str
    keyed: bool
    added: int = 0
    removed: int = 0
    changed: int = 0
    same: int = 0
    cells: list[Change] = field(default_factory=list)
    added_rows: list[int] = field(default_factory=list)
    removed_rows: list[int] = field(default_factory=list)


def difference(new: Batch, old: Batch) -> list[Difference]:
    """Every table of either batch: rows added and removed by key, cells changed.

    A table whose rows have no key is compared by whole rows, so that it knows no changed cells.
    """
    sheets = in_force_for(new.slot.resource, new.slot.period).tables
    tables = [sheets[table][1] for table in sorted({*_tables(new), *_tables(old)})]
    return [_compared(sheet, _rows(new, sheet), _rows(old, sheet)) for sheet in tables]


def _tables(batch: Batch) -> list[str]:
    return list(LakeFile.objects.filter(batch=batch, role="rows").values_list("table", flat=True))


def _rows(batch: Batch, sheet: Sheet) -> pl.DataFrame:
    """The rows of a table in the shape that its period asks for; empty when the batch has none."""
    shape = {**column_types(sheet), _ROW: pl.UInt32()}
    frames = []
    files = LakeFile.objects.filter(batch=batch, role="rows", table=sheet.code)
    for path in files.values_list("path", flat=True):
        frame = read_file(path)
        columns = [
            pl.col(name).cast(kind) if name in frame.columns else pl.lit(None, kind).alias(name)
            for name, kind in shape.items()
        ]
        frames.append(frame.select(columns))
    return pl.concat(frames) if frames else pl.DataFrame(schema=shape)


def _compared(sheet: Sheet, new: pl.DataFrame, old: pl.DataFrame) -> Difference:
    keys = [sheet.field(key).column for key in sheet.key]
    found = Difference(sheet.title, keyed=bool(keys))
    on = keys or [name for name in new.columns if name != _ROW]
    added = new.join(old, on=on, how="anti", nulls_equal=True)
    removed = old.join(new, on=on, how="anti", nulls_equal=True)
    found.added, found.removed = added.height, removed.height
    found.added_rows = added[_ROW].sort().head(20).to_list()
    found.removed_rows = removed[_ROW].sort().head(20).to_list()
    if keys:
        both = new.unique(keys, keep="first").join(
            old.unique(keys, keep="first"), on=keys, how="inner", suffix="_before", nulls_equal=True
        )
        _cells(found, sheet, keys, both.sort(_ROW))
    else:
        found.same = new.height - added.height
    return found


def _cells(found: Difference, sheet: Sheet, keys: list[str], both: pl.DataFrame) -> None:
    others = [one for one in sheet.fields if one.column not in keys]
    differs = {one.column: both[one.column].ne_missing(both[f"{one.column}_before"]) for one in others}
    rows = pl.DataFrame(differs).sum_horizontal() if differs else pl.Series([0] * both.height)
    found.changed = int(rows.sum() or 0)
    found.same = int((rows == 0).sum())
    named = {one.column: one for one in sheet.fields}
    for one in others:
        for row in both.filter(differs[one.column]).head(SHOWN - len(found.cells)).to_dicts():
            found.cells.append(_change(one, named, keys, row))


def _change(one: Field, named: dict[str, Field], keys: list[str], row: dict[str, Any]) -> Change:
    key = "，".join(shown(named[name], row[name]) for name in keys)
    before, after = shown(one, row[f"{one.column}_before"]), shown(one, row[one.column])
    if before == after:  # both are tokens of persons
        after = "已变更（不显示）"
    return Change(key, row[_ROW], one.title, before, after)
