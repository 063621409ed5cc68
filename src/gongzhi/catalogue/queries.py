"""Read what is owed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from gongzhi.editions.queries import in_force
from gongzhi.gate import Sight

from .models import Obligation
from .states import Standing, standing


@dataclass(frozen=True)
class Owed:
    """An obligation as of a day, with the titles that a page shows."""

    obligation: Obligation
    standing: Standing
    resource_title: str
    unit_name: str

    def as_json(self) -> dict[str, object]:
        """The shape of the command line's and the API's lists (design.md 6)."""
        owed = self.obligation
        received = owed.received_at.isoformat() if owed.received_at else None
        return {
            "unit": owed.unit,
            "resource": owed.resource,
            "period": owed.period,
            "due": owed.due.isoformat() if owed.due else None,
            "state": self.standing.label,
            "received_at": received,
            "days_late": self.standing.days_late,
        }


def visible_to(sight: Sight) -> QuerySet[Obligation]:
    """Obligations of the units for which the calendar may be seen."""
    units = sight.units("see_calendar")
    if isinstance(units, frozenset):
        return Obligation.objects.filter(unit__in=units)
    return Obligation.objects.all()


def owed(obligations: QuerySet[Obligation], as_of: dt.date) -> Iterator[Owed]:
    """Each obligation with its standing as of a day, by due day."""
    definitions = in_force()
    for obligation in obligations:
        resource = definitions.resources.get(obligation.resource)
        unit = definitions.units.get(obligation.unit)
        yield Owed(
            obligation,
            standing(obligation, as_of),
            resource.title if resource else obligation.resource,
            unit.name if unit else obligation.unit,
        )


def in_days(rows: QuerySet[Obligation], today: dt.date, days: int, state: str) -> QuerySet[Obligation]:
    """Obligations due within `days` before or after today; with `state` "open" only those not met."""
    first, last = today - dt.timedelta(days=days), today + dt.timedelta(days=days)
    near = rows.filter(opens__lte=today).filter(Q(due__range=(first, last)) | Q(due=None))
    return near.filter(received_at=None) if state == "open" else near


def counts(rows: QuerySet[Obligation], today: dt.date) -> dict[str, int]:
    """How many were due this year, met on time, met late, missing, awaited."""
    year = rows.filter(period_end__gte=dt.date(today.year, 1, 1), period_end__lt=today)
    found: dict[str, int] = {"owed": 0, "on_time": 0, "late": 0, "missing": 0, "awaited": 0}
    for obligation in year:
        found["owed"] += 1
        key = standing(obligation, today).state.value
        found[key] = found.get(key, 0) + 1
    return found
