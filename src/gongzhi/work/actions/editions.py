"""An edition that waits for a second person does not lie unseen: who may approve it is told."""

from __future__ import annotations

from django.db import transaction

from gongzhi.audit.actions import record
from gongzhi.editions.models import Edition
from gongzhi.editions.states import State
from gongzhi.work.models import Told
from gongzhi.work.queries import holding

from .telling import told_once


def tell_of_editions() -> int:
    """Put what waits for approval into the messages of the day; may run twice. Returns how many were told."""
    known = set(Told.objects.filter(matter__startswith="edition:").values_list("matter", flat=True))
    waiting = Edition.objects.filter(state=State.CHECKED).order_by("pk")
    return sum(_tell(one) for one in waiting if _matter(one) not in known)


def _matter(edition: Edition) -> str:
    """One that was sent back and submitted again waits anew."""
    return f"edition:{edition.pk}:{edition.checked_at:%Y%m%d%H%M%S}"


@transaction.atomic
def _tell(edition: Edition) -> bool:
    people = [one for one in holding("approve_definitions") if not edition.written_by(one)]
    line = (f"“{edition.title}”的修订已提交，请批准或退回", f"/editions/{edition.pk}")
    new = told_once(_matter(edition), 0, people, line)
    if new:
        subject, detail = ("edition", edition.pk), {"people": len(people)}
        record("edition.told", by=None, subject=subject, duty="approve_definitions", detail=detail)
    return new
