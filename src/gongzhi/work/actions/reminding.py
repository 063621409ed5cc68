"""Remind of what is due, once a rung, one message a person a day (二(二))."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable

from django.db import transaction

from gongzhi.audit.actions import record
from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions import ASSIGNEE, ReminderStep
from gongzhi.gate import Sight
from gongzhi.organisation.models import Person
from gongzhi.organisation.queries import unit_name
from gongzhi.work.models import Letter, Told
from gongzhi.work.queries import Matter, drawn, everybody, holders, rung

from .telling import Line, told

OVERSEES = "oversee_unit"


@transaction.atomic
def remind(*, matters: Iterable[Matter], on: dt.date, by: Person | None) -> int:
    """Tell each matter's rung of the day to who must hear it; may run twice. Returns how many were told."""
    found = sorted(matters, key=lambda one: (one.due, one.key))
    round_ = _Round(on)
    for matter in found:
        round_.look(matter)
    Told.objects.bulk_create(round_.rungs)
    letters = round_.letters_drafted(found)
    round_.tell_of_unheard()
    for person, said in round_.lines.items():
        told(person, said, on)
    if round_.rungs:
        detail = {"matters": len(round_.rungs), "people": len(round_.lines), "letters": letters}
        record("reminders.told", by=by, subject=("list", "到期提醒"), duty="chase_units", detail=detail)
    return len(round_.rungs)


class _Round:
    """What one day's round gathers: rungs reached, lines for people, matters for letters."""

    def __init__(self, on: dt.date) -> None:
        self.on, self.heard = on, _Hearing()
        self.rungs: list[Told] = []
        self.lines: dict[Person, list[Line]] = defaultdict(list)
        self.late: dict[tuple[str, str], list[Matter]] = defaultdict(list)
        self.unheard: Counter[str] = Counter()
        self.told: dict[str, set[int]] = defaultdict(set)
        for key, days in Told.objects.values_list("matter", "days"):
            self.told[key].add(days)

    def look(self, matter: Matter) -> None:
        step = rung(in_force().ladders[matter.ladder], matter.due, self.on, self.told[matter.key])
        if step is None:
            return
        people = self.heard.of(matter, step)
        if step.letter and matter.escalates:
            # Who comes before in the ladder may have heard nothing: after an outage, or at the beginning.
            below = self.heard.below(matter, step)
            people = list(dict.fromkeys(below if matter.unit else [*below, *people]))
            if matter.unit:
                self.late[matter.unit, step.letter].append(matter)
        if not people and matter.unit:
            self.unheard[matter.unit] += 1
        for person in people:
            self.lines[person].append((_said(matter, self.on), matter.address))
        self.rungs.append(Told(matter=matter.key, days=step.days, on=self.on, people=len(people)))

    def letters_drafted(self, matters: list[Matter]) -> int:
        """Draft the letters, and tell the office of each that waits to be issued.

        What joins a letter that still waits is put into it, and the letter is drawn up anew.
        """
        for (unit, template), late in self.late.items():
            waiting = Letter.objects.select_for_update().filter(unit=unit, template=template, state="drafted")
            letter = waiting.first() or Letter(unit=unit, template=template)
            letter.matters = [*letter.matters, *(one.key for one in late)]
            drawn(letter, matters, self.on).save()
            text = f"{unit_name(unit)}有 {len(letter.matters)} 项逾期，催报函已拟好，待签发"
            for person in self.heard.holding("chase_units"):
                self.lines[person].append((text, f"/letters/{letter.pk}"))
        return len(self.late)

    def tell_of_unheard(self) -> None:
        """Tell the office, in a line for each unit, what nobody there could be told."""
        for unit, count in self.unheard.items():
            text = f"{unit_name(unit)}有 {count} 项到期提醒没有人能收到，请催办联络员备案和账号开通"
            for person in self.heard.holding("chase_units"):
                self.lines[person].append((text, "/liaisons"))


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

        Where nobody holds that over a grid cell, the level above the cell hears it; where a unit has nobody
        at the post, who is in charge of the unit.
        """
        if step.to != ASSIGNEE and matter.escalates:
            higher = self.holding(step.to, matter.unit, matter.cell)
            above = matter.above if matter.cell else ""
            return higher or (self.holding(above, cell=matter.cell) if above else [])
        there = self._at_home(matter)
        found = [person for person in there if str(person.pk) in matter.people] or there
        return found or (self.holding(OVERSEES, matter.unit) if matter.unit and matter.escalates else [])

    def below(self, matter: Matter, letter: ReminderStep) -> list[Person]:
        """Whom the ladder tells before it comes to the letter."""
        steps = in_force().ladders[matter.ladder].steps
        before = [one for one in steps if not one.letter and one.to != letter.to]
        return [person for step in before for person in self.of(matter, step)]

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
