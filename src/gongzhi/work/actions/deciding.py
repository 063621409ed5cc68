"""What was done is put before who gave it, who accepts it or gives it back."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from gongzhi.audit.actions import record
from gongzhi.organisation.models import Person
from gongzhi.work.models import Item
from gongzhi.work.states import OPEN

from .refused import Refused
from .trail import duty_of, locked, moved, words


@transaction.atomic
def submit(*, item: Item, answer: dict[str, Any], by: Person) -> Item:
    """办完送审. `answer` was checked by the form of the kind. Refused while pieces of it are open."""
    now = _whole(locked(item, "submit", by))
    moved(now, "submit", by, answer=answer)
    record("work.submitted", by=by, subject=("work", now.pk), duty=duty_of(now, "assignee"))
    return now


@transaction.atomic
def finish(*, item: Item, answer: dict[str, Any], by: Person) -> Item:
    """办结 in the assignee's own hands, for kinds that nobody judges."""
    now = _whole(locked(item, "finish", by))
    moved(now, "finish", by, answer=answer)
    record("work.finished", by=by, subject=("work", now.pk), duty=duty_of(now, "assignee"))
    return now


def _whole(item: Item) -> Item:
    left = item.pieces.filter(state__in=OPEN).count()
    if left:
        raise Refused(f"还有 {left} 个部分没有办结，请先办完")
    return item


@transaction.atomic
def accept(*, item: Item, note: str, by: Person) -> Item:
    """审核通过, by somebody else than who carried it out."""
    now = locked(item, "accept", by)
    moved(now, "accept", by, note=words(note))
    record("work.accepted", by=by, subject=("work", now.pk), duty=duty_of(now, "reviewer"))
    return now


@transaction.atomic
def send_back(*, item: Item, note: str, by: Person) -> Item:
    """退回: to be done again, and what is missing."""
    now = locked(item, "send_back", by)
    moved(now, "send_back", by, note=words(note, needed="退回的理由"))
    record("work.sent_back", by=by, subject=("work", now.pk), duty=duty_of(now, "reviewer"))
    return now
