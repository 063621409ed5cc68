"""Who stands in a row: the viewer herself, somebody from whom she is recused, somebody who is protected."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from enum import StrEnum
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from gongzhi.disclosure.models import Allowance, Guard
from gongzhi.disclosure.states import State
from gongzhi.gate import Sight
from gongzhi.organisation.models import Person

from .purposes import MaskedRow

KEEPS = "administer_grants"
"""Who keeps the list: whoever gives roles and quotas."""


class Standing(StrEnum):
    """What stands between a viewer and a row."""

    NOTHING = ""
    RECUSED = "recused"
    GUARDED = "guarded"


def normal(text: str) -> str:
    """A number or a name without what typing changes."""
    return "".join(unicodedata.normalize("NFKC", text).upper().split())


def in_the_way(row: MaskedRow, values: Collection[str], by: Person) -> Standing:
    """`values` are all originals of the row. Her own name counts as herself: another looks in her place."""
    there = {normal(value) for value in (*values, *row.codes)}
    if normal(by.name) in there:
        return Standing.RECUSED
    struck = [one for one in _in_force(by) if normal(one.subject[0]) in there]
    if any(one.person_id for one in struck):
        return Standing.RECUSED
    return Standing.GUARDED if struck else Standing.NOTHING


def _in_force(by: Person) -> QuerySet[Guard]:
    return Guard.objects.filter(Q(person=None) | Q(person=by), ended_at=None)


def second_word(row: MaskedRow, by: Person) -> Allowance | None:
    """What another person said today of this very row; None when she was not asked."""
    asked = Allowance.objects.filter(
        person=by, day=timezone.localdate(), batch=row.batch, part=row.part, row=row.row
    )
    return asked.order_by("-pk").first()


def may_open(row: MaskedRow, by: Person) -> bool:
    """Whether the second person has allowed this row today."""
    said = second_word(row, by)
    return said is not None and said.state == State.GRANTED


def guards_visible_to(sight: Sight) -> QuerySet[Guard]:
    """All for who keeps the list; else those that say whom the reader herself must not look at."""
    if sight.has(KEEPS):
        return Guard.objects.all()
    return Guard.objects.filter(person=UUID(sight.person)) if sight.person else Guard.objects.none()
