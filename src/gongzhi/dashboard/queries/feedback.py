"""使用反馈: what the rows that a unit handed in were good for, told as far as the reader may know it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl
from django.db.models import Count, Q, QuerySet

from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions import Rule
from gongzhi.gate import Sight
from gongzhi.intake.models import Batch
from gongzhi.registry import queries as registry
from gongzhi.registry.queries import Joined
from gongzhi.risk import queries as risk
from gongzhi.risk.queries import Resting, Told

from .faults import resource_title


@dataclass(frozen=True)
class Use:
    """What some batches were good for: rows, joins, the rules that read them, the hits resting on them."""

    rows: int
    joined: Joined
    rules: tuple[Rule, ...]
    told: Told


def use_of_batch(batch: Batch, sight: Sight) -> Use:
    """What one batch was good for; nothing of its hits where its rows are about too few taxpayers."""
    one = Batch.objects.filter(pk=batch.pk)
    joined = registry.joined(one).get("", Joined())
    resting = risk.resting_on(one, "batch").get(batch.pk, Resting())
    about = batch.linking.taxpayers if hasattr(batch, "linking") else 0
    rules = risk.rules_reading(batch.parts.values_list("table", flat=True))
    return Use(batch.rows, joined, tuple(rules), risk.told(resting, sight, about=about, money=False))


def use_of(batches: QuerySet[Batch], sight: Sight, *, money: bool) -> Use:
    """What batches of one unit (already limited to what may be seen) were good for together.

    `money` is for a whole unit alone: sums of its parts beside it would tell what one part hides.
    """
    joined = registry.joined(batches).get("", Joined())
    counted = risk.resting_on(_countable(batches, sight), "batch__slot__unit")
    resting = next(iter(counted.values()), Resting())
    money = money or risk.sees_hits(sight)
    return Use(joined.rows, joined, tuple(_rules(batches)), risk.told(resting, sight, money=money))


def _rules(batches: QuerySet[Batch]) -> list[Rule]:
    numbers = set(batches.order_by().values_list("slot__resource", flat=True).distinct())
    return rules_of(numbers)


def rules_of(numbers: Iterable[str]) -> list[Rule]:
    """The rules in force that read a table of these resources."""
    known = in_force().resources
    return risk.rules_reading(
        sheet.code for number in numbers if number in known for sheet in known[number].sheets
    )


def _countable(batches: QuerySet[Batch], sight: Sight) -> QuerySet[Batch]:
    """The batches whose hits are summed for this reader.

    Of a resource with one or two batches about too few taxpayers those are left out, so that the sum less
    the batches shown does not tell what the small ones hide; three and more vanish in the sum.
    """
    if risk.sees_hits(sight):
        return batches
    least = risk.least_counted()
    if not least.is_finite():
        return batches.none()
    few = Q(linking__taxpayers__lt=int(least))
    counted = batches.filter(few).order_by().values_list("slot__resource").annotate(Count("pk"))
    lonely = [number for number, count in counted if count < least]
    return batches.exclude(few & Q(slot__resource__in=lonely))


_LINE: dict[str, Any] = {
    "key": pl.String, "name": pl.String, "batches": pl.Int64, "rows": pl.Int64, "mentions": pl.Int64,
    "linked": pl.Int64, "rate": pl.Float64, "doubtful": pl.Int64, "unlinked": pl.Int64, "rules": pl.Int64,
    "hits": pl.Int64, "told": pl.String, "states": pl.String, "tax_fen": pl.Int64,
}  # fmt: skip


def feedback_lines(batches: QuerySet[Batch], sight: Sight, by: str) -> pl.LazyFrame:
    """What batches were good for, a line for each `unit` or `resource`."""
    path = f"slot__{by}"
    joined: dict[str, Joined] = {}
    numbers: dict[str, set[str]] = {}
    for (one, number), made in registry.joined_by(batches, path, "slot__resource").items():
        joined.setdefault(str(one), Joined()).add(made)
        numbers.setdefault(str(one), set()).add(str(number))
    resting = risk.resting_on(_countable(batches, sight), f"batch__{path}")
    money = by == "unit" or risk.sees_hits(sight)
    lines = [
        _line(
            (key, _name(by, key)),
            made.rows, made, len(rules_of(numbers[key])),
            risk.told(resting.get(key, Resting()), sight, money=money),
        )
        for key, made in joined.items()
    ]  # fmt: skip
    return pl.LazyFrame(lines, schema=_LINE)


def batch_lines(batches: QuerySet[Batch], sight: Sight) -> pl.LazyFrame:
    """What each batch was good for, a line for each."""
    found = {batch.pk: batch for batch in batches.select_related("slot", "linking")}
    joined = registry.joined(batches, "pk")
    resting = risk.resting_on(batches, "batch")
    lines = []
    for pk, batch in found.items():
        about = batch.linking.taxpayers if hasattr(batch, "linking") else 0
        said = risk.told(resting.get(pk, Resting()), sight, about=about, money=risk.sees_hits(sight))
        count = len(rules_of([batch.slot.resource]))
        lines.append(_line((str(pk), batch.number), batch.rows, joined[pk], count, said))
    return pl.LazyFrame(lines, schema=_LINE)


def _name(by: str, key: str) -> str:
    if by == "resource":
        return resource_title(key)
    unit = in_force().units.get(key)
    return unit.name if unit else key


def _line(named: tuple[str, str], rows: int, joined: Joined, rules: int, told: Told) -> dict[str, Any]:
    return {
        "key": named[0], "name": named[1], "batches": joined.batches, "rows": rows,
        "mentions": joined.mentions, "linked": joined.linked,
        "rate": None if joined.rate is None else round(joined.rate, 1),
        "doubtful": joined.doubtful, "unlinked": joined.unlinked, "rules": rules, "hits": told.hits,
        "told": told.text, "states": "，".join(f"{word} {count}" for word, count in told.states),
        "tax_fen": None if told.tax_yuan is None else int(told.tax_yuan * Decimal(100)),
    }  # fmt: skip
