"""What somebody who leaves her post has in hand, and what of it a successor can carry on."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from gongzhi.editions.models import Edition
from gongzhi.editions.queries import drafts_of
from gongzhi.gate import Sight, allowed, sight_of
from gongzhi.organisation.models import Person
from gongzhi.work.models import Item, Message
from gongzhi.work.states import LABELS, OPEN, State, possible

from .sides import ASSIGNEE, sides_of

DUTIES = ("oversee_unit", "confirm_liaisons")
"""Whoever answers for the posts of a unit: its head, and the office that keeps the register of liaisons."""


@dataclass(frozen=True)
class Handing:
    """What goes from one person to another: items, the part of AB角 in others' items, drafts, reminders.

    `stays` is what the successor's own duties do not let her carry on.
    """

    items: tuple[Item, ...]
    standing_in: tuple[Item, ...]
    drafts: tuple[Edition, ...]
    reminders: tuple[tuple[str, str], ...]  # text, address
    stays: tuple[str, ...]

    @property
    def total(self) -> int:
        return len(self.items) + len(self.standing_in) + len(self.drafts) + len(self.reminders)


def covers(sight: Sight, unit: str) -> bool:
    """Whether the reader may hand over what people of a unit have in hand."""
    return bool(unit) and any(allowed(sight, duty, unit=unit) for duty in DUTIES)


def why_no_stand_in(sight: Sight, item: Item) -> str | None:
    """Why the reader may not name who stands in for the holder of an item, in words; None when she may."""
    if not possible(item.state, "stand_in"):
        return f"{LABELS[State(item.state)]}的事项不能指定AB角"
    if item.person is None:
        return "还没有人签收，签收以后才能指定AB角"
    mine = str(item.person_id) == sight.person and ASSIGNEE in sides_of(sight, item)
    if mine or covers(sight, item.person.unit):
        return None
    return "AB角由签收的人、本单位分管负责人或领导小组办公室指定"


def may_leave(sight: Sight) -> list[Person]:
    """The people whose work the reader may hand over: those of her unit, or of all for the office."""
    people = Person.objects.filter(is_active=True).exclude(unit="").order_by("unit", "name")
    return [one for one in people if covers(sight, one.unit)]


def may_follow(giver: Person) -> list[Person]:
    """Who could carry on: the others of the same unit; those named as her AB角 come first."""
    near = Person.objects.filter(unit=giver.unit, is_active=True).exclude(pk=giver.pk).order_by("name")
    named = set(_held(giver).filter(person=giver).values_list("stand_in", flat=True))
    return sorted(near, key=lambda one: one.pk not in named)


def handing(giver: Person, receiver: Person) -> Handing:
    """All that would go from one to the other now."""
    sight = sight_of(receiver)
    held = list(_held(giver).select_related("person", "stand_in"))
    drafts = list(drafts_of(giver))
    able = [one for one in held if ASSIGNEE in sides_of(sight, one)]
    writes = sight.has("draft_definitions")
    return Handing(
        items=tuple(one for one in able if one.person_id == giver.pk),
        standing_in=tuple(one for one in able if one.person_id != giver.pk),
        drafts=tuple(drafts) if writes else (),
        reminders=tuple(_unread(giver)),
        stays=(
            *(one.title for one in held if one not in able),
            *(() if writes else (f"草稿：{one.title}" for one in drafts)),
        ),
    )


def _held(giver: Person) -> QuerySet[Item]:
    here = Q(unit=giver.unit) | ~Q(cell="")
    return Item.objects.filter(here, Q(person=giver) | Q(stand_in=giver), state__in=OPEN)


def _unread(giver: Person) -> list[tuple[str, str]]:
    unread = Message.objects.filter(person=giver, read_at=None).order_by("day")
    return list(dict.fromkeys((text, address) for one in unread for text, address in one.lines))
