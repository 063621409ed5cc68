"""Read what is owed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

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
