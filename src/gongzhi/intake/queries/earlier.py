"""What was accepted before a submission, here and elsewhere, for the checks that know history."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from django.conf import settings
from django.db.models import QuerySet

from gongzhi.engine.calendar import parse_period
from gongzhi.engine.definitions import Definitions, NearDuplicate, Sheet, StockAndFlow
from gongzhi.engine.lake import REGISTER, Lake, column_types
from gongzhi.intake.models import LakeFile, OpsFile, Submission

from .stored import live

_WITHOUT_ORDER = {"day", "request"}  # kinds of periods of which none follows on another


def values_elsewhere(
    definitions: Definitions, submission: Submission, table: str, columns: Mapping[str, str]
) -> pl.DataFrame | None:
    """The distinct values of a table's fields (name to give → field) in rows accepted by then.

    None when nothing was accepted there yet: then nothing can be said of what is missing.
    """
    sheet = definitions.tables[table][1]
    paths = _files(submission, table).values_list("path", flat=True)
    found = [_chosen(path, sheet, columns).unique().collect() for path in paths]
    return pl.concat(found).unique() if found else None


def register() -> pl.DataFrame | None:
    """The register as it was last written into the lake: `code`, `name`, `closed_on`; None before that.

    A taxpayer stands under each number and each name that it bears or bore.
    """
    kept = OpsFile.objects.filter(name=REGISTER).exclude(path=None).first()
    if kept is None:
        return None
    rows = Lake(settings.LAKE).read(str(kept.path))
    ways = [
        rows.select(pl.col(way).alias("code"), "name", "closed_on")
        for way in ("code", "old_code", "organisation_code")
    ]
    return pl.concat(ways).drop_nulls("code").unique()


def earlier_values(submission: Submission, sheet: Sheet, field: str | None) -> tuple[dict[str, float], float]:
    """The unit's values by earlier period, and what of this period came in already.

    Rows are counted, or `field` is summed in the measure of the lake. What this submission replaces does
    not count.
    """
    files = _own_files(submission, sheet)
    values: dict[str, float] = {}
    for period, path, rows in files.values_list("batch__slot__period", "path", "rows"):
        value = float(rows) if field is None else _sum(path, sheet, field)
        values[period] = values.get(period, 0.0) + value
    return values, values.pop(submission.period, 0.0)


def earlier_rows(
    submission: Submission, sheet: Sheet, compares: NearDuplicate | StockAndFlow
) -> pl.DataFrame | None:
    """The unit's own rows of before, under the keys of their fields, as far as a check compares them.

    For a stock those of the last period alone, else all; what this submission replaces does not count. None
    when there are none.
    """
    files = _own_files(submission, sheet)
    if isinstance(compares, StockAndFlow):
        period = parse_period(submission.period)
        if period.kind in _WITHOUT_ORDER:
            return None
        files = files.filter(batch__slot__period=period.previous().code)
    columns = {key: key for key in sorted(compares.fields)}
    found = [_chosen(path, sheet, columns).collect() for path in files.values_list("path", flat=True)]
    return pl.concat(found) if found else None


def _own_files(submission: Submission, sheet: Sheet) -> QuerySet[LakeFile]:
    files = _files(submission, sheet.code).filter(
        batch__slot__unit=submission.unit, batch__slot__resource=submission.resource
    )
    return files.exclude(batch=submission.replaces_id) if submission.replaces_id else files


def _files(submission: Submission, table: str) -> QuerySet[LakeFile]:
    known = live(submission.received_at)
    return LakeFile.objects.filter(role="rows", table=table, batch__in=known).order_by("path")


def _sum(path: str, sheet: Sheet, field: str) -> float:
    total = _chosen(path, sheet, {"value": field}).select(pl.col("value").cast(pl.Float64).sum())
    return float(total.collect().item())


def _chosen(path: str, sheet: Sheet, columns: Mapping[str, str]) -> pl.LazyFrame:
    """Fields of one file under other names; a field that the definition gained later is empty."""
    lazy = pl.scan_parquet(Lake(settings.LAKE).path(path))
    there, shape = lazy.collect_schema().names(), column_types(sheet)
    chosen = []
    for name, key in columns.items():
        column = sheet.field(key).column
        kept = pl.col(column).cast(shape[column]) if column in there else pl.lit(None, shape[column])
        chosen.append(kept.alias(name))
    return lazy.select(chosen)
