"""How many cells of each column are filled. Files never change: the worker counts each once, in its ledger.

What it has not come to is counted from the lake's own statistics when it is asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
from django.conf import settings
from django.db.models import QuerySet

from gongzhi.engine.definitions import Needs, Sheet
from gongzhi.engine.lake import Lake
from gongzhi.intake.models import Batch, LakeFile

Cells = dict[str, list[int]]  # lake column → cells filled, cells that it applies to


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

    def count(self, rows: int, cells: Cells, sheet: Sheet) -> None:
        """Count a file in, as far as its columns are counted at all."""
        outside = {one.column for one in sheet.fields if not one.counted}
        self.rows += rows
        for column, (filled, applies) in cells.items():
            if column not in outside:
                self.filled[column] += filled
                self.applies[column] += applies


def fills(batches: QuerySet[Batch], sheet: Sheet) -> dict[str, Fill]:
    """The filled cells of a table's rows in batches (already limited to what may be seen), by period."""
    found: dict[str, Fill] = {}
    for _, period, _, rows, cells in _files(batches, {sheet.code: sheet}):
        found.setdefault(period, Fill()).count(rows, cells, sheet)
    return found


def fills_by_table(batches: QuerySet[Batch], sheets: Mapping[str, Sheet]) -> dict[str, Fill]:
    """The filled cells of every table of these batches that is known, by its code."""
    found: dict[str, Fill] = {}
    for _, _, code, rows, cells in _files(batches, sheets):
        found.setdefault(code, Fill()).count(rows, cells, sheets[code])
    return found


def fills_by_unit(batches: QuerySet[Batch], sheets: Mapping[str, Sheet]) -> dict[tuple[str, str], Fill]:
    """The same apart for each unit: by its key and the table's code."""
    found: dict[tuple[str, str], Fill] = {}
    for unit, _, code, rows, cells in _files(batches, sheets):
        found.setdefault((unit, code), Fill()).count(rows, cells, sheets[code])
    return found


def _files(
    batches: QuerySet[Batch], sheets: Mapping[str, Sheet]
) -> Iterator[tuple[str, str, str, int, Cells]]:
    """Unit, period, table, rows and cells of every file, in one query where all are counted."""
    lake = Lake(settings.LAKE)
    files = LakeFile.objects.filter(role="rows", table__in=sheets, batch__in=batches).order_by()
    columns = ("batch__slot__unit", "batch__slot__period", "table", "rows", "fills", "path")
    for unit, period, table, rows, cells, path in files.values_list(*columns).iterator():
        known = cells if cells is not None else counted_cells(lake.path(path), sheets[table])
        yield unit, period, table, rows, known


def summed(parts: Iterable[Fill]) -> Fill:
    whole = Fill()
    for part in parts:
        whole.add(part)
    return whole


def counted_cells(path: Path, sheet: Sheet) -> Cells:
    """The cells of one file: from its statistics, and from two columns where one asks for the other."""
    meta = pq.read_metadata(path)
    found: Cells = {}
    for group in range(meta.num_row_groups):
        part = meta.row_group(group)
        for place in range(part.num_columns):
            column = part.column(place)
            stated = column.statistics
            if stated is None or stated.null_count is None:
                raise ValueError(f"{path} says nothing of its empty cells")
            cells = found.setdefault(column.path_in_schema, [0, 0])
            cells[0] += part.num_rows - stated.null_count
            cells[1] += part.num_rows
    for check in sheet.checks:
        if isinstance(check, Needs):
            _narrow(found, path, sheet, check)
    return {name: cells for name, cells in found.items() if not name.startswith("_")}


def _narrow(found: Cells, path: Path, sheet: Sheet, check: Needs) -> None:
    asking, asked = (sheet.field(key).column for key in (check.field, check.needs))
    if asking not in found or asked not in found:
        return
    value = pl.col(asking)
    applies = value.is_in(check.values) if check.values else value.is_not_null()
    rows = pl.scan_parquet(path).filter(applies).select(pl.col(asked).is_not_null().sum(), pl.len())
    found[asked] = list(rows.collect().row(0))
