"""Exports that are kept: given, or agreed to by two others, made by the worker, fetched, removed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.disclosure.models import Export
from gongzhi.disclosure.queries import (
    KEEPS,
    approvers,
    countersigners,
    kept_at,
    most_at_once,
    resume_minutes,
    valid_until,
    watched,
)
from gongzhi.disclosure.states import ExportState
from gongzhi.engine.crypto import seal_file
from gongzhi.organisation.models import Person

from .refusal import Refused

APPROVE = "approve_reveal"
MOST_ADDRESS = 4_000  # characters that are kept of an address


@dataclass(frozen=True)
class Wanted:
    """A list that somebody wants to take away: where it is, filtered how, how many rows, of what kind."""

    title: str
    address: str
    filters: Sequence[tuple[str, str]]
    rows: int
    guarded: bool  # more of enterprises or persons than the public knows


@transaction.atomic
def give_at_once(*, wanted: Wanted, by: Person) -> bool:
    """Whether the file may be had now; what is guarded is counted, so that pieces count together.

    Not when it is too long to wait for, nor when others have to agree.
    """
    if wanted.rows > most_at_once():
        return False
    if not wanted.guarded:
        return True
    Person.objects.select_for_update().get(pk=by.pk)
    if watched(by, wanted.title).over(wanted.rows):
        return False
    _kept(replace(wanted, address=""), ExportState.GIVEN, "", by)
    return True


@transaction.atomic
def ask_for_export(*, wanted: Wanted, reason: str, by: Person) -> Export:
    """Put the export down: for two others to agree to, or for the worker. Asking twice is asking once."""
    Person.objects.select_for_update().get(pk=by.pk)
    under_way = (ExportState.ASKED, ExportState.AGREED, ExportState.WAITING)
    if len(wanted.address) > MOST_ADDRESS:
        raise Refused(("", "筛选条件太多，请减少几个条件再导出"))
    same = Export.objects.filter(person=by, address=wanted.address, state__in=under_way).first()
    if same:
        return same
    words = wanted.guarded and watched(by, wanted.title).over(wanted.rows)
    if words:
        _somebody_can_agree(by)
    asked = _kept(wanted, ExportState.ASKED if words else ExportState.WAITING, reason.strip(), by)
    detail = {"title": asked.title, "rows": asked.rows, "guarded": asked.guarded}
    record("export.asked", by=by, subject=("export", asked.pk), duty="export_rows", detail=detail)
    return asked


def _kept(wanted: Wanted, state: ExportState, reason: str, by: Person) -> Export:
    return Export.objects.create(
        person=by, unit=by.unit, title=wanted.title, address=wanted.address, filters=list(wanted.filters),
        rows=wanted.rows, guarded=wanted.guarded, reason=reason, asked_at=timezone.now(), state=state,
    )  # fmt: skip


def _somebody_can_agree(by: Person) -> None:
    if not approvers(by):
        said = "本单位没有可以批准的另一人，请安全管理员为本单位的分管负责人授权后再申请"
        raise Refused(("", said), code="not_allowed")
    if not countersigners(by):
        raise Refused(("", "没有可以会签的安全管理员，请与领导小组办公室联系"), code="not_allowed")


@transaction.atomic
def decide_export(*, export: Export, granted: bool, by: Person) -> None:
    """Agree or decline: first another of the same unit whose duty it is, then a security administrator.

    The three are three persons. Refused in return for an agreement of the same day, and once it is decided.
    """
    asked = Export.objects.select_for_update().get(pk=export.pk)
    if asked.state not in {ExportState.ASKED, ExportState.AGREED}:
        raise Refused(("", "这项申请已经答复"))
    first = asked.state == ExportState.ASKED
    _may_answer(asked, first=first, by=by)
    if granted and _in_return(asked, by):
        raise Refused(("", "今天您的申请由对方批准，不能再由您批准对方的申请，请由其他人答复"))
    if first:
        asked.decided_by, asked.decided_at = by, timezone.now()
        agreed = ExportState.AGREED
    else:
        asked.countersigned_by, asked.countersigned_at = by, timezone.now()
        agreed = ExportState.WAITING
    asked.state = agreed if granted else ExportState.DECLINED
    asked.save()
    detail = {"granted": granted, "rows": asked.rows, "person": str(asked.person_id)}
    duty = APPROVE if first else KEEPS
    record("export.decided", by=by, subject=("export", asked.pk), duty=duty, detail=detail)


def _may_answer(asked: Export, *, first: bool, by: Person) -> None:
    if by.pk in {asked.person_id, asked.decided_by_id}:
        raise Refused(("", "申请、批准、会签须是三个人，请由另一人答复"), code="not_allowed")
    if first and by not in approvers(asked.person):
        raise Refused(("", "只能由本单位负责批准的另一人答复"), code="not_allowed")
    if not first and by not in countersigners(asked.person):
        raise Refused(("", "本单位已批准，现在由安全管理员会签"), code="not_allowed")


def _in_return(asked: Export, by: Person) -> bool:
    since = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    mine = Export.objects.filter(person=by).exclude(state=ExportState.DECLINED)
    other = asked.person_id
    return (
        mine.filter(decided_by=other, decided_at__gte=since).exists()
        or mine.filter(countersigned_by=other, countersigned_at__gte=since).exists()
    )


def keep_export(*, export: Export, file: BinaryIO, name: str, by: Person | None) -> None:
    """Seal the file that was made, then say that it can be fetched; until then nobody can."""
    target = kept_at(export)
    aside = target.with_suffix(".aside")
    with aside.open("wb") as out:
        sealed = seal_file(settings.KEYS.current("original"), file, out)
    aside.rename(target)
    with transaction.atomic():
        Export.objects.filter(pk=export.pk, state=ExportState.WAITING).update(
            state=ExportState.READY, name=name, digest=sealed.digest, size=sealed.size,
            until=valid_until(timezone.now()),
        )  # fmt: skip
        detail = {"title": export.title, "bytes": sealed.size, "digest": sealed.digest}
        record("export.made", by=by, subject=("export", export.pk), detail=detail)


@transaction.atomic
def fail_export(*, export: Export, why: str, by: Person | None) -> None:
    """It cannot be made: the list is not hers to take away any more."""
    Export.objects.filter(pk=export.pk, state=ExportState.WAITING).update(state=ExportState.FAILED)
    record("export.failed", by=by, subject=("export", export.pk), outcome="refused", detail={"why": why})


@transaction.atomic
def fetch_export(*, export: Export, by: Person) -> Path:
    """The sealed file, for her who asked and nobody else, until it expires; each fetching leaves an event.

    From the first fetching of guarded rows a short time runs, in which a broken one may be taken up again.
    """
    found, now = Export.objects.select_for_update().get(pk=export.pk), timezone.now()
    if found.person_id == by.pk and found.state == ExportState.TAKEN:
        raise Refused(("", "这份文件已下载过，只能下载一次；仍需要的，请重新导出"), code="gone")
    if found.person_id != by.pk or not found.open_at(now) or not kept_at(found).exists():
        raise Refused(("", "这份文件已过期，请重新导出"), code="gone")
    if found.guarded and found.begun_at is None:
        again = now + dt.timedelta(minutes=resume_minutes())
        found.begun_at, found.until = now, min(again, found.until or again)
        found.save(update_fields=["begun_at", "until"])
    detail = {"title": found.title, "rows": found.rows, "digest": found.digest}
    record("export.fetched", by=by, subject=("export", found.pk), duty="export_rows", detail=detail)
    return kept_at(found)


@transaction.atomic
def take_export(*, export: Export, by: Person) -> None:
    """Guarded rows were fetched whole: the file is gone. What is not guarded stays until it expires."""
    found = Export.objects.select_for_update().get(pk=export.pk)
    if not found.guarded or found.state != ExportState.READY:
        return
    found.state, found.digest = ExportState.TAKEN, ""
    found.save(update_fields=["state", "digest"])
    record("export.removed", by=by, subject=("export", found.pk), detail={"why": "fetched"})
    kept_at(found).unlink(missing_ok=True)


def remove_expired(*, by: Person | None) -> int:
    """Remove the files whose time is over; what was taken away stays on record."""
    over = Export.objects.filter(state=ExportState.READY, until__lte=timezone.now()).exclude(digest="")
    for one in over:
        kept_at(one).unlink(missing_ok=True)
        with transaction.atomic():
            Export.objects.filter(pk=one.pk).update(digest="")
            record("export.removed", by=by, subject=("export", one.pk), detail={"why": "expired"})
    return len(over)
