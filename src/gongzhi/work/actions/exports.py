"""An export that others must agree to does not lie unseen: each is told her turn, who asked is told a no."""

from __future__ import annotations

from django.db import transaction

from gongzhi.audit.actions import record
from gongzhi.disclosure.models import Export
from gongzhi.disclosure.queries import approvers, asked_exports, countersigners
from gongzhi.disclosure.states import ExportState
from gongzhi.organisation.models import Person
from gongzhi.work.models import Told

from .telling import told_once

RUNGS = {ExportState.ASKED: 0, ExportState.AGREED: 1, ExportState.DECLINED: 2}
"""The rungs of an export, told once each."""


def tell_of_exports() -> int:
    """Put what waits for a word into the messages of the day; may run twice. Returns how many were told."""
    known = set(Told.objects.filter(matter__startswith="export:").values_list("matter", "days"))
    return sum(_tell(one) for one in asked_exports() if (_matter(one), _rung(one)) not in known)


def _matter(export: Export) -> str:
    return f"export:{export.pk}"


def _rung(export: Export) -> int:
    return RUNGS[ExportState(export.state)]


@transaction.atomic
def _tell(export: Export) -> bool:
    people = _hear(export)
    new = told_once(_matter(export), _rung(export), people, (_said(export), "/exports"))
    if new:
        detail = {"people": len(people), "rung": export.state}
        record("export.told", by=None, subject=("export", export.pk), duty="export_rows", detail=detail)
    return new


def _hear(export: Export) -> list[Person]:
    if export.state == ExportState.ASKED:
        return approvers(export.person)
    if export.state == ExportState.AGREED:
        return [one for one in countersigners(export.person) if one.pk != export.decided_by_id]
    return [export.person] if export.person.is_active else []


def _said(export: Export) -> str:
    """Without who asked, and without the values of the filter: it may go out in a mail."""
    if export.state == ExportState.ASKED:
        return f"本单位有人申请导出“{export.title}”，请答复"
    if export.state == ExportState.AGREED:
        return f"有人申请导出“{export.title}”，本单位已批准，请会签"
    return f"您申请导出的“{export.title}”没有获准"
