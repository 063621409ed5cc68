"""Several drafts submitted, approved, sent back or given up as one: all of them, or none with what hinders.

The checks run on the set as it will stand, so that what refers to one another can come into force together.
They may run every rule, so they run before anything is locked; inside the transaction the same set is only
looked up, and run anew where something was changed meanwhile.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from django.db import transaction
from django.utils import timezone

from gongzhi.editions.models import Edition
from gongzhi.editions.queries import problems_together
from gongzhi.editions.states import NotPossible, after
from gongzhi.organisation.models import Person

from .deciding import (
    Faulty,
    give_back,
    give_up,
    may_approve,
    may_send_back,
    may_submit,
    publish,
    put,
    put_forward,
)
from .publishing import locked, stamped

NONE_DONE = "一项也没有办：有 {} 处不行，改正或取消勾选后再办"


def submit_together(
    *, editions: Sequence[Edition], since: dt.date, reason: str, document: str = "", by: Person
) -> list[Edition]:
    """Submit drafts for approval from one day; raises `Faulty` with all that hinders any of them."""
    if not reason.strip():
        raise NotPossible("请写明为什么改")

    def ready(drafts: list[Edition]) -> None:
        _each(drafts, lambda draft: may_submit(draft, since, by))
        for draft in drafts:
            put(draft, since, reason, document, by)
        _sound(drafts)

    ready(_read(editions))
    with transaction.atomic():
        drafts = _held(editions)
        ready(drafts)
        now = timezone.now()  # one instant for all: who is told of them is told once
        for draft in drafts:
            put_forward(draft, by, now)
    return drafts


def approve_together(*, editions: Sequence[Edition], by: Person) -> list[Edition]:
    """A second person approves drafts as one; raises `Faulty` with all that hinders any of them."""

    def ready(drafts: list[Edition]) -> None:
        _each(drafts, lambda draft: may_approve(draft, by))
        _sound(drafts)

    ready(_read(editions))
    with transaction.atomic():
        row = locked()
        drafts = _held(editions)
        ready(drafts)
        for draft in drafts:
            publish(draft, by)
        stamped(row)
    return drafts


@transaction.atomic
def send_back_together(*, editions: Sequence[Edition], reason: str, by: Person) -> list[Edition]:
    """The second person gives drafts back with one reason."""
    if not reason.strip():
        raise NotPossible("请写明退回的理由")
    drafts = _held(editions)
    _each(drafts, lambda draft: may_send_back(draft, by))
    for draft in drafts:
        give_back(draft, reason, by)
    return drafts


@transaction.atomic
def discard_together(*, editions: Sequence[Edition], reason: str, by: Person) -> list[Edition]:
    """Drafts are given up with one reason; each stays readable with it."""
    if not reason.strip():
        raise NotPossible("请写明作废的理由")
    drafts = _held(editions)
    _each(drafts, lambda draft: after(draft.state, "discard"))
    for draft in drafts:
        give_up(draft, reason, by)
    return drafts


def _read(editions: Sequence[Edition]) -> list[Edition]:
    rows = Edition.objects.filter(pk__in=[one.pk for one in editions]).select_related("basis")
    return list(rows.order_by("pk"))


def _held(editions: Sequence[Edition]) -> list[Edition]:
    """The drafts as they are now, held to the end of the transaction, always in the same order."""
    keys = [one.pk for one in editions]
    rows = Edition.objects.select_for_update(of=("self",)).filter(pk__in=keys).select_related("basis")
    return list(rows.order_by("pk"))


def _each(drafts: Sequence[Edition], may: Callable[[Edition], object]) -> None:
    hindered = []
    for draft in drafts:
        try:
            may(draft)
        except NotPossible as error:
            hindered.append(f"“{draft.title}”：{error}")
    if hindered:
        raise Faulty(hindered, NONE_DONE.format(len(hindered)))


def _sound(drafts: Sequence[Edition]) -> None:
    """Two drafts of one piece cannot both come to count; then the checks of the whole set."""
    if faults := _twice(drafts) or problems_together(drafts):
        raise Faulty(faults, NONE_DONE.format(len(faults)))


def _twice(drafts: Sequence[Edition]) -> list[str]:
    seen: set[tuple[str, str]] = set()
    twice = []
    for draft in drafts:
        if (draft.kind, draft.code) in seen:
            twice.append(f"“{draft.title}”有两份草稿，只能选一份")
        seen.add((draft.kind, draft.code))
    return twice
