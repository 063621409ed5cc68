"""Lay down obligations when periods open; mark them met."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db import transaction
from django.utils import timezone

from gongzhi.editions.queries import in_force
from gongzhi.engine.calendar import Period, due_day, parse_period, periods_between
from gongzhi.engine.definitions import Definitions, Frequency, Resource

from .models import Obligation

CALENDAR_KINDS = {"month", "quarter", "half_year", "year"}


@transaction.atomic
def open_periods(*, since: dt.date, until: dt.date) -> int:
    """Write the obligations of all periods that begin in or overlap [since, until]; returns how many are new.

    Running it again changes nothing: an obligation, once written, keeps its due day.
    """
    definitions = in_force()
    rows = [
        row
        for resource in definitions.resources.values()
        for row in _obligations(definitions, resource, since, until)
    ]
    before = Obligation.objects.count()
    Obligation.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1_000)
    return Obligation.objects.count() - before


def _obligations(
    definitions: Definitions, resource: Resource, since: dt.date, until: dt.date
) -> Iterator[Obligation]:
    """A resource that no document asks for (`proposed`: the bureau's own) is owed by nobody."""
    frequency = definitions.frequencies[resource.frequency]
    if frequency.period not in CALENDAR_KINDS or resource.duplicate_of or resource.proposed:
        return
    units = definitions.providers(resource)
    first = max(since, resource.since)
    for period in periods_between(frequency.period, first, until):
        for unit in units:
            yield _obligation(definitions, resource, frequency, unit.key, period)


def _obligation(
    definitions: Definitions, resource: Resource, frequency: Frequency, unit: str, period: Period
) -> Obligation:
    days, provisional = _days(definitions, frequency, period.end)
    due = due_day(period, days).effective if days is not None else None
    return Obligation(
        unit=unit,
        resource=resource.number,
        period=period.code,
        period_end=period.end,
        opens=period.start,
        due=due,
        due_provisional=provisional,
        scored=resource.scored,
        definitions=definitions.digest,
    )


def _days(definitions: Definitions, frequency: Frequency, day: dt.date) -> tuple[int | None, bool]:
    """Days after the period's end: the notice's own, or the office's parameter (then provisional)."""
    if frequency.due_days is not None:
        return frequency.due_days, False
    if frequency.due_parameter is None:
        return None, False
    value = definitions.parameters[frequency.due_parameter].at(day)
    return (int(value.value), True) if value else (None, True)


@transaction.atomic
def satisfy(*, unit: str, resource: str, period: str, received_at: dt.datetime) -> None:
    """An accepted file meets its obligation; the first received instant stands, later ones do not move it.

    An event or request file meets no calendar obligation, and that is no fault.
    """
    owed = Obligation.objects.select_for_update().filter(unit=unit, resource=resource, period=period)
    for obligation in owed:
        if obligation.received_at is None or received_at < obligation.received_at:
            obligation.received_at = received_at
            obligation.satisfied_at = timezone.now()
            obligation.save(update_fields=["received_at", "satisfied_at"])


def period_for(resource: Resource, code: str) -> Period:
    """The period `code` if it fits the resource's frequency; PeriodError or ValueError otherwise."""
    frequency = in_force().frequencies[resource.frequency]
    period = parse_period(code)
    kinds = {
        "event": {"day", "month", "quarter", "half_year", "year"},
        "request": {"request", "day"},
        "standing": {"day", "month", "quarter", "half_year", "year"},
    }.get(frequency.period, {frequency.period})
    if period.kind not in kinds:
        raise ValueError(frequency.wording)
    return period
