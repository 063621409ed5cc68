"""The district with its year of rows: who says what about whom, before any file is written."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from gongzhi.engine.definitions import Definitions, Resource, Sheet

from .calendar import Year
from .chance import chance
from .parties import Founder, Human, Taxpayer, humans
from .places import Places
from .seat import ELSEWHERE
from .words import words

Value = str | int | bool | Decimal | dt.date | None
Row = dict[str, Value]
Party = Taxpayer | Human
Slot = tuple[str, str, str]  # table, unit, period


class Unfit(Exception):
    """These definitions lack a table or a column that the district is made of: another district's folder."""


@dataclass
class Line:
    """One row of a table: values by field key, amounts and areas in the template's own unit.

    `about`: the true taxpayer of each party (its code), None where it is a person or nobody registered.
    A `firm` line belongs to a planted case and is written without noise or fault.
    """

    values: Row
    about: dict[str, Party | None] = field(default_factory=dict)
    firm: bool = False
    noise: dict[str, str] = field(default_factory=dict)  # role → kind of noise


@dataclass(frozen=True)
class Case:
    """What a rule must say about a planted case. Amounts in 元; None where the notice states no amount."""

    rule: str
    kind: str  # hit, near_miss, ordinary
    why: str
    subject: Party
    object: str
    period: str
    result: str  # hit, miss
    left: Decimal | None = None
    right: Decimal | None = None
    difference: Decimal | None = None
    tax: Decimal | None = None

    def as_json(self) -> dict[str, Any]:
        amounts = {key: _text(getattr(self, key)) for key in ("left", "right", "difference", "tax")}
        person = isinstance(self.subject, Human)
        return {
            "rule": self.rule, "kind": self.kind, "why": self.why, "subject": self.subject.code,
            "subject_name": self.subject.name, "subject_is_person": person, "object": self.object,
            "period": self.period, "result": self.result, **amounts,
        }  # fmt: skip


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


class World:
    """A district under construction: facts are put in by theme, rows come out by slot."""

    def __init__(self, definitions: Definitions, *, seed: int, taxpayers: int, until: str) -> None:
        self.definitions, self.seed = definitions, seed
        self.year = Year(until, definitions)
        self.places = Places(definitions)
        self.founder = Founder(seed, self.places, self.year.last_day)
        self.asked = taxpayers
        self.taxpayers = self.founder.taxpayers(taxpayers)
        self.people = list(humans(self.founder, max(40, taxpayers // 8)))
        self.lines: dict[Slot, list[Line]] = defaultdict(list)
        self.told: set[str] = set()  # tables that a theme fills; the others are filled from their definition
        self.filled: dict[Slot, list[Line]] = {}  # of these others, what was handed in so far
        self.cases: list[Case] = []
        self.closed: dict[str, dt.date] = {}  # code → the day on which the taxpayer was deregistered
        self.newcomers: list[Taxpayer] = []  # founded within the year; no other table speaks of them
        self._free = list(self.taxpayers)
        chance(seed, "draw").shuffle(self._free)
        self._numbers: dict[str, int] = defaultdict(int)

    @property
    def as_of(self) -> dt.date:
        return self.year.as_of

    def draw(self, *tags: str, fits: Callable[[Taxpayer], bool] | None = None) -> Taxpayer:
        """A company that no planted case has used yet; one is founded when the district has none left.

        `fits` puts another question in the place of "is it a company".
        """
        fits = fits or (lambda one: one.is_company)
        for index, one in enumerate(self._free):
            if (one.tag in tags or not tags) and fits(one):
                return self._free.pop(index)
        fresh = self.founder.enterprise(chance(self.seed, "late", self.founder.serial), (tags or (None,))[0])
        self.taxpayers.append(fresh)
        return fresh

    def person(self) -> Human:
        """A person of whom no row tells anything else."""
        return self.founder.human(chance(self.seed, "person", len(self.founder.ids)))

    def stranger(self, region: str = "330108", tag: str | None = None) -> Taxpayer:
        """An organisation of elsewhere that no register of the district knows."""
        random = chance(self.seed, "stranger", self.founder.serial)
        near = region[:4] == self.places.seat.region[:4]
        prefix = self.definitions.district.city if near else ELSEWHERE.get(region[:2], ELSEWHERE["32"])
        return replace(self.founder.enterprise(random, tag, region, prefix), registered=False)

    def number(self, kind: str) -> str:
        """The next number of a kind of document; every one once."""
        self._numbers[kind] += 1
        return f"{kind}{self.year.last_day.year}-{self._numbers[kind]:06d}"

    def tagged(self, table: str) -> list[Taxpayer]:
        """The taxpayers that a table is about; all of them where words.yml names none."""
        tags = words().subjects.get(table)
        return [one for one in self.taxpayers if one.tag in tags] if tags else self.taxpayers

    def days(
        self, table: str, *, before: int = 0, after: int | None = None
    ) -> tuple[dt.date, dt.date] | None:
        """First and last day in the closed periods of a table that lie at least `before` days before the
        scan, and at most `after`; None when there is none."""
        periods = self.year.periods(self._table(table)[0])
        first = max(periods[0].start, self.year.first_day)
        if after is not None:
            first = max(first, self.as_of - dt.timedelta(days=after))
        last = min(periods[-1].end, self.as_of - dt.timedelta(days=before))
        return (first, last) if first <= last else None

    def _table(self, table: str) -> tuple[Resource, Sheet]:
        if table not in self.definitions.tables:
            raise Unfit(f"没有数据表 {table}")
        return self.definitions.tables[table]

    def put(
        self, table: str, day: dt.date, about: Mapping[str, Party | None], **values: Value
    ) -> Line | None:
        """One row into the file of the closed period that holds `day`; None when there is none.

        The columns of each party are filled from `about` (role → party) unless `values` says otherwise.
        """
        resource, sheet = self._table(table)
        period = self.year.period_of(resource, day)
        if period is None:
            return None
        row = dict.fromkeys((one.key for one in sheet.fields), None) | named(sheet, about) | values
        if strange := set(row) - {one.key for one in sheet.fields}:
            raise Unfit(f"《{sheet.title}》没有这些列：{'、'.join(sorted(strange))}")
        unit = self.definitions.providers(resource)[0].key
        line = Line(row, dict(about), firm=True)
        self.lines[table, unit, period.code].append(line)
        return line


def anybody(one: Taxpayer) -> bool:
    """For `World.draw`: any taxpayer will do."""
    return bool(one.code)


def named(sheet: Sheet, about: Mapping[str, Party | None]) -> Row:
    """The cells that name the parties of a row."""
    row: Row = {}
    for party in sheet.parties:
        who = about.get(party.role)
        if who is None:
            continue
        facts = {party.code: who.code, party.name: who.name, party.phone: who.phone}
        if isinstance(who, Taxpayer):
            facts[party.address] = who.place.address
        row |= {key: value for key, value in facts.items() if key}
    return row
