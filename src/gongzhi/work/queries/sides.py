"""On which side of an item somebody stands, and which verbs that side has."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from gongzhi.editions.queries import in_force
from gongzhi.gate import Sight, sight_of
from gongzhi.organisation.models import Person
from gongzhi.work.models import Item
from gongzhi.work.states import IN_HAND, possible

ASSIGNEE, REVIEWER = "assignee", "reviewer"
_OF_THE_HOLDER = {"submit", "finish", "ask_time"}


def _covers(sight: Sight, duty: str, item: Item) -> bool:
    if item.unit:
        return item.unit in sight.units(duty)
    cells = sight.cells(duty)
    return not isinstance(cells, frozenset) or any(item.cell.startswith(cell) for cell in cells)


def sides_of(sight: Sight, item: Item) -> set[str]:
    """The sides on which the reader stands. Nobody judges what she carried out herself.

    The assignee's side is the post's: whoever holds the duty in the item's own unit or cell. The reviewer's
    side belongs to the unit that gave it, and for what the machine opened to everybody with the duty there.
    """
    kind, found = in_force().work[item.kind], set()
    at_home = sight.unit == item.unit if item.unit else item.cell in {held.cell for held in sight.held}
    if at_home and _covers(sight, kind.assignee, item):
        found.add(ASSIGNEE)
    gave = str(item.given_by_id) == sight.person or (not item.given_unit or item.given_unit == sight.unit)
    if gave and _covers(sight, kind.reviewer, item) and str(item.person_id) != sight.person:
        found.add(REVIEWER)
    return found


def may(sight: Sight, item: Item, verb: str) -> bool:
    """Whether the reader may say `verb` now: the state knows it, her side has it, and it is in her hands."""
    kind = in_force().work[item.kind]
    if not possible(item.state, verb) or not sides_of(sight, item) & set(kind.may.get(verb, ())):  # type: ignore[call-overload]  # a verb of another kind is simply not there
        return False
    holds = sight.person in {str(item.person_id), str(item.stand_in_id)}
    if verb in _OF_THE_HOLDER:
        return holds
    if verb == "take":
        return str(item.person_id) != sight.person or item.state not in IN_HAND
    return verb != "decide_time" or item.wanted_due is not None


def verbs_of(sight: Sight, item: Item) -> list[str]:
    """All that the reader may do with an item now, in the order of the kind's definition."""
    return [verb for verb in in_force().work[item.kind].may if may(sight, item, verb)]


def colleagues(item: Item, but: Person) -> QuerySet[Person]:
    """Those of the item's post who could stand in: who may carry it out, and nobody else."""
    return Person.objects.filter(pk__in=_able(item)).exclude(pk=but.pk).order_by("name")


def _able(item: Item) -> list[UUID]:
    """Everybody whose post may carry the item out."""
    people = Person.objects.filter(is_active=True)
    near = people.filter(unit=item.unit) if item.unit else people.filter(grants__cell=item.cell).distinct()
    return [one.pk for one in near if ASSIGNEE in sides_of(sight_of(one), item)]
