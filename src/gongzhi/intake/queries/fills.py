"""How many cells of each column are filled, read from the lake's own statistics: no row is opened for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
from django.conf import settings
from django.db.models import QuerySet

from gongzhi.engine.definitions import Needs, Sheet
from gongzhi.engine.lake import Lake
from gongzhi.intake.models import Batch, LakeFile


@dataclass
class Fill:
    """Cells of some rows: which the column applies to, and which are filled, by lake column.

    A column that a later definition added does not apply to rows of before; one that is asked for only
    where another column says so (the check `needs`) applies to those rows alone. One that is the bureau's
    own fact (`counted: false`) applies to none, filled or not.
    """

    rows: int = 0
    applies: Counter[str] = field(default_factory=Counter)
    filled: Counter[str] = field(default_factory=Counter)

    def rate(self, column: str) -> float | None:
        """填报率, 0 to 100; None where the column applies to no row."""
        return 100 * self.filled[column] / self.applies[column] if self.applies[column] else None

    def add(self, other: Fill) -> None:
        self.rows += other.rows
        self.applies.update(other.applies)
        self.filled.update(other.filled)


def fills(batches: QuerySet[Batch], sheet: Sheet) -> dict[str, Fill]:
    """The filled cells of a table's rows in batches (already limited to what may be seen), by period."""
    lake = Lake(settings.LAKE)
    files = LakeFile.objects.filter(role="rows", table=sheet.code, batch__in=batches)
    found: dict[str, Fill] = {}
    for period, path in files.values_list("batch__slot__period", "path"):
        found.setdefault(period, Fill()).add(_of_file(lake.path(path), sheet))
    return found


def fills_by_table(batches: QuerySet[Batch], sheets: Mapping[str, Sheet]) -> dict[str, Fill]:
    """The filled cells of every table of these batches that is known, by its code."""
    lake = Lake(settings.LAKE)
    files = LakeFile.objects.filter(role="rows", table__in=sheets, batch__in=batches)
    found: dict[str, Fill] = {}
    for code, path in files.values_list("table", "path"):
        found.setdefault(code, Fill()).add(_of_file(lake.path(path), sheets[code]))
    return found


def summed(parts: Iterable[Fill]) -> Fill:
    whole = Fill()
    for part in parts:
        whole.add(part)
    return whole


def _of_file(path: Path, sheet: Sheet) -> Fill:
    """The fill of one file: from its statistics, and from two columns where one asks for the other."""
    meta = pq.read_metadata(path)
    found = Fill(meta.num_rows)
    for group in range(meta.num_row_groups):
        part = meta.row_group(group)
        for place in range(part.num_columns):
            column = part.column(place)
            stated = column.statistics
            if stated is None or stated.null_count is None:
                raise ValueError(f"{path} says nothing of its empty cells")
            found.applies[column.path_in_schema] += part.num_rows
            found.filled[column.path_in_schema] += part.num_rows - stated.null_count
    for check in sheet.checks:
        if isinstance(check, Needs):
            _narrow(found, path, sheet, check)
    for one in sheet.fields:
        if not one.counted:
            found.applies.pop(one.column, None)
            found.filled.pop(one.column, None)
    return found


def _narrow(found: Fill, path: Path, sheet: Sheet, check: Needs) -> None:
    asking, asked = (sheet.field(key).column for key in (check.field, check.needs))
    if asking not in found.applies or asked not in found.applies:
        return
    value = pl.col(asking)
    applies = value.is_in(check.values) if check.values else value.is_not_null()
    rows = pl.scan_parquet(path).filter(applies).select(pl.len(), pl.col(asked).is_not_null().sum())
    found.applies[asked], found.filled[asked] = rows.collect().row(0)
