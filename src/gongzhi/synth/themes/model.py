"""What a theme is, and what all themes need."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol

from gongzhi.synth.chance import chance, day_between
from gongzhi.synth.parties import Taxpayer
from gongzhi.synth.world import Case, Party, World

NOTHING = Decimal(0)


class Told(Protocol):
    """One way in which a thing happens: hit, near_miss or ordinary, and why."""

    @property
    def kind(self) -> str: ...
    @property
    def why(self) -> str: ...


@dataclass(frozen=True)
class Plain:
    """A way that needs no more than its kind and why."""

    kind: str
    why: str


@dataclass(frozen=True)
class Theme:
    """`tell` puts rows into the tables and cases into the world."""

    tables: frozenset[str]
    tell: Callable[[World], None]


class Teller:
    """The voice of one theme: a world, a stream of chance, and how often each kind of case is told."""

    def __init__(self, world: World, name: str) -> None:
        self.world, self.random = world, chance(world.seed, "theme", name)
        self.times = max(1, len(world.taxpayers) // 1_500)

    @property
    def as_of(self) -> dt.date:
        return self.world.as_of

    def day(self, table: str, *, before: int = 60, after: int | None = None) -> dt.date | None:
        """A day in a closed period of the table, `before` to `after` days before the scan; None if none."""
        span = self.world.days(table, before=before, after=after)
        return day_between(self.random, *span) if span else None

    def founded(self, *, halved: bool) -> Taxpayer:
        """A fresh company that has, or has not, the relief of the six taxes and two fees."""
        fresh = self.world.founder.enterprise(self.random)
        capital, scale = (Decimal(800_000), "小规模纳税人") if halved else (Decimal(20_000_000), "一般纳税人")
        one = replace(fresh, capital=capital, scale=scale)
        self.world.taxpayers.append(one)
        return one

    def case(
        self, rule: str, way: Told, subject: Party, thing: str, period: str, *, left: Decimal | None,
        right: Decimal | None, missing: Decimal = NOTHING, tax: Decimal | None = None,
    ) -> None:  # fmt: skip
        """Write down what the rule must say: a hit where the way is one, with `missing` and (if not the same)
        `tax`; otherwise a miss."""
        hit = way.kind == "hit"
        amounts = (missing, missing if tax is None else tax) if hit else (NOTHING, NOTHING)
        result = "hit" if hit else "miss"
        self.world.cases.append(
            Case(rule, way.kind, way.why, subject, thing, period, result, left, right, *amounts)
        )


def next_month(day: dt.date, number: int = 1) -> dt.date:
    """The same day (the 28th at most) some months later."""
    month = day.month - 1 + number
    return dt.date(day.year + month // 12, month % 12 + 1, min(day.day, 28))
