"""What comes in meets an obligation; what the office returns no longer does."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from gongzhi.catalogue.models import Activity, Obligation
from gongzhi.catalogue.states import SHANGHAI, due_of
from gongzhi.editions.queries import in_force

from .opening import number_on, open_event


@transaction.atomic
def satisfy(*, unit: str, resource: str, period: str, received_at: dt.datetime) -> None:
    """An accepted file meets its obligation; the first received instant stands, later ones do not move it.

    The file of an event's day (按次) that nobody asked for opens its own obligation, so that it can be
    told whether it came in time.
    """
    activity, new = Activity.objects.get_or_create(
        unit=unit, resource=resource, defaults={"last_at": received_at}
    )
    if not new and received_at > activity.last_at:
        activity.last_at = received_at
        activity.save(update_fields=["last_at"])
    open_event(unit=unit, resource=resource, code=period)
    owed = Obligation.objects.select_for_update().filter(unit=unit, resource=resource, period=period)
    for obligation in owed:
        if obligation.received_at is None or received_at < obligation.received_at:
            obligation.received_at = received_at
            obligation.satisfied_at = timezone.now()
            obligation.save(update_fields=["received_at", "satisfied_at"])


@transaction.atomic
def returned(
    *,
    unit: str,
    resource: str,
    period: str,
    received_at: dt.datetime,
    at: dt.datetime,
    still: dt.datetime | None,
) -> dt.date | None:
    """A batch that had come in is returned: it no longer meets its obligation.

    `received_at` is the returned batch's; `still` the first instant of what is still accepted for the place,
    if anything is. After the due day a unit whose file had come in time has some working days more (design.md
    6: three). Returns the day by which it has to come again to be on time; None where no obligation is
    concerned, no day is set, or it is late already.
    """
    owed = no_longer(unit=unit, resource=resource, period=period, received_at=received_at, still=still)
    if owed is None:
        return None
    day = at.astimezone(SHANGHAI).date()
    return due_again(owed, day, received_at) if still is None else due_of(owed, day)


def due_again(owed: Obligation, day: dt.date, received_at: dt.datetime) -> dt.date | None:
    """The day by which what was returned on `day` has to come again to be on time.

    Where the due day is over, that is some working days more for what had come in time. What came late stays
    late (None): otherwise a bad file, sent late and returned, would make its unit punctual.
    """
    due, came = due_of(owed, day), received_at.astimezone(SHANGHAI).date()
    if due is not None and day > due:
        if came > due:
            return None
        definitions = in_force()
        days = number_on(definitions, "return_working_days", day)
        owed.returned_on, owed.grace_due = day, definitions.holidays.table.add_working_days(day, days).day
        owed.save(update_fields=["returned_on", "grace_due"])
        due = owed.grace_due
    return due


@transaction.atomic
def taken_back(
    *, unit: str, resource: str, period: str, received_at: dt.datetime, still: dt.datetime | None
) -> None:
    """The unit withdrew a batch. A duty that only files had laid down goes with the last of them: a day that
    was written wrong is no event, and nobody owes anything for it.
    """
    owed = no_longer(unit=unit, resource=resource, period=period, received_at=received_at, still=still)
    if owed and owed.from_file and owed.received_at is None and not owed.acts.exists():
        owed.delete()


@transaction.atomic
def no_longer(
    *, unit: str, resource: str, period: str, received_at: dt.datetime, still: dt.datetime | None
) -> Obligation | None:
    """A batch that came in counts no more; what is still accepted for the place (`still`) or was provided in
    an agreed way meets its obligation, or nothing does. None where none was met.
    """
    owed = Obligation.objects.select_for_update().filter(unit=unit, resource=resource, period=period).first()
    if owed is None or owed.received_at is None:
        return None
    if received_at <= owed.received_at:
        provided = owed.acts.exclude(provided_at=None).values_list("provided_at", flat=True)
        owed.received_at = min((at for at in (still, *provided) if at), default=None)
        owed.satisfied_at = owed.satisfied_at if owed.received_at else None
        owed.save(update_fields=["received_at", "satisfied_at"])
    return owed
