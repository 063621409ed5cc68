"""Read submissions, batches, what lies in the lake."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from uuid import UUID

import polars as pl
from django.conf import settings
from django.db.models import Q, QuerySet

from gongzhi.engine.definitions import Definitions, Resource, Sheet
from gongzhi.engine.lake import Lake, Snapshot, Stored, column_types, empty, unseal_rows
from gongzhi.gate import Sight
from gongzhi.intake.models import Batch, LakeFile, OpsFile, Segment, Submission

FINDINGS = {
    "_part": pl.UInt16, "row": pl.UInt32, "cell": pl.String, "column": pl.String, "field": pl.String,
    "value": pl.String, "code": pl.String, "severity": pl.String, "title": pl.String, "message": pl.String,
    "mend": pl.String, "suggestion": pl.String,
}  # fmt: skip
REPAIRED = {"_part": pl.UInt16, "cell": pl.String, "from": pl.String, "to": pl.String, "code": pl.String}


def visible_to(sight: Sight) -> QuerySet[Submission]:
    """Submissions: of all units for the office and the bureau, of one's own unit otherwise."""
    return Submission.objects.filter(_in_sight(sight, "unit"))


def counted_for(sight: Sight) -> QuerySet[Submission]:
    """Submissions that a reader may see counted: those in sight, and all for whoever sees sums only."""
    return Submission.objects.all() if sight.has("see_overview") else visible_to(sight)


def batches_counted_for(sight: Sight) -> QuerySet[Batch]:
    """Batches that count now and that a reader may see counted, by the same rule as `counted_for`."""
    seen = Batch.objects.all() if sight.has("see_overview") else batches_visible_to(sight)
    return seen & live()


def batches_visible_to(sight: Sight) -> QuerySet[Batch]:
    """Batches, by the same rule as submissions."""
    return Batch.objects.filter(_in_sight(sight, "slot__unit")).select_related("slot", "submission")


def _in_sight(sight: Sight, path: str) -> Q:
    if sight.has("see_all_batches"):
        return Q()
    units = sight.units("see_own_batches")
    return Q(**{f"{path}__in": units}) if isinstance(units, frozenset) else Q()


def live(as_of: dt.datetime | None = None) -> QuerySet[Batch]:
    """Batches that count: committed and neither replaced nor withdrawn (by then).

    A correction counts from the instant at which it was received, however long a second person took over
    it, and what it replaces counts until then: never both.
    """
    if as_of is None:
        return Batch.objects.filter(replaced_by=None, withdrawn_at=None)
    open_then = Q(replaced_by=None) | Q(replaced_by__submission__received_at__gt=as_of)
    there_then = Q(withdrawn_at=None) | Q(withdrawn_at__gt=as_of)
    return Batch.objects.filter(open_then, there_then, submission__received_at__lte=as_of)


def still_counted(batch: Batch) -> dt.datetime | None:
    """When the first of the place's other batches came that counts and was not returned."""
    others = live().filter(slot=batch.slot).exclude(pk=batch.pk).exclude(review__verdict="returned")
    first = others.select_related("submission").order_by("submission__received_at").first()
    return first.submission.received_at if first else None


def ledger() -> list[Stored]:
    """Every file that the lake must hold."""
    columns = ("path", "rows", "size", "digest")
    named = (LakeFile.objects.all(), Segment.objects.all(), OpsFile.objects.exclude(path=None))
    values = [row for files in named for row in files.values_list(*columns)]
    return [Stored(path, rows, size, digest) for path, rows, size, digest in values]


def snapshot(definitions: Definitions, tables: Iterable[str], as_of: dt.datetime | None = None) -> Snapshot:
    """The files of these tables as of an instant; tables nobody filled are empty, not missing."""
    wanted = list(tables)
    files: dict[str, list[str]] = {table: [] for table in wanted}
    found = LakeFile.objects.filter(role="rows", table__in=wanted, batch__in=live(as_of)).order_by("path")
    for table, path in found.values_list("table", "path"):
        files[table].append(path)
    empties = {table: empty(definitions.tables[table][1]) for table in wanted}
    return Snapshot(settings.LAKE, files, empties)


def known_keys(submission: Submission, resource: Resource, sheet: Sheet) -> pl.DataFrame | None:
    """Unique keys that this unit has handed in before for the resource, with the batch that holds them.

    Where rows are states that are told anew in each period, only the same period is looked at. A batch that
    this submission replaces does not count; None when there is nothing to compare with.
    """
    columns = [sheet.field(key).column for key in sheet.key]
    if not columns:
        return None
    files = LakeFile.objects.filter(role="rows", table=sheet.code, batch__in=live())
    files = files.filter(batch__slot__unit=submission.unit, batch__slot__resource=submission.resource)
    if resource.restated:
        files = files.filter(batch__slot__period=submission.period)
    if submission.replaces_id:
        files = files.exclude(batch=submission.replaces_id)
    lake = Lake(settings.LAKE)
    found = [
        _key_columns(lake, file.path, sheet, columns).with_columns(pl.lit(file.batch.number).alias("_batch"))
        for file in files.select_related("batch__slot").order_by("batch__committed_at", "path")
    ]
    return pl.concat(found) if found else None


def _key_columns(lake: Lake, path: str, sheet: Sheet, columns: list[str]) -> pl.DataFrame:
    """Key columns of one file; a column that the definition gained later is there, and empty."""
    shape = column_types(sheet)
    lazy = pl.scan_parquet(lake.path(path))
    there = lazy.collect_schema().names()
    chosen = [
        pl.col(name).cast(shape[name]) if name in there else pl.lit(None, shape[name]).alias(name)
        for name in columns
    ]
    return lazy.select(chosen).collect()


def read_file(path: str) -> pl.DataFrame:
    """One file of the lake."""
    return Lake(settings.LAKE).read(path)


def frames(table: str) -> Iterator[pl.DataFrame]:
    """The rows of every live batch of a table, one frame a file, in the order in which they came in."""
    lake = Lake(settings.LAKE)
    files = LakeFile.objects.filter(role="rows", table=table, batch__in=live())
    for path in files.order_by("batch__committed_at").values_list("path", flat=True):
        yield lake.read(path)


def rows_of(batch: UUID) -> Iterator[tuple[str, pl.DataFrame]]:
    """The tables of one batch with their rows."""
    lake = Lake(settings.LAKE)
    for table, path in LakeFile.objects.filter(role="rows", batch_id=batch).values_list("table", "path"):
        yield table, lake.read(path)


def row_numbers(batch: Batch) -> dict[int, frozenset[int]]:
    """The rows of the sender's sheets that came in, by part."""
    files, lake = LakeFile.objects.filter(batch=batch, role="rows"), Lake(settings.LAKE)
    return {
        one.part: frozenset(pl.scan_parquet(lake.path(one.path)).select("_row").collect()["_row"])
        for one in files
    }  # fmt: skip


def findings_of(submission: Submission) -> pl.DataFrame:
    """Every finding of a submission, with its texts: from staging while it waits, then from the lake."""
    waiting = settings.HOME.folder("staging") / str(submission.pk) / "findings.parquet"
    if waiting.exists():
        return pl.read_parquet(waiting)
    return _beside(submission, "findings", FINDINGS)


def _beside(submission: Submission, role: str, schema: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    stored = LakeFile.objects.filter(role=role, batch__submission=submission).first()
    return Lake(settings.LAKE).read(stored.path) if stored else pl.DataFrame(schema=schema)


def repaired_of(submission: Submission) -> pl.DataFrame:
    """Every repair made on reading: from staging while the submission waits, then from the lake."""
    waiting = settings.HOME.folder("staging") / str(submission.pk) / "repaired.parquet"
    if waiting.exists():
        return pl.read_parquet(waiting)
    return _beside(submission, "repaired", REPAIRED)


def sealed_rows(
    batch: Batch, role: str, part: int = 0, *, only: Collection[int] | None = None
) -> pl.DataFrame:
    """Sealed rows of a batch: persons' originals (`sealed`) or unknown columns (`beside`), with `_row`.

    To be called for a stated duty and with its event alone (the room `disclosure` decides). `only` names
    rows; no more is opened than holds them. SealBroken when the sidecar was changed.
    """
    stored = LakeFile.objects.filter(batch=batch, role=role, part=part).first()
    if stored is None:
        return pl.DataFrame(schema={"_row": pl.UInt32})
    box = Lake(settings.LAKE).path(stored.path).read_bytes()
    return unseal_rows(settings.KEYS, box, place_of_box(batch.submission_id, role, part), only=only)


def place_of_box(submission: UUID, role: str, part: int) -> str:
    """What a box of sealed rows is bound to."""
    return f"{submission}|{role}|{part}"
