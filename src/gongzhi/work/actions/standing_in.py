"""AB角: who carries an item out in the holder's place, named by her or by who answers for her post."""

from __future__ import annotations

from django.db import transaction

from gongzhi.audit.actions import record
from gongzhi.gate import allowed, sight_of
from gongzhi.organisation.models import Person
from gongzhi.work.models import Item
from gongzhi.work.queries import colleagues, covers, handing, may_follow, why_no_stand_in

from .refused import Refused
from .telling import tell_people
from .trail import duty_of, moved, words

_NEEDED = "由别人指定AB角的理由，如休假"


@transaction.atomic
def name_stand_in(*, item: Item, person: Person | None, by: Person, note: str = "") -> Item:
    """Name a colleague of the same post, or nobody any more. Who is not the holder says why."""
    now = Item.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if why := why_no_stand_in(sight_of(by), now):
        raise Refused(why)
    holder = now.person
    if holder is None:
        raise RuntimeError("an item that nobody holds has no stand-in")
    if person and not colleagues(now, holder).filter(pk=person.pk).exists():
        raise Refused("AB角应是本单位的另一个人")
    if now.stand_in_id == (person.pk if person else None):
        raise Refused(f"AB角已经是{person.name}" if person else "还没有指定AB角，请选择一个人")
    mine = holder.pk == by.pk
    _named(now, person, by, words(note, needed="" if mine else _NEEDED))
    duty = duty_of(now, "assignee") if mine else answering_duty(by, holder.unit)
    record("work.stand_in_named", by=by, subject=("work", now.pk), duty=duty)
    return now


@transaction.atomic
def stand_in_for(*, giver: Person, receiver: Person, reason: str, by: Person) -> list[Item]:
    """Somebody is away: the receiver may carry out all that she has in hand, and it stays hers.

    Refused outside one's unit, without a reason, to nobody of the same unit, and when there is nothing.
    """
    if not covers(sight_of(by), giver.unit):
        raise Refused("只能为自己负责的单位里的人指定AB角")
    if receiver.pk not in {one.pk for one in may_follow(giver)}:
        raise Refused("请选择同一单位的另一个人做AB角")
    why = words(reason, needed=_NEEDED)
    found = [
        Item.objects.select_for_update(of=("self",)).get(pk=one.pk)
        for one in handing(giver, receiver).items
        if one.stand_in_id != receiver.pk
    ]
    if not found:
        raise Refused("没有要指定AB角的事项")
    for item in found:
        _named(item, receiver, by, why)
    detail = {"to": str(receiver.pk), "items": [str(one.pk) for one in found]}
    duty = answering_duty(by, giver.unit)
    record("work.stand_in_named", by=by, subject=("person", giver.pk), duty=duty, detail=detail)
    return found


def _named(item: Item, person: Person | None, by: Person, why: str) -> None:
    before, name = item.stand_in, person.name if person else "不再指定"
    moved(item, "stand_in", by, note=f"{name}：{why}"[:1_000] if why else name, stand_in=person)
    text = f"“{item.title}”的AB角：{name}"
    concerned = dict.fromkeys(one for one in (person, before, item.person) if one)
    tell_people(people=concerned, text=text, address=f"/work/{item.pk}", by=by)


def answering_duty(by: Person, unit: str) -> str:
    """Under which duty somebody acts for the posts of a unit."""
    return "oversee_unit" if allowed(sight_of(by), "oversee_unit", unit=unit) else "confirm_liaisons"
