"""Remind of what is due, once a rung, one message a person a day (二(二))."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions import ASSIGNEE, ReminderStep
from gongzhi.gate import Sight
from gongzhi.organisation.models import Person
from gongzhi.organisation.queries import unit_name
from gongzhi.work.models import Address, Delivery, Letter, Message, Told
from gongzhi.work.queries import Matter, everybody, holders, rung

Line = tuple[str, str]


@transaction.atomic
def remind(*, matters: Iterable[Matter], on: dt.date, by: Person | None) -> int:
    """Tell each matter's rung of the day to who must hear it; may run twice. Returns how many were told."""
    round_ = _Round(on)
    for matter in sorted(matters, key=lambda one: (one.due, one.key)):
        round_.look(matter)
    Told.objects.bulk_create(round_.rungs)
    letters = round_.letters_drafted()
    for person, said in round_.lines.items():
        told(person, said, on)
    if round_.rungs:
        detail = {"matters": len(round_.rungs), "people": len(round_.lines), "letters": letters}
        record("reminders.told", by=by, subject=("list", "到期提醒"), duty="chase_units", detail=detail)
    return len(round_.rungs)


@transaction.atomic
def tell(*, person: Person, text: str, address: str, by: Person | None) -> None:
    """Say one thing to one person today, with the page that it opens."""
    told(person, [(text, address)], timezone.localdate())
    record("message.told", by=by, subject=("person", person.pk), detail={"address": address})


class _Round:
    """What one day's round gathers: rungs reached, lines for people, matters for letters."""

    def __init__(self, on: dt.date) -> None:
        self.on, self.heard = on, _Hearing()
        self.rungs: list[Told] = []
        self.lines: dict[Person, list[Line]] = defaultdict(list)
        self.late: dict[tuple[str, str], list[Matter]] = defaultdict(list)
        self.told: dict[str, set[int]] = defaultdict(set)
        for key, days in Told.objects.values_list("matter", "days"):
            self.told[key].add(days)

    def look(self, matter: Matter) -> None:
        step = rung(in_force().ladders[matter.ladder], matter.due, self.on, self.told[matter.key])
        if step is None:
            return
        people = self.heard.of(matter, step)
        if step.letter and matter.unit and matter.escalates:
            self.late[matter.unit, step.letter].append(matter)
        else:
            for person in people:
                self.lines[person].append((_said(matter, self.on), matter.address))
        self.rungs.append(Told(matter=matter.key, days=step.days, on=self.on, people=len(people)))

    def letters_drafted(self) -> int:
        """Draft the letters, and tell the office of each that waits to be issued."""
        count = 0
        for (unit, template), late in self.late.items():
            letter = _drafted(unit, template, late, self.on)
            if letter:
                count += 1
                text = f"{unit_name(unit)}有 {len(late)} 项逾期，催报函已拟好，待签发"
                for person in self.heard.holding("chase_units"):
                    self.lines[person].append((text, f"/letters/{letter.pk}"))
        return count


class _Hearing:
    """Who hears a rung; people and what they may do are looked up once a run."""

    def __init__(self) -> None:
        self._people = everybody()
        self._known: dict[tuple[str, str, str], list[Person]] = {}

    def holding(self, duty: str, unit: str = "", cell: str = "") -> list[Person]:
        place = (duty, unit, cell)
        if place not in self._known:
            self._known[place] = holders(self._people, duty, unit, cell)
        return self._known[place]

    def of(self, matter: Matter, step: ReminderStep) -> list[Person]:
        """Who took the matter and stands in, else all of its post; higher up, the holders of the rung's duty.

        Where nobody holds that over a grid cell, the level above the cell hears it.
        """
        if step.to != ASSIGNEE and matter.escalates:
            higher = self.holding(step.to, matter.unit, matter.cell)
            above = matter.above if matter.cell else ""
            return higher or (self.holding(above, cell=matter.cell) if above else [])
        there = self._at_home(matter)
        return [person for person in there if str(person.pk) in matter.people] or there

    def _at_home(self, matter: Matter) -> list[Person]:
        over = self.holding(matter.duty, matter.unit, matter.cell)
        if matter.cell and matter.home is None:
            near = {person.pk: _nearness(sight, matter.cell) for person, sight in self._people}
            nearest = max((near[person.pk] for person in over), default=0)
            return [person for person in over if near[person.pk] == nearest]
        home = matter.unit if matter.home is None else matter.home
        return [person for person in over if not home or person.unit == home]


def _nearness(sight: Sight, cell: str) -> int:
    """How near to a cell somebody is posted: in it, in the one above it, or nowhere in the grid (0)."""
    return max((len(held.cell) for held in sight.held if held.cell and cell.startswith(held.cell)), default=0)


def _said(matter: Matter, on: dt.date) -> str:
    left = (matter.due - on).days
    if left > 0:
        return f"{matter.title}，{matter.due:%Y-%m-%d} 到期，还有 {left} 天"
    return f"{matter.title}，今天到期" if not left else f"{matter.title}，已逾期 {-left} 天"


def _drafted(unit: str, template: str, late: list[Matter], on: dt.date) -> Letter | None:
    """The letter to a unit, drafted to be issued; None when this day's is there already."""
    text, district = in_force().letters[template], in_force().district
    office = in_force().units.get(district.office)
    places = {
        "unit": unit_name(unit), "district": district.name,
        "office": office.name if office else district.name,
        "day": f"{on.year}年{on.month}月{on.day}日", "count": str(len(late)),
        "matters": "；".join(f"{n}. {one.title}（{one.due:%Y-%m-%d}到期）" for n, one in enumerate(late, 1)),
    }  # fmt: skip
    letter, new = Letter.objects.get_or_create(
        unit=unit, day=on, template=template,
        defaults={
            "title": text.title.format(**places), "salutation": text.salutation.format(**places),
            "paragraphs": [one.format(**places) for one in text.paragraphs],
            "signature": text.signature.format(**places),
        },
    )  # fmt: skip
    return letter if new else None


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
    message, new = Message.objects.get_or_create(person=person, day=on)
    known = [tuple(line) for line in message.lines]
    message.lines = [*message.lines, *(list(line) for line in said if line not in known)]
    message.read_at = None
    message.save(update_fields=["lines", "read_at"])
    if not new:
        return
    wanted = ["hook"] if settings.HOOK_ADDRESS else []
    if settings.EMAIL_HOST and Address.objects.filter(person=person).exists():
        wanted.append("mail")
    for channel in wanted:
        Delivery.objects.create(
            message=message, channel=channel, nonce=uuid.uuid4().hex, next_at=timezone.now()
        )
