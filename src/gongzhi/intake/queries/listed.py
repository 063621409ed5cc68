"""Accepted rows as a list: of one batch, or of every live batch of a table that the reader may see."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

import polars as pl
from django.conf import settings
from django.db.models import Count, Max, Min, Q, QuerySet, Sum

from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions import Field, Sensitivity, Sheet, Use
from gongzhi.engine.lake import ORIGIN, BadPlace, Condition, Lake, ListedFile, ListedRows, column_types
from gongzhi.gate import Sight
from gongzhi.intake.models import Batch, BatchPart, LakeFile
from gongzhi.lists import BadCursor

from .pages import matching
from .rows import Cell, head_of, shown
from .stored import batches_visible_to, live

ORDER = ("-_batch", "_part", "_row")
"""The latest batch first, its rows as they stood in the sender's file."""


def rows_visible_to(sight: Sight) -> QuerySet[LakeFile]:
    """Files of accepted rows that a reader may list.

    What serves only to answer a question (verify) is listed to nobody but the unit that handed it in.
    """
    files = LakeFile.objects.filter(role="rows", batch__in=batches_visible_to(sight))
    answers = [
        sheet.code
        for resource in in_force().resources.values()
        if resource.use is Use.VERIFY
        for sheet in resource.sheets
    ]
    if not answers:
        return files
    units = sight.units("see_own_batches")
    own = Q(batch__slot__unit__in=units) if isinstance(units, frozenset) else Q(pk__in=[])
    return files.filter(~Q(table__in=answers) | own)


def live_rows_visible_to(sight: Sight) -> QuerySet[LakeFile]:
    """Those of the batches that count now."""
    return rows_visible_to(sight).filter(batch__in=live())


def opened_fields(sheet: Sheet, sight: Sight, units: Collection[str]) -> tuple[Field, ...]:
    """The columns that a reader may see of rows that these units handed in.

    All of her own unit's, of others' what her duties open. Persons stand as tokens whatever is opened.
    """
    own = sight.units("see_own_batches")
    if units and all(unit in own for unit in units):
        return sheet.fields
    known = in_force().duties
    opened = {kind for duty in sight.duties if duty in known for kind in known[duty].opens}
    return tuple(one for one in sheet.fields if one.sight is Sensitivity.OPEN or one.sight in opened)


def may_take_away(sight: Sight, units: Collection[str]) -> bool:
    """Whether a reader may export rows of these units: her own unit's, and others' with the duty."""
    own = sight.units("see_own_batches")
    return sight.has("export_rows") or (bool(units) and all(unit in own for unit in units))


@dataclass
class AcceptedRows:
    """A list's source: the rows of some files of one table, filtered. Rows are dicts by lake column.

    `number` names each batch. Only `columns` are read, beside what names a row and what it is sorted by.
    """

    files: Sequence[ListedFile]
    numbers: Mapping[str, str]
    types: Mapping[str, pl.DataType]
    columns: Sequence[str]
    conditions: Sequence[Condition] = ()
    _counted: int | None = field(default=None, init=False)

    @cached_property
    def _rows(self) -> ListedRows:
        return ListedRows(settings.LAKE, self.files, self.types)

    def count(self) -> int:
        if self._counted is None:
            self._counted = self._rows.count(self.conditions)
        return self._counted

    def page(self, ordering: Sequence[str], behind: Sequence[Any] | None, most: int) -> list[dict[str, Any]]:
        if not self.files:
            return []
        try:
            keys, counted = self._rows.keys(self.conditions, ordering, behind, most)
        except BadPlace as error:
            raise BadCursor from error
        if counted is not None:
            self._counted = counted
        return self._told(self._rows.fetch(keys, self.columns))

    def every(self, ordering: Sequence[str], most: int) -> Iterator[dict[str, Any]]:
        if self.files:
            for piece in self._rows.every(self.conditions, ordering, self.columns, most):
                for part in piece.iter_slices(1_000):
                    yield from self._told(part)

    def at(self, places: pl.DataFrame) -> list[dict[str, Any]]:
        """The rows at these places (`_batch`, `_part`, `_row`) that lie in these files, in their order."""
        there = pl.DataFrame(
            [(one.batch, one.part, one.unit, one.period) for one in self.files],
            {name: ORIGIN[name] for name in ("_batch", "_part", "_unit", "_period")}, orient="row",
        )  # fmt: skip
        places = places.join(there, on=["_batch", "_part"], how="inner", maintain_order="left")
        return self._told(self._rows.fetch(places, self.columns)) if places.height else []

    def _told(self, frame: pl.DataFrame) -> list[dict[str, Any]]:
        return [row | {"number": self.numbers[row["_batch"]]} for row in frame.to_dicts()]


def accepted_rows(
    files: QuerySet[LakeFile], sheet: Sheet, columns: Sequence[str], conditions: Sequence[Condition]
) -> AcceptedRows:
    """The rows of these files, which are all of the table of `sheet`."""
    found = list(files.filter(table=sheet.code).select_related("batch__slot"))
    return AcceptedRows(
        [_listed(one) for one in found],
        {str(one.batch_id): one.batch.number for one in found},
        column_types(sheet),
        columns,
        conditions,
    )


def _listed(file: LakeFile) -> ListedFile:
    slot = file.batch.slot
    return ListedFile(file.path, file.rows, str(file.batch_id), file.part, slot.unit, slot.period)


def tables_of(files: QuerySet[LakeFile], asked: Mapping[str, str]) -> pl.LazyFrame:
    """The tables that these files fill: of a `unit`, of a resource, period or file name that holds `q`.

    `table`, its `resource` (number) and `title`, how many `units` and `batches`, rows in `total`, `first` and
    `last` period.
    """
    tables = in_force().tables
    if "unit" in asked:
        files = files.filter(batch__slot__unit=asked["unit"])
    if "q" in asked:
        files = files.filter(
            matching(asked["q"], "batch__slot__", file="batch__submission__file_name", batch="batch__")
        )
    counted = files.order_by().values("table").annotate(
        units=Count("batch__slot__unit", distinct=True), batches=Count("batch", distinct=True),
        total=Sum("rows"), first=Min("batch__slot__period"), last=Max("batch__slot__period"),
    )  # fmt: skip
    rows = [
        one | {"resource": tables[one["table"]][0].number, "title": tables[one["table"]][1].title}
        for one in counted
        if one["table"] in tables
    ]
    shape = dict.fromkeys(("table", "resource", "title", "first", "last"), pl.String)
    return pl.LazyFrame(rows, schema=shape | dict.fromkeys(("units", "batches", "total"), pl.Int64))


@dataclass(frozen=True)
class Party:
    """Who a row names, and whom that was joined to: the id of a taxpayer, or none."""

    title: str
    taxpayer: str | None
    how: str


@dataclass(frozen=True)
class OneRow:
    """One accepted row: each value with the cell that it came from."""

    batch: Batch
    part: int
    row: int
    sheet: Sheet
    place: BatchPart | None
    values: list[tuple[Cell, str]]
    parties: list[Party]


def one_row(file: LakeFile, row: int, sheet: Sheet, fields: Sequence[Field]) -> OneRow | None:
    """A row by its number in the sender's sheet, with these columns; None when it is not there."""
    lazy = pl.scan_parquet(Lake(settings.LAKE).path(file.path))
    found = lazy.filter(pl.col("_row") == row).head(1).collect().to_dicts()
    if not found:
        return None
    place = BatchPart.objects.filter(batch=file.batch, part=file.part).first()
    values = [
        (Cell(head_of(one), shown(one, found[0].get(one.column))), place.cell(one.key, row) if place else "")
        for one in fields
    ]
    return OneRow(file.batch, file.part, row, sheet, place, values, _parties(file, row, sheet))


STANDINGS = {
    "linked": "已对应", "doubtful": "待认定", "conflict": "待认定", "unlinked": "未对应",
    "person": "个人，不对应",
}  # fmt: skip


def _parties(file: LakeFile, row: int, sheet: Sheet) -> list[Party]:
    """The joins that lie beside the batch, where it was joined already."""
    beside = LakeFile.objects.filter(batch=file.batch, role="links").first()
    if beside is None:
        return []
    lazy = pl.scan_parquet(Lake(settings.LAKE).path(beside.path))
    here = lazy.filter((pl.col("_row") == row) & (pl.col("_part") == file.part))
    titles = {party.role: party.title for party in sheet.parties}
    return [
        Party(
            titles.get(one["role"], one["role"]), _taxpayer(one["subject"]), STANDINGS.get(one["status"], "")
        )
        for one in here.select("role", "subject", "status").collect().to_dicts()
    ]


def _taxpayer(subject: str | None) -> str | None:
    """The id of a taxpayer; a person's token and a code that nobody is registered under are none."""
    try:
        return str(UUID(subject or ""))
    except ValueError:
        return None
