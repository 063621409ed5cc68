"""Which faults files had, in which columns, how often: read from the findings kept beside the batches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl
from django.conf import settings
from django.db.models import QuerySet

from gongzhi.editions.queries import in_force
from gongzhi.engine.lake import Lake
from gongzhi.intake.models import LakeFile, Submission

FAULTY = ("refuse", "block", "explain")
"""Severities that ask somebody to do something; hints and repairs are no faults."""
PLACES_SHOWN = 3
_SHAPE = {
    "submission": pl.String, "resource": pl.String, "code": pl.String, "column": pl.String,
    "count": pl.Int64, "mend": pl.String,
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where a fault stands: a resource and one of its columns (empty: the file as a whole)."""

    resource: str
    column: str
    count: int


@dataclass(frozen=True)
class Fault:
    """One kind of fault: how often, its share of all, in how many files, where, and how it is mended."""

    code: str
    title: str
    severity: str
    count: int
    share: float  # of all faults, 0 to 100
    files: int
    places: tuple[Place, ...]
    mend: str


def fault_rows(submissions: QuerySet[Submission]) -> pl.DataFrame:
    """Faults of these submissions: one row for each submission, code and column, with `count` and `mend`.

    For a file that came in they are read beside its batch; one that did not come in is known by its codes.
    """
    return pl.concat([_committed(submissions), _not_committed(submissions)])


def _committed(submissions: QuerySet[Submission]) -> pl.DataFrame:
    lake = Lake(settings.LAKE)
    files = LakeFile.objects.filter(role="findings", rows__gt=0, batch__submission__in=submissions)
    named = [
        (str(lake.path(path)), str(pk), resource)
        for path, pk, resource in files.values_list(
            "path", "batch__submission_id", "batch__submission__resource"
        )
    ]
    if not named:
        return pl.DataFrame(schema=_SHAPE)
    of_files = pl.DataFrame(named, schema=["path", "submission", "resource"], orient="row")
    counted = (
        pl.scan_parquet(of_files["path"].to_list(), include_file_paths="path")
        .filter(pl.col("severity").is_in(FAULTY))
        .group_by("path", "code", pl.col("column").fill_null(""))
        .agg(pl.len().cast(pl.Int64).alias("count"), pl.first("mend"))
        .collect()
    )
    return counted.join(of_files, on="path").select(*_SHAPE)


def _not_committed(submissions: QuerySet[Submission]) -> pl.DataFrame:
    known = in_force().findings
    rows = [
        (str(pk), resource, code, "", count, "")
        for pk, resource, by_code in submissions.filter(batch=None).values_list("pk", "resource", "by_code")
        for code, count in by_code.items()
        if code in known and known[code].severity in FAULTY
    ]
    return pl.DataFrame(rows, schema=_SHAPE, orient="row")


def top_faults(rows: pl.DataFrame, most: int) -> list[Fault]:
    """The most frequent kinds of fault with where they stand, the most frequent first."""
    whole = int(rows["count"].sum())
    counted = rows.group_by("code").agg(pl.col("count").sum(), pl.col("submission").n_unique())
    first = counted.sort("count", "code", descending=[True, False]).head(most)
    return [_fault(rows, code, count, files, whole) for code, count, files in first.iter_rows()]


def _fault(rows: pl.DataFrame, code: str, count: int, files: int, whole: int) -> Fault:
    mine = rows.filter(pl.col("code") == code)
    places = mine.group_by("resource", "column").agg(pl.col("count").sum())
    shown = places.sort("count", "resource", "column", descending=[True, False, False]).head(PLACES_SHOWN)
    mends = mine.filter(pl.col("mend") != "").sort("count", descending=True)["mend"]
    known = in_force().findings.get(code)
    return Fault(
        code=code,
        title=known.title if known else code,
        severity=known.severity if known else "block",
        count=count,
        share=100 * count / whole,
        files=files,
        places=tuple(Place(*row) for row in shown.iter_rows()),
        mend=str(mends[0]) if len(mends) else "",
    )


def counts_of(rows: pl.DataFrame, codes: Iterable[str]) -> dict[str, int]:
    """How often each of these codes occurred."""
    counted = dict(rows.group_by("code").agg(pl.col("count").sum()).iter_rows())
    return {code: int(counted.get(code, 0)) for code in codes}
