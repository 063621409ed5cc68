"""A change of the definitions does not lie unseen: who may approve it is told, its author what came of it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.audit.models import Event
from gongzhi.editions.models import Edition
from gongzhi.editions.states import State
from gongzhi.organisation.models import Person
from gongzhi.work.models import Told
from gongzhi.work.queries import holding

from .telling import told_once

WAITS, BACK, GONE = 0, 1, 2
"""The rungs of a change, told once each time it is submitted: it waits, was sent back, was given up."""
NEWS = dt.timedelta(7)
"""How long it is news that a draft was given up."""
RUNGS = {WAITS: "submitted", BACK: "sent_back", GONE: "discarded"}
SAID = {
    WAITS: "“{}”的修订已提交，请批准或退回",
    BACK: "您起草的“{}”的修订被退回，请看理由，改好后重新提交",
    GONE: "您起草的“{}”的修订已作废，请看理由",
}
TOGETHER = {
    WAITS: "{} 项修订已一起提交，请批准或退回",
    BACK: "您提交的 {} 项修订被退回，请看理由，改好后重新提交",
}


def tell_of_editions() -> int:
    """Put what waits for approval, and what was not approved, into the messages of the day; may run twice.

    Returns how many were told.
    """
    known = set(Told.objects.filter(matter__startswith="edition:").values_list("matter", "days"))
    asked = Q(state=State.CHECKED) | Q(state=State.DRAFT, checked_at__isnull=False) & ~Q(answer="")
    found = Edition.objects.filter(asked | Q(pk__in=_given_up())).select_related("author").order_by("pk")
    sets = Counter(map(_set, found))
    return sum(
        _tell(one, _rung(one), sets[_set(one)])
        for one in found if (_matter(one), _rung(one)) not in known
    )  # fmt: skip


def _set(edition: Edition) -> tuple[Any, ...]:
    """What was submitted in one act, or sent back with one reason, is one line in a message."""
    shared = {WAITS: edition.checked_at, BACK: edition.answer, GONE: edition.pk}
    return _rung(edition), edition.author_id, shared[_rung(edition)]


def _given_up() -> list[int]:
    """Drafts that somebody else than their author gave up lately."""
    since = timezone.now() - NEWS
    events = Event.objects.filter(verb="edition.discarded", at__gte=since).values_list("subject", "actor")
    by = dict(events)
    drafts = Edition.objects.filter(pk__in=by, author__isnull=False).values_list("pk", "author")
    return [pk for pk, author in drafts if by[str(pk)] != str(author)]


def _rung(edition: Edition) -> int:
    if edition.state == State.CHECKED:
        return WAITS
    return BACK if edition.state == State.DRAFT else GONE


def _matter(edition: Edition) -> str:
    """One that was sent back and submitted again waits anew."""
    return f"edition:{edition.pk}" + (f":{edition.checked_at:%Y%m%d%H%M%S}" if edition.checked_at else "")


@transaction.atomic
def _tell(edition: Edition, rung: int, several: int) -> bool:
    people = _hear(edition, rung)
    line = (SAID[rung].format(edition.title), f"/editions/{edition.pk}")
    if several > 1:  # the same line for each of them, so that a message has it once
        line = (TOGETHER[rung].format(several), "/editions")
    new = told_once(_matter(edition), rung, people, line)
    if new:
        subject, detail = ("edition", edition.pk), {"people": len(people), "rung": RUNGS[rung]}
        record("edition.told", by=None, subject=subject, duty="approve_definitions", detail=detail)
    return new


def _hear(edition: Edition, rung: int) -> list[Person]:
    if rung == WAITS:
        return [one for one in holding("approve_definitions") if not edition.written_by(one)]
    author = edition.author
    return [author] if author and author.is_active else []
