"""On which side of an item somebody stands, and which verbs that side has."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from gongzhi.editions.queries import in_force
from gongzhi.gate import Sight, sight_of
from gongzhi.organisation.models import Person
from gongzhi.work.models import Item
from gongzhi.work.states import IN_HAND, LABELS, WORDS, State, possible

from .items import place_name

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
    return why_not(sight, item, verb) is None


def why_not(sight: Sight, item: Item, verb: str) -> str | None:
    """Why the reader may not say `verb` now, in words; None when she may."""
    word, kind = WORDS[verb], in_force().work[item.kind]
    sides: tuple[str, ...] = kind.may.get(verb, ())  # type: ignore[call-overload]  # a verb of another kind is simply not there
    if not possible(item.state, verb):
        return f"{LABELS[State(item.state)]}的事项不能{word}"
    if not sides:
        return f"{kind.title}不能{word}"
    if not sides_of(sight, item) & set(sides):
        return _whose(sight, item, verb, sides)
    return _in_whose_hands(sight, item, verb)


def _whose(sight: Sight, item: Item, verb: str, sides: tuple[str, ...]) -> str:
    judges = _covers(sight, in_force().work[item.kind].reviewer, item)
    if ASSIGNEE not in sides and judges and str(item.person_id) == sight.person:
        return f"不能{WORDS[verb]}：自己承办的事项由别人{WORDS[verb]}"
    if len(sides) > 1:
        return f"不能{WORDS[verb]}：这件事由承办或交办的一方{WORDS[verb]}"
    side = "承办的单位或网格" if sides[0] == ASSIGNEE else "交办的一方"
    return f"不能{WORDS[verb]}：这件事由{side}{WORDS[verb]}"


def _in_whose_hands(sight: Sight, item: Item, verb: str) -> str | None:
    if verb in _OF_THE_HOLDER and sight.person not in {str(item.person_id), str(item.stand_in_id)}:
        return f"不能{WORDS[verb]}：这件事不在您手上，由签收的人办理"
    if verb == "take" and str(item.person_id) == sight.person and item.state in IN_HAND:
        return "已经在您手上，不用再签收"
    if verb == "decide_time" and item.wanted_due is None:
        return "没有申请延期，不用答复"
    return None


def why_alone(item: Item, verb: str) -> str | None:
    """Why an item that may be told `verb` is to be opened for it, and not told together with others."""
    if verb == "take" and item.state in IN_HAND and item.person:
        return f"已由{item.person.name}签收，要接手请打开这一件"
    if verb == "finish" and any(asked.required for asked in in_force().work[item.kind].form):
        return "办结前要填写办理情况，请打开这一件办理"
    return None


def verbs_of(sight: Sight, item: Item) -> list[str]:
    """All that the reader may do with an item now, in the order of the kind's definition."""
    return [verb for verb in in_force().work[item.kind].may if may(sight, item, verb)]


def colleagues(item: Item, but: Person) -> QuerySet[Person]:
    """Those of the item's post who could stand in: who may carry it out, and nobody else."""
    return Person.objects.filter(pk__in=_able(item)).exclude(pk=but.pk).order_by("name")


def unattended(items: Sequence[Item]) -> str:
    """At which of these items' places nobody could carry them out, in words; nothing where somebody can."""
    empty = [one for one in items if not _able(one)]
    if not empty:
        return ""
    heard = any(one.cell for one in empty)
    above = "登记之前，网格的提醒由上一级网格的人收到，只能转办。" if heard else ""
    names = "、".join(place_name(one) for one in empty)
    return f"{names}还没有能签收的账号，请系统管理员登记办理的人，或改交别处。{above}"


def _able(item: Item) -> list[UUID]:
    """Everybody whose post may carry the item out."""
    people = Person.objects.filter(is_active=True)
    near = people.filter(unit=item.unit) if item.unit else people.filter(grants__cell=item.cell).distinct()
    return [one.pk for one in near if ASSIGNEE in sides_of(sight_of(one), item)]
