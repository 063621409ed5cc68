"""Chance that repeats: one stream for each name, so that a new stream never shifts the others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from random import Random
from typing import TypeVar

T = TypeVar("T")


def chance(seed: int, *names: object) -> Random:
    """The stream of this name under this seed; the same on every machine and Python from 3.2."""
    return Random("/".join(map(str, (seed, *names))))  # noqa: S311 - invented data, not a secret


def weighted(random: Random, weights: Mapping[T, float]) -> T:
    """One key, by weight."""
    return random.choices(list(weights), list(weights.values()))[0]


def day_between(random: Random, first: dt.date, last: dt.date) -> dt.date:
    """A day from `first` to `last`, both included; `first` when the span is empty."""
    return first + dt.timedelta(days=random.randint(0, max(0, (last - first).days)))


def round_amount(random: Random, low: int, high: int) -> Decimal:
    """A whole amount in 元 that people would agree on: two or three leading digits."""
    value = random.randint(low, high)
    step = 10 ** max(0, len(str(value)) - 3)
    return Decimal(max(low, value // step * step))


def sample(random: Random, things: Sequence[T], count: int) -> list[T]:
    """Up to `count` different things."""
    return random.sample(list(things), min(count, len(things)))
