"""Who is to be reminded of what today, and what was said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions import Ladder, ReminderStep
from gongzhi.gate import Sight, sight_of
from gongzhi.organisation.models import ApiKey, Grant, Person
from gongzhi.organisation.queries import unit_name
from gongzhi.work.models import Delivery, Item, Message
from gongzhi.work.states import OPEN, State

from .items import GONE, kind_of


@dataclass(frozen=True)
class Matter:
    """Something that is due, as a room tells it: who owes it under which duty, and the page that it opens.

    `title` names it without any personal value or amount: it goes out of the house in mails. `key` holds the
    due day, so that a day that moves is reminded of anew. What waits for the word of who gave it is nobody
    else's to hear: it does not escalate.
    """

    key: str
    title: str
    due: dt.date
    address: str
    duty: str
    ladder: str
    unit: str = ""
    cell: str = ""
    people: tuple[str, ...] = ()  # who took it and who stands in; where nobody did, all of the post
    home: str | None = None  # whose people hear it; without it the people of `unit`, or of `cell`
    above: str = ""  # the duty under which the next level of the grid hears what a cell does not do
    escalates: bool = True


def rung(ladder: Ladder, due: dt.date, day: dt.date, told: Collection[int]) -> ReminderStep | None:
    """The rung to be told on a day: the highest one reached, unless it or a higher one was told before.

    A machine that was off for a week says the latest thing once, and not all that it missed.
    """
    reached = [step for step in ladder.steps if due + dt.timedelta(step.days) <= day]
    if not reached or (told and max(told) >= reached[-1].days):
        return None
    return reached[-1]


@dataclass
class _Bound:
    owed: Callable[[dt.date], list[Matter]] | None = field(default=None)


_bound = _Bound()


def bind_owed(source: Callable[[dt.date], list[Matter]]) -> None:
    """Tell this room where it hears what units owe (the room `catalogue`); called once at the start."""
    _bound.owed = source


def matters_on(day: dt.date) -> list[Matter]:
    """All that is to be reminded of on a day: what units owe, open work items, keys that end."""
    if _bound.owed is None:
        raise RuntimeError("the work is not bound to a source of what units owe")
    return [*_bound.owed(day), *own_matters(), *key_matters()]


def everybody() -> list[tuple[Person, Sight]]:
    """All active people with what each may do, by login name."""
    people = Person.objects.filter(is_active=True).order_by("username")
    return [(person, sight_of(person)) for person in people]


def holders(among: Sequence[tuple[Person, Sight]], duty: str, unit: str = "", cell: str = "") -> list[Person]:
    """Who of `among` holds a duty over a unit or a cell; without both: anywhere."""
    return [person for person, sight in among if sight.has(duty) and _over(sight, duty, unit, cell)]


def holding(duty: str, unit: str = "", *, home: str = "") -> list[Person]:
    """Who holds a duty now (over a unit), by login name; `home`: only people of that unit.

    Unlike `everybody`, it looks only at who was granted a role with the duty.
    """
    roles = [role.key for role in in_force().roles.values() if duty in role.duties]
    granted = Grant.objects.filter(role__in=roles, ended_at=None).values("person")
    people = Person.objects.filter(pk__in=granted, is_active=True).order_by("username")
    found = people.filter(unit=home) if home else people
    return holders([(person, sight_of(person)) for person in found], duty, unit)


def liaisons(unit: str) -> list[Person]:
    """Who hands in for a unit: all of its own people with that duty."""
    return holding("submit_file", unit, home=unit)


def answering(unit: str) -> list[Person]:
    """Who answers for what a unit owes: its liaisons and who is in charge; else who works for it."""
    found = [*liaisons(unit), *holding("oversee_unit", unit, home=unit)]
    return list(dict.fromkeys(found)) or holding("do_work", home=unit)


def _over(sight: Sight, duty: str, unit: str, cell: str) -> bool:
    cells = sight.cells(duty)
    if cell:
        return not isinstance(cells, frozenset) or any(cell.startswith(one) for one in cells)
    return not unit or unit in sight.units(duty)


def own_matters() -> list[Matter]:
    """The open work items as matters: of who carries them out, and once put before them, of who judges."""
    gone = set(Item.objects.filter(GONE, person__isnull=False, state__in=OPEN).values_list("pk", flat=True))
    return [
        _judged(item) if item.state == State.REVIEW else _matter(item, left=item.pk in gone)
        for item in Item.objects.filter(state__in=OPEN)
    ]


def _matter(item: Item, *, left: bool) -> Matter:
    """`left`: who took it is gone, so that everybody at the post is told."""
    kind = kind_of(item)
    return Matter(
        key=f"work:{item.pk}:{item.due}", title=item.title, due=item.due, address=f"/work/{item.pk}",
        duty=kind.assignee, ladder=kind.reminders, unit=item.unit, cell=item.cell, above=kind.reviewer,
        people=() if left else tuple(str(one) for one in (item.person_id, item.stand_in_id) if one),
    )  # fmt: skip


def _judged(item: Item) -> Matter:
    kind = kind_of(item)
    return Matter(
        key=f"work:{item.pk}:{item.due}:review", title=f"待审核：{item.title}", due=item.due,
        address=f"/work/{item.pk}", duty=kind.reviewer, ladder=kind.reminders, unit=item.unit,
        cell=item.cell, home=item.given_unit, people=(str(item.given_by_id),) if item.given_by_id else (),
        escalates=False,
    )  # fmt: skip


def key_matters() -> list[Matter]:
    """Keys in use without a successor in use, as matters of their last day: else a system falls silent.

    Who makes keys hears it, and the unit's liaisons; it is nobody else's.
    """
    ladder = next((one.key for one in in_force().ladders.values() if one.obligations), None)
    if ladder is None:
        return []
    now = timezone.now()
    used = ApiKey.objects.filter(ended_at=None, until__gt=now)
    followed = used.exclude(issued_at=None).exclude(replaces=None).values("replaces")
    found = used.exclude(issued_at=None).exclude(pk__in=followed)
    return [matter for key in found for matter in _ending(key, ladder)]


def _ending(key: ApiKey, ladder: str) -> Iterator[Matter]:
    last = timezone.localdate(key.until - dt.timedelta(seconds=1))
    title = f"接口凭据 {key.kid}（{unit_name(key.unit)} {key.name}）要轮换"
    for duty, unit in (("administer_accounts", ""), ("submit_file", key.unit)):
        yield Matter(
            key=f"key:{key.pk}:{last}:{duty}", title=title, due=last, address=key.path, duty=duty,
            ladder=ladder, unit=unit, escalates=False,
        )  # fmt: skip


def messages_visible_to(sight: Sight) -> QuerySet[Message]:
    """One's own messages, the latest first."""
    return Message.objects.filter(person=UUID(sight.person)) if sight.person else Message.objects.none()


def unread(sight: Sight) -> int:
    return messages_visible_to(sight).filter(read_at=None).count()


def not_mailed(person: Person) -> Delivery | None:
    """The latest mail to a person, where it did not get through."""
    latest = Delivery.objects.filter(channel="mail", message__person=person).order_by("-id").first()
    return latest if latest and latest.tries and latest.state != "sent" else None


def deliveries_visible_to(sight: Sight) -> QuerySet[Delivery]:
    """What is on its way or did not get out, for who keeps the system running; never what it says."""
    if not sight.has("administer_system"):
        return Delivery.objects.none()
    return Delivery.objects.exclude(state="sent").select_related("message__person", "announcement")


def quiet(at: dt.datetime) -> bool:
    """Whether nothing goes out at this local instant (parameters remind_from_hour, remind_until_hour)."""
    hours = []
    for key in ("remind_from_hour", "remind_until_hour"):
        parameter = in_force().parameters.get(key)
        value = parameter.at(at.date()) if parameter else None
        hours.append(int(value.value) if value else None)
    first, last = hours
    if first is None or last is None:
        return False
    if first < last:
        return not first <= at.hour < last
    return last <= at.hour < first  # reminders go out over midnight
