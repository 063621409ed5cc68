"""提建议 does not lie unseen: who answers for it hears of it, who made it hears the answer."""

from __future__ import annotations

from django.db import transaction

from gongzhi.audit.actions import record
from gongzhi.editions.models import Suggestion
from gongzhi.editions.queries import standing
from gongzhi.editions.states import Answer, Standing
from gongzhi.organisation.models import Person
from gongzhi.work.models import Told
from gongzhi.work.queries import answering, everybody, holders

from .telling import told_once

MADE, ANSWERED, IN_FORCE = 0, 1, 2
"""The rungs of a suggestion, told once each."""
CARRIED = {Standing.IN_FORCE, Standing.SUPERSEDED, Standing.RETIRED}
RUNGS = {MADE: "made", ANSWERED: "answered", IN_FORCE: "in_force"}


def tell_of_suggestions() -> int:
    """Put what is new into the messages of the day; may run twice. Returns how many suggestions were told."""
    known = set(Told.objects.filter(matter__startswith="suggestion:").values_list("matter", "days"))
    found = Suggestion.objects.select_related("owner", "made_by", "edition").order_by("pk")
    waiting = [(one, rung) for one in found for rung in _rungs(one)]
    return sum(_tell(one, rung) for one, rung in waiting if (_matter(one), rung) not in known)


def _matter(suggestion: Suggestion) -> str:
    return f"suggestion:{suggestion.pk}"


def _rungs(suggestion: Suggestion) -> list[int]:
    """What there is to tell of it now; that it is answered before that it is carried out."""
    if suggestion.state == Answer.OPEN:
        return [MADE]
    edition = suggestion.edition
    counts = edition is not None and standing(edition) in CARRIED
    return [ANSWERED, IN_FORCE] if counts else [ANSWERED]


@transaction.atomic
def _tell(suggestion: Suggestion, rung: int) -> bool:
    people = _hear(suggestion, rung)
    new = told_once(_matter(suggestion), rung, people, (_said(suggestion, rung), "/suggestions"))
    if new:
        subject = ("suggestion", suggestion.pk)
        detail = {"people": len(people), "rung": RUNGS[rung]}
        record("suggestion.told", by=None, subject=subject, duty="draft_definitions", detail=detail)
    return new


def _hear(suggestion: Suggestion, rung: int) -> list[Person]:
    """Who made it hears the answer, who works for the unit where she has gone; before, who answers for it, or
    the whole office where nobody does.
    """
    if rung != MADE:
        maker = suggestion.made_by
        return [maker] if maker.is_active else answering(suggestion.unit) if suggestion.unit else []
    owner = suggestion.owner
    if owner and owner.is_active:
        return [owner]
    return holders(everybody(), "draft_definitions")


def _said(suggestion: Suggestion, rung: int) -> str:
    if rung == IN_FORCE and (edition := suggestion.edition):
        return f"您对“{suggestion.title}”的建议已在第 {edition.version} 版里改好，现已生效"
    if rung == ANSWERED:
        return f"您对“{suggestion.title}”的建议有了答复：{suggestion.state_label}"
    return f"有人对“{suggestion.title}”提了建议，请答复"
