"""Which items a reader sees, which are hers to do, and how they stand."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions import WorkKind
from gongzhi.gate import Sight
from gongzhi.organisation.queries import cell_name, unit_name
from gongzhi.work.models import Item, Step
from gongzhi.work.states import IN_HAND, OPEN, UNTAKEN, State


class Filter(StrEnum):
    """The ready-made views of 我的待办."""

    OPEN = "open"
    UNTAKEN = "untaken"
    IN_HAND = "in_hand"
    REVIEW = "review"
    SOON = "soon"
    LATE = "late"
    GIVEN = "given"
    POST = "post"
    CLOSED = "closed"
    ALL = "all"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Filter.OPEN: "全部待办", Filter.UNTAKEN: "待签收", Filter.IN_HAND: "办理中", Filter.REVIEW: "待审核",
    Filter.SOON: "三天内到期", Filter.LATE: "已逾期", Filter.GIVEN: "我交办的", Filter.POST: "单位、网格在办",
    Filter.CLOSED: "已办结", Filter.ALL: "全部事项",
}  # fmt: skip
_PLACES = 500
_SOON = dt.timedelta(days=3)  # how the view of that name reads; no duty depends on it


def _place(sight: Sight, duty: str) -> Q | None:
    """The items whose unit or cell the duty covers; None when it covers nothing."""
    units, cells = sight.units(duty), sight.cells(duty)
    if not isinstance(units, frozenset):
        return Q()
    found = Q(unit__in=units) if units else None
    for cell in cells if isinstance(cells, frozenset) else ():
        below = Q(cell__startswith=cell)
        found = below if found is None else found | below
    return found


def _covered(sight: Sight, duties: dict[str, str]) -> QuerySet[Item]:
    """Items of each kind (key → duty) that lie where the reader holds the duty."""
    wanted = Q(pk__in=())
    for kind, duty in duties.items():
        place = _place(sight, duty)
        if place is not None:
            wanted |= Q(kind=kind) & place
    return Item.objects.filter(wanted)


GONE = Q(person__is_active=False) | ~Q(unit="") & ~Q(person__unit=F("unit"))
"""Whoever took it is not there any more: her account is closed, or she sits in another unit. Then it stands
in the list of everybody at her post again, and whoever takes it over carries on where she left it."""


def visible_to(sight: Sight) -> QuerySet[Item]:
    """What the reader's post may carry out, what she gave or may judge, what her unit answers for."""
    kinds = in_force().work
    judged = _covered(sight, {key: kind.reviewer for key, kind in kinds.items()})
    overseen = _covered(sight, dict.fromkeys(kinds, "oversee_unit"))
    return assigned_to(sight) | judged | overseen | _given_by(sight)


def search(items: QuerySet[Item], text: str) -> QuerySet[Item]:
    """By number, by title, or by what an item is about."""
    named = Q(title__icontains=text) | Q(subject_title__icontains=text)
    try:
        return items.filter(named | Q(pk=UUID(text)))
    except ValueError:  # no number of an item
        return items.filter(named)


def _given_by(sight: Sight) -> QuerySet[Item]:
    return Item.objects.filter(given_by=UUID(sight.person)) if sight.person else Item.objects.none()


def assigned_to(sight: Sight) -> QuerySet[Item]:
    """What the reader's own post may carry out: of her unit or cell, not of all that she sees."""
    kinds = in_force().work
    covered = _covered(sight, {key: kind.assignee for key, kind in kinds.items()})
    cells = {held.cell for held in sight.held if held.cell}
    return covered.filter(Q(unit=sight.unit or "-") | Q(cell__in=cells))


def views_of(sight: Sight) -> list[Filter]:
    """The views that mean something to the reader; who only answers for a unit sees how its work stands."""
    if not (sight.has("do_work") or sight.has("give_work")):
        return [Filter.POST, Filter.CLOSED, Filter.ALL]
    unmeant = () if kinds_to_give(sight) else (Filter.GIVEN, Filter.REVIEW)
    return [one for one in Filter if one not in unmeant]


def _of_the_post(sight: Sight) -> QuerySet[Item]:
    """What the reader's own post has to do, whoever took it, and what her unit answers for."""
    return assigned_to(sight) | _covered(sight, dict.fromkeys(in_force().work, "oversee_unit"))


def mine(sight: Sight, today: dt.date, which: Filter = Filter.OPEN) -> QuerySet[Item]:
    """One view of 我的待办: what the reader has to do or to judge, or has given."""
    if which is Filter.GIVEN or not sight.person:
        return _given_by(sight)
    person = UUID(sight.person)
    to_do = assigned_to(sight).filter(
        Q(state__in=UNTAKEN) | Q(state__in=IN_HAND) & (Q(person=person) | Q(stand_in=person) | GONE)
    )
    kinds = in_force().work
    to_judge = _covered(sight, {key: kind.reviewer for key, kind in kinds.items()}).filter(
        Q(given_by=person) | Q(given_unit=sight.unit or "-"), state=State.REVIEW
    )
    views = {
        Filter.OPEN: to_do | to_judge,
        Filter.UNTAKEN: to_do.filter(state__in=UNTAKEN),
        Filter.IN_HAND: to_do.filter(state__in=IN_HAND),
        Filter.REVIEW: to_judge,
        Filter.SOON: to_do.filter(due__gte=today, due__lte=today + _SOON),
        Filter.LATE: (to_do | to_judge).filter(due__lt=today),
        Filter.POST: _of_the_post(sight).filter(state__in=OPEN),
        Filter.CLOSED: _of_the_post(sight).exclude(state__in=OPEN),
        Filter.ALL: visible_to(sight),
    }
    return views[which]


def counts(sight: Sight, today: dt.date) -> dict[Filter, int]:
    """How many items each view holds, for the list's head and the workbench."""
    shown = (Filter.OPEN, Filter.UNTAKEN, Filter.REVIEW, Filter.SOON, Filter.LATE)
    return {which: mine(sight, today, which).count() for which in shown}


def with_standing(item: Item, today: dt.date) -> tuple[str, str]:
    """The word of an item's state and its meaning; lateness is computed here and stored nowhere."""
    if item.state not in OPEN:
        return item.state_label, "good" if item.state == State.DONE else "note"
    if item.due < today:
        return f"{item.state_label}，逾期{(today - item.due).days}天", "stop"
    return item.state_label, "warn" if item.state in {State.RETURNED, *UNTAKEN} else "note"


def kind_of(item: Item) -> WorkKind:
    """The kind of an item, as it is in force now."""
    return in_force().work[item.kind]


def kinds_to_give(sight: Sight) -> list[WorkKind]:
    """The kinds that the reader may give by hand."""
    return [kind for kind in in_force().work.values() if kind.given_by_hand and sight.has(kind.reviewer)]


def place_name(item: Item) -> str:
    """The unit or the grid cell that has to do it."""
    return unit_name(item.unit) if item.unit else cell_name(item.cell)


def changed_by(step: Step) -> str:
    """What a step changed that one must know to follow the trail: to whom, until when."""
    said, changes = [], step.changes
    if step.verb == "forward":
        unit, cell = (changes.get(name, ["", ""])[1] for name in ("unit", "cell"))
        said.append(f"转给{unit_name(unit) if unit else cell_name(cell)}")
    if step.verb == "ask_time":
        said.append(f"延到 {changes['wanted_due'][1]}")
    if step.verb == "decide_time" and changes["due"][0] != changes["due"][1]:
        said.append(f"期限 {changes['due'][0]} 改为 {changes['due'][1]}")
    return "，".join(said)


def largest_attachment() -> int:
    """How many MB an attachment may have."""
    value = in_force().parameters["attachment_mib"].at(timezone.localdate())
    return int(value.value) if value else 0


def most_at_once() -> int:
    """How many attachments may be given with an item."""
    value = in_force().parameters["attachments_at_once"].at(timezone.localdate())
    return int(value.value) if value else 0


def places_of(items: QuerySet[Item]) -> list[tuple[str, str]]:
    """The units and grid cells that have some of these items, as choices of a filter."""
    found = items.order_by("unit", "cell").values_list("unit", "cell").distinct()[:_PLACES]
    return [
        (f"unit:{unit}", unit_name(unit)) if unit else (f"cell:{cell}", cell_name(cell))
        for unit, cell in found
    ]


def same_as(sight: Sight, item: Item) -> QuerySet[Item]:
    """Open items of the same kind and place, into which this one could be merged."""
    here = visible_to(sight).filter(kind=item.kind, unit=item.unit, cell=item.cell, state__in=OPEN)
    if item.subject_title:
        here = here.filter(subject_kind=item.subject_kind, subject_title=item.subject_title)
    return here.exclude(pk=item.pk)[:20]
