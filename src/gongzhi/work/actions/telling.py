"""What people are told: one message a person a day, in the house and by the ways out of it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.organisation.models import Author, Person
from gongzhi.work.models import Address, Delivery, Message, Told

Line = tuple[str, str]
_GATHERED = dt.timedelta(hours=1)
"""How long lines are gathered that come after the message of the day went out."""


@transaction.atomic
def tell(*, person: Person, text: str, address: str, by: Person | None) -> None:
    """Say one thing to one person today, with the page that it opens."""
    told(person, [(text, address)], timezone.localdate())
    record("message.told", by=by, subject=("person", person.pk), detail={"address": address})


@transaction.atomic
def tell_people(*, people: Iterable[Person], text: str, address: str, by: Author | None) -> None:
    """Say to people what was asked or decided, within the act that is recorded; not to who did it herself."""
    today = timezone.localdate()
    for person in people:
        if person.is_active and (by is None or person.pk != by.pk):
            told(person, [(text, address)], today)


def told_once(matter: str, rung: int, people: list[Person], line: Line) -> bool:
    """Say a line to people at this rung of a matter; False when that was done before."""
    today = timezone.localdate()
    _, new = Told.objects.get_or_create(
        matter=matter, days=rung, defaults={"on": today, "people": len(people)}
    )
    for person in people if new else ():
        told(person, [line], today)
    return new


def told(person: Person, said: list[Line], on: dt.date) -> None:
    """One message a person a day: what comes later on the same day joins it, and nothing is sent twice."""
    message, _ = Message.objects.select_for_update().get_or_create(person=person, day=on)
    known = [tuple(line) for line in message.lines]
    fresh = [list(line) for line in dict.fromkeys(said) if line not in known]
    if not fresh:
        return
    message.lines = [*message.lines, *fresh]
    message.read_at = None
    message.save(update_fields=["lines", "read_at"])
    wanted = ["hook"] if settings.HOOK_ADDRESS else []
    if settings.EMAIL_HOST and Address.objects.filter(person=person).exists():
        wanted.append("mail")
    for channel in wanted:
        _on_its_way(message, channel, first_line=len(known))


def _on_its_way(message: Message, channel: str, *, first_line: int) -> None:
    """What was not tried yet takes the new lines with it; after that they get a delivery of their own."""
    before = Delivery.objects.select_for_update().filter(message=message, channel=channel)
    if before.filter(state="waiting", tries=0).first():
        return
    pause = _GATHERED if before.exists() else dt.timedelta(0)
    Delivery.objects.create(
        message=message, channel=channel, first_line=first_line, nonce=uuid.uuid4().hex,
        next_at=timezone.now() + pause,
    )  # fmt: skip
