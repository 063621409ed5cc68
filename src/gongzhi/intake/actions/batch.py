"""Commit: rows into the lake, then the ledger (reference/security.md 4.2 and 4.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import polars as pl
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.catalogue.actions import satisfy
from gongzhi.editions.queries import in_force_for
from gongzhi.engine.calendar import parse_period
from gongzhi.engine.lake import Lake, Stored
from gongzhi.intake.models import Batch, BatchPart, LakeFile, Slot, Submission
from gongzhi.intake.queries.outcome import outcome_of
from gongzhi.intake.states import State, after
from gongzhi.organisation.models import Author, person_of, uuid7

from . import preparation
from .preparation import Prepared
from .receipt import issue
from .refused import Refused
from .second import fits, tell_taken_in
from .submission import check
from .telling import tell_outcome

FREE_PERIODS = {"day", "request"}


@dataclass(frozen=True)
class _File:
    role: str
    table: str
    part: int
    stored: Stored


def commit(*, submission: Submission, by: Author | None, prepared: Prepared | None = None) -> Batch:
    """Take the good rows in. The same content in the same slot is the batch that is already there.

    A submission that is committed already gives its batch. Raises Refused (Chinese text) when the slot is
    filled and the submission says neither that it adds nor that it replaces, or when there is nothing to
    take in; NotPossible from a closed submission. `submission` is brought up to date.
    """
    submission.refresh_from_db()
    if submission.state == State.COMMITTED:
        return submission.batch
    after(submission.state, "commit")
    fits(submission, by)
    prepared = prepared or prepared_of(submission, by)
    if prepared.refusal is not None:
        raise Refused(prepared.refusal["code"], prepared.refusal["text"])
    if _slot_of(submission).exists() and not twin_of(submission, prepared):
        open_place(submission)  # once more under the lock, but then the files are written
    identity = uuid7()
    files = _write(str(identity), submission, prepared)
    try:
        batch = _enter(identity, submission, prepared, files, by)
    except Refused:
        _discard(files)
        raise
    # After any other error nobody knows whether the ledger names the files: they stay for the sweeper.
    if batch.pk != identity:
        _discard(files)
    preparation.drop(submission.pk)
    return batch


def prepared_of(submission: Submission, by: Author | None) -> Prepared:
    """The outcome put down by the check; found anew when it was lost or the definitions have changed."""
    prepared = preparation.take_up(submission.pk)
    asked = in_force_for(submission.resource, submission.period)
    if prepared is None or submission.definitions != asked.digest:
        prepared = check(submission=submission, by=by)
    return prepared


def _slot_of(submission: Submission) -> QuerySet[Batch]:
    """The live batches of the submission's slot."""
    return Batch.objects.select_related("slot").filter(
        slot__unit=submission.unit,
        slot__resource=submission.resource,
        slot__period=submission.period,
        replaced_by=None,
        withdrawn_at=None,
    )


def twin_of(submission: Submission, prepared: Prepared) -> Batch | None:
    """The live batch of this slot with the same content."""
    twin = _slot_of(submission).filter(content=prepared.content).first()
    if twin and submission.replaces_id and submission.replaces_id != twin.pk:
        raise Refused(
            "same_as_other",
            f"这份文件的内容与本期已入库的批次 {twin.number} 相同，不能再用它更正另一批；请核对要更正的批次",
            str(twin.pk),
        )
    return twin


def open_place(submission: Submission) -> None:
    """A filled slot takes a further file only when it says what it is (design.md 6)."""
    named = submission.replaces_id or submission.adds_id
    if named:
        if _slot_of(submission).filter(pk=named).exists():
            return
        old = Batch.objects.select_related("slot").get(pk=named)
        if old.withdrawn_at:
            raise Refused("withdrawn", f"批次 {old.number} 已撤回，不能再补充或更正；请重新报送", str(old.pk))
        raise Refused(
            "replaced_already",
            f"批次 {old.number} 已被更正过，请以最新一批为准",
            str(old.replaced_by_id or ""),
        )
    if parse_period(submission.period).kind in FREE_PERIODS:
        return
    if latest := _slot_of(submission).order_by("-version").first():
        raise Refused(
            "slot_filled",
            f"本期已有入库批次 {latest.number}：请选择“补充”（在其后追加）或“更正”（整批替换）",
            str(latest.pk),
            f"请先核对是不是重复报送；漏报的选“补充”，要改正的选“更正”，并指明批次 {latest.number}。",
        )


def _write(identity: str, submission: Submission, prepared: Prepared) -> list[_File]:
    """Everything into the lake, durably, before the ledger speaks of it."""
    lake = Lake(settings.LAKE)
    files: list[_File] = []
    try:
        for part in prepared.parts:
            stored = lake.write(
                f"{part.table}/{identity}-{part.index}", _with_origin(identity, submission, part)
            )
            files.append(_File("rows", part.table, part.index, stored))
            for role, box in part.boxes.items():
                stored = lake.write_bytes(f"_{role}/{identity}-{part.index}.sealed", box)
                files.append(_File(role, part.table, part.index, stored))
        for role, frame in (("findings", prepared.findings), ("repaired", prepared.repaired)):
            if frame.height:
                files.append(_File(role, f"_{role}", 0, lake.write(f"_{role}/{identity}", frame)))
    except BaseException:
        _discard(files)
        raise
    return files


def _with_origin(identity: str, submission: Submission, part: preparation.Part) -> pl.DataFrame:
    return part.rows.with_columns(
        pl.lit(identity).alias("_batch"),
        pl.lit(submission.unit).alias("_unit"),
        pl.lit(submission.period).alias("_period"),
        pl.lit(part.index, dtype=pl.UInt16).alias("_part"),
    )


def _discard(files: list[_File]) -> None:
    Lake(settings.LAKE).discard(file.stored for file in files)


@transaction.atomic
def _enter(
    identity: UUID, submission: Submission, prepared: Prepared, files: list[_File], by: Author | None
) -> Batch:
    """The ledger rows: slot locked, version counted, the act and its event together."""
    slot, _ = Slot.objects.select_for_update().get_or_create(
        unit=submission.unit, resource=submission.resource, period=submission.period
    )
    submission.refresh_from_db(from_queryset=Submission.objects.select_for_update())
    if submission.state == State.COMMITTED:
        return submission.batch  # another process has committed the same submission meanwhile
    after(submission.state, "commit")
    fits(submission, by)
    if twin := twin_of(submission, prepared):
        return _same_as(submission, twin, by)
    open_place(submission)
    filled = _slot_of(submission).exists()
    slot.version += 1
    slot.save(update_fields=["version"])
    batch = Batch.objects.create(
        id=identity,
        slot=slot,
        version=slot.version,
        submission=submission,
        kind="replaces" if submission.replaces_id else "adds" if submission.adds_id or filled else "first",
        content=prepared.content,
        rows=prepared.accepted,
        definitions=submission.definitions,
        committed_at=timezone.now(),
        committed_by=person_of(by),
    )
    LakeFile.objects.bulk_create(
        LakeFile(batch=batch, role=file.role, table=file.table, part=file.part, **vars(file.stored))
        for file in files
    )
    BatchPart.objects.bulk_create(_places(batch, prepared))
    _close(submission, batch, by)
    return batch


def _places(batch: Batch, prepared: Prepared) -> Iterator[BatchPart]:
    """Where each part stood in the file, so that a row of the lake leads back to its cells."""
    for part in prepared.parts:
        yield BatchPart(
            batch=batch,
            part=part.index,
            table=part.table,
            sheet=part.sheet,
            header_row=part.header_row,
            letters=part.letters,
        )


def _close(submission: Submission, batch: Batch, by: Author | None) -> None:
    """What follows from a batch in the same transaction: replacement, state, receipt, obligation, event."""
    if submission.replaces_id:
        Batch.objects.filter(pk=submission.replaces_id).update(
            replaced_by=batch, replaced_at=batch.committed_at
        )
    submission.state = State.COMMITTED
    submission.closed_at = batch.committed_at
    submission.save(update_fields=["state", "closed_at"])
    issue(batch, submission)
    satisfy(
        unit=submission.unit,
        resource=submission.resource,
        period=submission.period,
        received_at=submission.received_at,
    )
    detail = {
        "batch": str(batch.pk),
        "rows": batch.rows,
        "set_aside": submission.set_aside,
        "kind": batch.kind,
    }
    record("batch.committed", by=by, subject=("submission", submission.pk), duty="submit_file", detail=detail)
    tell_outcome(submission, outcome_of(submission), batch)
    tell_taken_in(submission, batch, by)


def _same_as(submission: Submission, twin: Batch, by: Author | None) -> Batch:
    """The content is there already: the file is closed, and its answer is the earlier batch's."""
    submission.state, submission.same_as = after(submission.state, "withdraw"), twin
    submission.closed_at = timezone.now()
    submission.save(update_fields=["state", "closed_at", "same_as"])
    detail = {"same_as": str(twin.pk)}
    record("submission.same", by=by, subject=("submission", submission.pk), detail=detail)
    tell_outcome(submission, outcome_of(twin.submission), twin)
    return twin
