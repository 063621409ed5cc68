"""Exports that are not given at once: asked, agreed to by another, made by the worker, fetched, removed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.disclosure.models import Export
from gongzhi.disclosure.queries import approvers, kept_at
from gongzhi.disclosure.states import ExportState
from gongzhi.engine.crypto import seal_file
from gongzhi.organisation.models import Person

from .refusal import Refused

APPROVE = "approve_reveal"


@dataclass(frozen=True)
class Wanted:
    """A list that somebody wants to take away: where it is, filtered how, how many rows, of what kind."""

    title: str
    address: str
    filters: Sequence[tuple[str, str]]
    rows: int
    guarded: bool  # personal data or tax secrets
    approval: bool  # by another person


@transaction.atomic
def ask_for_export(*, wanted: Wanted, reason: str, by: Person) -> Export:
    """Put the export down: for another person to agree to, or for the worker. Asking twice is asking once."""
    Person.objects.select_for_update().get(pk=by.pk)
    under_way = (ExportState.ASKED, ExportState.WAITING)
    same = Export.objects.filter(person=by, address=wanted.address, state__in=under_way).first()
    if same:
        return same
    if wanted.approval and not approvers(by):
        raise Refused(("", "本单位没有可以批准的人，请与领导小组办公室联系"), code="not_allowed")
    asked = Export.objects.create(
        person=by, unit=by.unit, title=wanted.title, address=wanted.address, filters=list(wanted.filters),
        rows=wanted.rows, guarded=wanted.guarded, reason=reason.strip(), asked_at=timezone.now(),
        state=ExportState.ASKED if wanted.approval else ExportState.WAITING,
    )  # fmt: skip
    detail = {"title": asked.title, "rows": asked.rows, "guarded": asked.guarded}
    record("export.asked", by=by, subject=("export", asked.pk), duty="export_rows", detail=detail)
    return asked


@transaction.atomic
def decide_export(*, export: Export, granted: bool, by: Person) -> None:
    """Agree or decline, as another person of the same unit whose duty it is.

    Refused for oneself, in return for an agreement of the same day, and once it is decided.
    """
    asked = Export.objects.select_for_update().get(pk=export.pk)
    if asked.state != ExportState.ASKED:
        raise Refused(("", "这项申请已经答复"))
    if by.pk == asked.person_id or by not in approvers(asked.person):
        raise Refused(("", "只能由本单位负责批准的另一人答复"), code="not_allowed")
    since = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    mine = Export.objects.filter(person=by, decided_by=asked.person_id, decided_at__gte=since)
    if granted and mine.exclude(state=ExportState.DECLINED).exists():
        raise Refused(("", "今天您的申请由对方批准，不能再由您批准对方的申请，请由其他人答复"))
    asked.state = ExportState.WAITING if granted else ExportState.DECLINED
    asked.decided_by, asked.decided_at = by, timezone.now()
    asked.save(update_fields=["state", "decided_by", "decided_at"])
    detail = {"granted": granted, "rows": asked.rows, "person": str(asked.person_id)}
    record("export.decided", by=by, subject=("export", asked.pk), duty=APPROVE, detail=detail)


def keep_export(*, export: Export, file: BinaryIO, name: str, hours: int, by: Person | None) -> None:
    """Seal the file that was made, then say that it can be fetched; until then nobody can."""
    target = kept_at(export)
    aside = target.with_suffix(".aside")
    with aside.open("wb") as out:
        sealed = seal_file(settings.KEYS.current("original"), file, out)
    aside.rename(target)
    until = timezone.now() + dt.timedelta(hours=hours)
    with transaction.atomic():
        Export.objects.filter(pk=export.pk, state=ExportState.WAITING).update(
            state=ExportState.READY, name=name, digest=sealed.digest, size=sealed.size, until=until
        )
        detail = {"title": export.title, "bytes": sealed.size, "digest": sealed.digest}
        record("export.made", by=by, subject=("export", export.pk), detail=detail)


@transaction.atomic
def fail_export(*, export: Export, why: str, by: Person | None) -> None:
    """It cannot be made: the list is not hers to take away any more."""
    Export.objects.filter(pk=export.pk, state=ExportState.WAITING).update(state=ExportState.FAILED)
    record("export.failed", by=by, subject=("export", export.pk), outcome="refused", detail={"why": why})


@transaction.atomic
def fetch_export(*, export: Export, by: Person) -> Path:
    """The sealed file, for her who asked and nobody else, until it expires; each fetching leaves an event."""
    found = Export.objects.get(pk=export.pk)
    if found.person_id != by.pk or not found.open_at(timezone.now()):
        raise Refused(("", "这份文件已过期，请重新导出"), code="gone")
    detail = {"title": found.title, "rows": found.rows, "digest": found.digest}
    record("export.fetched", by=by, subject=("export", found.pk), duty="export_rows", detail=detail)
    return kept_at(found)


def remove_expired(*, by: Person | None) -> int:
    """Remove the files whose time is over; what was taken away stays on record."""
    over = Export.objects.filter(state=ExportState.READY, until__lte=timezone.now()).exclude(digest="")
    for one in over:
        kept_at(one).unlink(missing_ok=True)
        with transaction.atomic():
            Export.objects.filter(pk=one.pk).update(digest="")
            record("export.removed", by=by, subject=("export", one.pk))
    return len(over)
