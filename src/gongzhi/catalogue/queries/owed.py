"""Read what is owed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from gongzhi.catalogue.models import Act, Activity, Obligation, Ruling
from gongzhi.catalogue.states import Standing, State, due_of, standing
from gongzhi.editions.queries import in_force
from gongzhi.gate import Sight
from gongzhi.work.queries import Matter

from .exempt import Exemptions, exempt_then


@dataclass(frozen=True)
class Owed:
    """An obligation as of a day, with the titles that a page shows."""

    obligation: Obligation
    standing: Standing
    due: dt.date | None  # the day that holds now, after what was granted
    resource_title: str
    unit_name: str
    exempted_by: Ruling | None  # the ruling of 免报 that holds, whatever has come in

    def as_json(self) -> dict[str, object]:
        """The shape of the command line's and the API's lists (design.md 6)."""
        owed = self.obligation
        received = timezone.localtime(owed.received_at).isoformat() if owed.received_at else None
        return {
            "unit": owed.unit,
            "resource": owed.resource,
            "period": owed.period,
            "due": self.due.isoformat() if self.due else None,
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


def owed(obligations: Iterable[Obligation], as_of: dt.date) -> Iterator[Owed]:
    """Each obligation with its standing as of a day, by due day."""
    exemptions = Exemptions(as_of)
    for obligation in obligations:
        yield owed_one(obligation, as_of, exemptions)


def owed_one(obligation: Obligation, as_of: dt.date, exemptions: Exemptions | None = None) -> Owed:
    """An obligation with its standing as of a day; who asks about many hands the exemptions of the day in."""
    definitions, exemptions = in_force(), exemptions or Exemptions(as_of)
    resource = definitions.resources.get(obligation.resource)
    unit = definitions.units.get(obligation.unit)
    ruling = exemptions.of(obligation)
    return Owed(
        obligation,
        standing(obligation, as_of, exempt=ruling is not None),
        due_of(obligation, as_of),
        resource.title if resource else obligation.resource,
        unit.name if unit else obligation.unit,
        ruling,
    )


def in_days(rows: QuerySet[Obligation], today: dt.date, days: int, state: str) -> QuerySet[Obligation]:
    """Obligations due within `days` before or after today; with `state` "open" those not met, however long
    they have been due: what is still owed does not leave the list by growing old.
    """
    last, begun = today + dt.timedelta(days=days), rows.filter(opens__lte=today)
    if state == "open":
        return unmet(begun.filter(Q(due__lte=last) | Q(due=None)), today)
    return begun.filter(Q(due__range=(today - dt.timedelta(days=days), last)) | Q(due=None))


def unmet(rows: QuerySet[Obligation], today: dt.date) -> QuerySet[Obligation]:
    """Those for which nothing came, no zero report either, and that are not exempt today."""
    return rows.filter(~exempt_then(today), received_at=None, zero_at=None)


def matters(today: dt.date, ahead: int = 31) -> list[Matter]:
    """What units still owe, as matters to be reminded of; due within `ahead` days or overdue.

    None where the district's definitions have no ladder for the calendar. Resources that do not count
    against a unit (4.3, whose provider the notice lost) are never chased.
    """
    definitions = in_force()
    ladder = next((one.key for one in definitions.ladders.values() if one.obligations), None)
    rows = unmet(Obligation.objects.filter(scored=True), today).exclude(due=None)
    if ladder is None:
        return []
    found = []
    for one in rows.filter(due__lte=today + dt.timedelta(ahead)):
        due, resource = due_of(one, today), definitions.resources.get(one.resource)
        if resource and due and standing(one, today).state in {State.NOT_DUE, State.AWAITED, State.MISSING}:
            title = f"{one.resource} {resource.title}（{one.period_label}）"
            address = f"/obligations/{one.pk}"
            found.append(
                Matter(
                    f"obligation:{one.pk}:{due}", title, due, address, "submit_file", ladder, unit=one.unit
                )
            )
    return found


def requested(unit: str, resource: str) -> QuerySet[Obligation]:
    """What the office has asked of a unit for a resource that is provided on request (按需提供、按提请)."""
    return Obligation.objects.filter(unit=unit, resource=resource).order_by("-opens", "-period")


def acts_visible_to(sight: Sight) -> QuerySet[Act]:
    """What was asked and decided about the obligations in sight."""
    return Act.objects.filter(obligation__in=visible_to(sight)).select_related("obligation")


def besides(unit: str, resource: str, period: str) -> QuerySet[Obligation]:
    """What a unit owes of a resource besides the calendar's last periods: its stock (存量), and the period
    that an address names, however old it is.
    """
    rows = Obligation.objects.filter(unit=unit, resource=resource)
    return rows.filter(Q(of_stock=True) | Q(period=period)).order_by("-opens")


def standing_duties(units: frozenset[str] | None = None) -> list[tuple[str, str, dt.datetime | None]]:
    """日常: unit, resource and when something was last handed in; such a duty is never late.

    `units` limits them to these units.
    """
    definitions = in_force()
    last = {(one.unit, one.resource): one.last_at for one in Activity.objects.all()}
    return [
        (unit.key, resource.number, last.get((unit.key, resource.number)))
        for resource in definitions.resources.values()
        if definitions.frequencies[resource.frequency].period == "standing" and not resource.proposed
        for unit in definitions.providers(resource, timezone.localdate())
        if units is None or unit.key in units
    ]
