"""提建议 does not lie unseen: who answers for it hears of it, who made it hears the answer."""

from __future__ import annotations

from django.db import transaction

from gongzhi.audit.actions import record
from gongzhi.editions.models import Suggestion
from gongzhi.editions.states import Answer
from gongzhi.organisation.models import Person
from gongzhi.work.models import Told
from gongzhi.work.queries import everybody, holders

from .telling import told_once

MADE, ANSWERED = 0, 1
"""The two rungs of a suggestion, told once each."""


def tell_of_suggestions() -> int:
    """Put what is new into the messages of the day; may run twice. Returns how many suggestions were told."""
    known = set(Told.objects.filter(matter__startswith="suggestion:").values_list("matter", "days"))
    found = Suggestion.objects.select_related("owner", "made_by").order_by("pk")
    waiting = [(one, _rung(one)) for one in found]
    return sum(_tell(one, rung) for one, rung in waiting if (_matter(one), rung) not in known)


def _matter(suggestion: Suggestion) -> str:
    return f"suggestion:{suggestion.pk}"


def _rung(suggestion: Suggestion) -> int:
    return MADE if suggestion.state == Answer.OPEN else ANSWERED


@transaction.atomic
def _tell(suggestion: Suggestion, rung: int) -> bool:
    people = _hear(suggestion, rung)
    new = told_once(_matter(suggestion), rung, people, (_said(suggestion, rung), "/suggestions"))
    if new:
        subject = ("suggestion", suggestion.pk)
        detail = {"people": len(people), "answered": rung == ANSWERED}
        record("suggestion.told", by=None, subject=subject, duty="draft_definitions", detail=detail)
    return new


def _hear(suggestion: Suggestion, rung: int) -> list[Person]:
    """Who made it hears the answer; before, who answers for it, or the whole office where nobody does."""
    if rung == ANSWERED:
        return [suggestion.made_by] if suggestion.made_by.is_active else []
    owner = suggestion.owner
    if owner and owner.is_active:
        return [owner]
    return holders(everybody(), "draft_definitions")


def _said(suggestion: Suggestion, rung: int) -> str:
    if rung == ANSWERED:
        return f"您对“{suggestion.title}”的建议有了答复：{suggestion.state_label}"
    return f"有人对“{suggestion.title}”提了建议，请答复"
