"""Somebody leaves her post and keeps her account: what she has in hand goes to another (交接)."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.editions.actions import hand_draft_over
from gongzhi.gate import sight_of
from gongzhi.organisation.models import Person
from gongzhi.work.models import Item, Message
from gongzhi.work.queries import Handing, covers, handing, may_follow

from .refused import Refused
from .standing_in import answering_duty
from .telling import told
from .trail import moved, words


@transaction.atomic
def hand_over(*, giver: Person, receiver: Person, reason: str, by: Person) -> Handing:
    """交接: open items, the part of AB角, drafts and unread reminders go to the receiver at once.

    Every item keeps its state and day and has a step of its own; what the receiver's duties do not allow
    stays. Refused outside one's unit, without a reason, to nobody of the same unit, and when nothing goes.
    """
    if not covers(sight_of(by), giver.unit):
        raise Refused("只能移交自己负责的单位里的人手上的事项")
    if receiver.pk not in {one.pk for one in may_follow(giver)}:
        raise Refused("请选择同一单位的另一个人接手")
    why = words(reason, needed="交接的理由")
    Person.objects.select_for_update().get(pk=giver.pk)
    found = handing(giver, receiver)
    if not found.total:
        raise Refused("没有可以移交的事项、草稿和提醒")
    note = f"{giver.name}交给{receiver.name}：{why}"[:1_000]
    for item in (*found.items, *found.standing_in):
        _item(item, giver, receiver, note, by)
    for draft in found.drafts:
        hand_draft_over(edition=draft, to=receiver, by=by)
    _reminders(found, giver, receiver)
    detail = {
        "to": str(receiver.pk), "items": [str(one.pk) for one in found.items],
        "standing_in": [str(one.pk) for one in found.standing_in],
        "drafts": [one.pk for one in found.drafts], "reminders": len(found.reminders),
        "stays": len(found.stays),
    }  # fmt: skip
    duty = answering_duty(by, giver.unit)
    record("work.handed_over", by=by, subject=("person", giver.pk), duty=duty, detail=detail)
    return found


def _item(item: Item, giver: Person, receiver: Person, note: str, by: Person) -> None:
    now = Item.objects.select_for_update(of=("self",)).get(pk=item.pk)
    person = receiver if now.person_id == giver.pk else now.person
    stand_in = receiver if now.stand_in_id == giver.pk else now.stand_in
    if person and stand_in and stand_in.pk == person.pk:
        stand_in = None  # nobody stands in for herself
    moved(now, "hand_over", by, note=note, person=person, stand_in=stand_in)


def _reminders(found: Handing, giver: Person, receiver: Person) -> None:
    Message.objects.filter(person=giver, read_at=None).update(read_at=timezone.now())
    if found.reminders:
        told(receiver, list(found.reminders), timezone.localdate())
