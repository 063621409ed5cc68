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

from .copies import copy_of
from .older import every_sheet
from .original import opened
from .refused import Refused
from .taking import headings_of


def marked_up(*, submission: Submission, by: Person | None, findings: pl.DataFrame | None = None) -> bytes:
    """The sender's own file with its faults in red, commented and listed; raises Refused when unreadable.

    Suggestions that were taken over are written in, what was cut at the door is left out. `findings`: those
    of a check whose outcome was not kept.
    """
    found = findings_of(submission) if findings is None else findings
    with _opened(submission, by, "marked_up") as path:
        return _marked(path, submission, found)


def marked_up_file(*, file: Path, submission: Submission, findings: pl.DataFrame) -> bytes:
    """`marked_up` for a file that was only tried (dry run) and is still the sender's alone: no event.

    `submission` was never stored; it says which place the file was tried for.
    """
    return _marked(file, submission, findings)


def bad_rows(*, submission: Submission, by: Person | None) -> bytes:
    """Only the rows set aside, ready to be mended and sent again; they add to the batch of the good rows."""
    batch = getattr(submission, "batch", None)
    findings = findings_of(submission)
    asked = in_force_for(submission.resource, submission.period).versions[submission.resource]
    with _opened(submission, by, "bad_rows") as path, _target() as target:
        reading = _reading(path, submission)
        version = reading.mark.version if reading.mark else asked  # its headings stay the sender's
        mark = Stamp(submission.resource, version, str(batch.pk) if batch else None)
        blocked = findings.filter(pl.col("severity") == "block")
        table, part = _worst(copy_of(reading, submission, findings).tables, blocked)
        documents.bad_rows(target, table, part["row"].unique().sort(), part, mark)
        return target.read_bytes()


def _marked(path: Path, submission: Submission, findings: pl.DataFrame) -> bytes:
    copy = copy_of(_reading(path, submission), submission, findings)
    with _target() as target:
        if copy.whole:
            documents.marked_up(path, target, copy.tables, findings, copy.rewritten)
        else:
            documents.copy_marked(target, copy.tables, findings)
        return target.read_bytes()


def _worst(tables: tuple[Table, ...], blocked: pl.DataFrame) -> tuple[Table, pl.DataFrame]:
    """The table with most bad rows and its findings (a file of several tables goes back one by one)."""
    by_sheet = pl.col("cell").str.starts_with
    here = [(table, by_sheet(f"{table.sheet}!") | (len(tables) == 1)) for table in tables]
    parts = [(one, blocked.filter(own & pl.col("row").is_in(one.rows.implode()))) for one, own in here]
    return max(parts, key=lambda part: part[1].height)


@contextmanager
def _opened(submission: Submission, by: Person | None, what: str) -> Iterator[Path]:
    suffix = PurePath(submission.file_name).suffix.lower()
    with transaction.atomic():
        record(f"report.{what}", by=by, subject=("submission", submission.pk), duty="submit_file")
    with opened(submission.original, submission.file_digest, suffix) as path:
        yield path


def _reading(file: Path, submission: Submission) -> Reading:
    try:
        return read(file, headings=headings_of(every_sheet(submission.resource)))
    except Unreadable as error:
        raise Refused("unreadable", "这份文件读不出表格，没有可标注的内容") from error


@contextmanager
def _target() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "report.xlsx"
