"""Commit: rows into the lake, then the ledger (reference/security.md 4.2 and 4.3)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from uuid import UUID

import polars as pl
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.catalogue.actions import satisfy
from gongzhi.engine.lake import Lake, Stored
from gongzhi.intake.models import Batch, LakeFile, Receipt, Slot, Submission, uuid7
from gongzhi.intake.states import State, after
from gongzhi.organisation.models import Person

from . import preparation
from .preparation import Prepared
from .refused import Refused


@dataclass(frozen=True)
class _File:
    role: str
    table: str
    part: int
    stored: Stored


def commit(*, submission: Submission, by: Person | None, prepared: Prepared | None = None) -> Batch:
    """Take the good rows in. The same content in the same slot is the batch that is already there.

    Raises Refused (Chinese text) when the slot is filled and the submission says neither that it adds
    nor that it replaces, or when there is nothing to take in; NotPossible from a closed submission.
    """
    prepared = prepared or preparation.take_up(submission.pk)
    if prepared is None:
        raise Refused("stale", "检查结果已过期，请重新检查后再提交入库")
    if submission.state == State.COMMITTED:
        return submission.batch
    after(submission.state, "commit")
    if twin := _twin(submission, prepared):
        return _same_as(submission, twin, by)
    _open_place(submission)
    identity = uuid7()
    files = _write(str(identity), submission, prepared)
    batch = _enter(identity, submission, prepared, files, by)
    preparation.drop(submission.pk)
    return batch


def _twin(submission: Submission, prepared: Prepared) -> Batch | None:
    """The live batch of this slot with the same content."""
    return Batch.objects.filter(
        slot__unit=submission.unit,
        slot__resource=submission.resource,
        slot__period=submission.period,
        content=prepared.content,
        replaced_by=None,
    ).first()


@transaction.atomic
def _same_as(submission: Submission, twin: Batch, by: Person | None) -> Batch:
    submission.state = State.WITHDRAWN
    submission.closed_at = timezone.now()
    submission.save(update_fields=["state", "closed_at"])
    detail = {"same_as": str(twin.pk)}
    record("submission.same", by=by, subject=("submission", submission.pk), detail=detail)
    preparation.drop(submission.pk)
    return twin


def _open_place(submission: Submission) -> None:
    """A filled slot takes a further file only when it says what it is (design.md 6)."""
    if submission.adds_id or submission.replaces_id or is_event(submission.period):
        return
    latest = (
        Batch.objects.filter(
            slot__unit=submission.unit,
            slot__resource=submission.resource,
            slot__period=submission.period,
            replaced_by=None,
        )
        .order_by("-version")
        .first()
    )
    if latest:
        raise Refused(
            "slot_filled",
            f"本期已有入库批次 {latest.number}：请选择“补充”（在其后追加）或“更正”（整批替换）",
            str(latest.pk),
        )


def is_event(period: str) -> bool:
    """Whether files for this period always add: an event day (2026-09-15) or a request's number."""
    return len(period) == 10 and period[4] == "-" == period[7]


def _write(identity: str, submission: Submission, prepared: Prepared) -> list[_File]:
    """Everything into the lake, durably, before the ledger speaks of it."""
    lake = Lake(settings.LAKE)
    files = []
    for part in prepared.parts:
        rows = part.rows.with_columns(
            pl.lit(identity).alias("_batch"),
            pl.lit(submission.unit).alias("_unit"),
            pl.lit(submission.period).alias("_period"),
            pl.lit(part.index, dtype=pl.UInt16).alias("_part"),
        )
        name = f"{part.table}/{identity}-{part.index}"
        files.append(_File("rows", part.table, part.index, lake.write(name, rows)))
    name = f"_findings/{identity}"
    files.append(_File("findings", "_findings", 0, lake.write(name, prepared.findings)))
    for index, (table, box) in enumerate(sorted(prepared.sealed.items())):
        stored = lake.write_bytes(f"_sealed/{identity}-{index}.sealed", box)
        files.append(_File("sealed", table, index, stored))
    return files


@transaction.atomic
def _enter(
    identity: UUID, submission: Submission, prepared: Prepared, files: list[_File], by: Person | None
) -> Batch:
    """The ledger rows: slot locked, version counted, the act and its event together."""
    slot, _ = Slot.objects.select_for_update().get_or_create(
        unit=submission.unit, resource=submission.resource, period=submission.period
    )
    _open_place(submission)
    slot.version += 1
    slot.save(update_fields=["version"])
    batch = Batch.objects.create(
        id=identity,
        slot=slot,
        version=slot.version,
        submission=submission,
        kind="replaces" if submission.replaces_id else "adds" if submission.adds_id else "first",
        content=prepared.content,
        rows=prepared.accepted,
        definitions=submission.definitions,
        committed_at=timezone.now(),
        committed_by=by,
    )
    LakeFile.objects.bulk_create(
        LakeFile(batch=batch, role=file.role, table=file.table, part=file.part, **vars(file.stored))
        for file in files
    )
    _replace(submission, batch)
    submission.state = State.COMMITTED
    submission.closed_at = batch.committed_at
    submission.save(update_fields=["state", "closed_at"])
    _receipt(batch, submission)
    satisfy(
        unit=submission.unit,
        resource=submission.resource,
        period=submission.period,
        received_at=submission.received_at,
    )
    detail = {"batch": str(batch.pk), "rows": batch.rows, "set_aside": prepared.set_aside, "kind": batch.kind}
    record("batch.committed", by=by, subject=("submission", submission.pk), duty="submit_file", detail=detail)
    return batch


def _replace(submission: Submission, batch: Batch) -> None:
    old = submission.replaces
    if old is None:
        return
    if old.replaced_by_id:
        raise Refused(
            "replaced_already", f"批次 {old.number} 已被更正过，请以最新一批为准", str(old.replaced_by_id)
        )
    old.replaced_by, old.replaced_at = batch, batch.committed_at
    old.save(update_fields=["replaced_by", "replaced_at"])


def _receipt(batch: Batch, submission: Submission) -> Receipt:
    day = batch.committed_at.astimezone(dt.timezone(dt.timedelta(hours=8)))
    number = f"{day:%Y%m%d}-{batch.number}-{batch.pk.hex[-6:]}"
    text = receipt_text(number, batch, submission)
    digest = hashlib.new("sm3", json.dumps(text, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    return Receipt.objects.create(number=number, batch=batch, issued_at=batch.committed_at, digest=digest)


def receipt_text(number: str, batch: Batch, submission: Submission) -> dict[str, object]:
    """What a receipt says, in one canonical form: the text under its hash."""
    return {
        "number": number,
        "batch": str(batch.pk),
        "unit": submission.unit,
        "resource": submission.resource,
        "period": submission.period,
        "file": submission.file_digest,
        "content": batch.content,
        "rows": submission.rows,
        "accepted": submission.accepted,
        "set_aside": submission.set_aside,
        "received_at": submission.received_at.astimezone(dt.UTC).isoformat(timespec="milliseconds"),
        "committed_at": batch.committed_at.astimezone(dt.UTC).isoformat(timespec="milliseconds"),
    }
