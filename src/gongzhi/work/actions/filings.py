"""联络员备案 does not lie unseen: the office hears that one waits, who handed it in what was decided."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.organisation.models import Filing, Person
from gongzhi.organisation.queries import unit_name
from gongzhi.work.models import Told
from gongzhi.work.queries import holding, liaisons

from .telling import told_once

RUNGS = {"submitted": 0, "filed": 1, "returned": 2}
"""The rungs of a filing, told once each."""
_NEWS = dt.timedelta(days=7)  # what was decided long before anybody was told of it is no news


def tell_of_filings() -> int:
    """Put what waits and what was decided into the messages of the day; may run twice. Returns how many."""
    known = set(Told.objects.filter(matter__startswith="filing:").values_list("matter", "days"))
    decided = Q(state__in=("filed", "returned"), decided_at__gte=timezone.now() - _NEWS)
    found = Filing.objects.filter(Q(state="submitted") | decided).select_related("submitted_by")
    return sum(_tell(one) for one in found.order_by("pk") if (_matter(one), RUNGS[one.state]) not in known)


def _matter(filing: Filing) -> str:
    return f"filing:{filing.pk}"


@transaction.atomic
def _tell(filing: Filing) -> bool:
    people = _hear(filing)
    new = told_once(_matter(filing), RUNGS[filing.state], people, _said(filing))
    if new:
        detail = {"people": len(people), "rung": filing.state}
        record("filing.told", by=None, subject=("unit", filing.unit), duty="confirm_liaisons", detail=detail)
    return new


def _hear(filing: Filing) -> list[Person]:
    if filing.state == "submitted":
        return [one for one in holding("confirm_liaisons") if one.pk != filing.submitted_by_id]
    return [filing.submitted_by] if filing.submitted_by.is_active else liaisons(filing.unit)


def _said(filing: Filing) -> tuple[str, str]:
    """Without the names and telephones of the posts."""
    if filing.state == "submitted":
        return f"{unit_name(filing.unit)}提交了联络员备案，请办理", f"/liaisons/{filing.pk}"
    if filing.state == "filed":
        return f"本单位的联络员备案已办好，回执号 {filing.number}", "/liaisons/mine"
    return "本单位的联络员备案被退回，请看理由，改好后重新提交", "/liaisons/mine"
