"""Workbooks that go back to the sender, made anew from the kept original whenever somebody asks."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath

import polars as pl
from django.db import transaction

from gongzhi.audit.actions import record
from gongzhi.editions.queries import in_force_for
from gongzhi.engine import documents
from gongzhi.engine.documents import Stamp
from gongzhi.engine.tables import Reading, Table, Unreadable, read
from gongzhi.intake.models import Submission
from gongzhi.intake.queries import findings_of
from gongzhi.organisation.models import Person

from .older import every_sheet
from .original import opened
from .reading import headings_of
from .refused import Refused


def marked_up(*, submission: Submission, by: Person | None, findings: pl.DataFrame | None = None) -> bytes:
    """The sender's own file with its faults in red, commented and listed; raises Refused when unreadable.

    `findings`: those of a check whose outcome was not kept.
    """
    found = findings_of(submission) if findings is None else findings
    with _read(submission, by, "marked_up") as (path, reading), _target() as target:
        documents.marked_up(path, target, _with_rows(reading), found)
        return target.read_bytes()


def marked_up_file(*, file: Path, resource: str, findings: pl.DataFrame) -> bytes:
    """`marked_up` for a file that was only tried (dry run) and is still the sender's alone: no event."""
    with _target() as target:
        documents.marked_up(file, target, _with_rows(_reading(file, resource)), findings)
        return target.read_bytes()


def bad_rows(*, submission: Submission, by: Person | None) -> bytes:
    """Only the rows set aside, ready to be mended and sent again; they add to the batch of the good rows."""
    batch = getattr(submission, "batch", None)
    findings = findings_of(submission)
    asked = in_force_for(submission.resource, submission.period).versions[submission.resource]
    with _read(submission, by, "bad_rows") as (_, reading), _target() as target:
        version = reading.mark.version if reading.mark else asked  # its headings stay the sender's
        mark = Stamp(submission.resource, version, str(batch.pk) if batch else None)
        blocked = findings.filter(pl.col("severity") == "block")
        table, part = _worst(_with_rows(reading), blocked)
        documents.bad_rows(target, table, part["row"].unique().sort(), part, mark)
        return target.read_bytes()


def _with_rows(reading: Reading) -> tuple[Table, ...]:
    return tuple(table for table in reading.tables if table.data.height)


def _worst(tables: tuple[Table, ...], blocked: pl.DataFrame) -> tuple[Table, pl.DataFrame]:
    """The table with most bad rows and its findings (a file of several sheets goes back sheet by sheet)."""
    by_sheet = pl.col("cell").str.starts_with
    parts = [(table, blocked.filter(by_sheet(f"{table.sheet}!") | (len(tables) == 1))) for table in tables]
    return max(parts, key=lambda part: part[1].height)


@contextmanager
def _read(submission: Submission, by: Person | None, what: str) -> Iterator[tuple[Path, Reading]]:
    suffix = PurePath(submission.file_name).suffix.lower()
    with transaction.atomic():
        record(f"report.{what}", by=by, subject=("submission", submission.pk), duty="submit_file")
    with opened(submission.original, submission.file_digest, suffix) as path:
        yield path, _reading(path, submission.resource)


def _reading(file: Path, resource: str) -> Reading:
    try:
        return read(file, headings=headings_of(every_sheet(resource)))
    except Unreadable as error:
        raise Refused("unreadable", "这份文件读不出表格，没有可标注的内容") from error


@contextmanager
def _target() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "report.xlsx"
