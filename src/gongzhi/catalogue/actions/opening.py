"""Lay down obligations when periods open, and when somebody asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import count

from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.catalogue.models import Obligation
from gongzhi.catalogue.queries.periods import CALENDAR_KINDS, is_stock, periods_of
from gongzhi.catalogue.states import NotPossible
from gongzhi.editions.queries import in_force, one_look, resource_for
from gongzhi.engine.calendar import (
    Due,
    Period,
    due_day,
    due_working_day,
    parse_period,
    period_of,
    request_period,
)
from gongzhi.engine.definitions import Definitions, Frequency, Resource, roll_on
from gongzhi.organisation.models import Person

from .ruling import propose, ruled


@transaction.atomic
@one_look()
def open_periods(*, since: dt.date, until: dt.date) -> int:
    """Write the obligations of all periods that begin in or overlap [since, until], and of the stock of
    registers (存量) once for each unit and resource; returns how many are new.

    Running it again changes nothing: an obligation, once written, keeps its due day. Of a class, those owe a
    period who are members when it ends.
    """
    definitions = in_force()
    propose(definitions)
    rows = [
        row
        for resource in definitions.resources.values()
        for row in _obligations(definitions, resource, since, until)
    ]
    rows += _stocks(definitions)
    ruled(rows)
    before = Obligation.objects.count()
    Obligation.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1_000)
    return Obligation.objects.count() - before


def _obligations(
    definitions: Definitions, resource: Resource, since: dt.date, until: dt.date
) -> Iterator[Obligation]:
    """A resource that no document asks for (`proposed`: the bureau's own) is owed by nobody."""
    if resource.duplicate_of or resource.proposed:
        return
    for asked, period in periods_of(resource.number, since, until):
        frequency = definitions.frequencies[asked.frequency]
        for unit in definitions.providers(asked, period.end):
            yield _obligation(definitions, asked, frequency, unit.key, period)


def _stocks(definitions: Definitions) -> Iterator[Obligation]:
    """存量: what stands in a register, owed once by each unit however long ago its sharing began.

    Its day, from which the due day is counted, is the one on which it is laid down here: a platform that is
    installed years after the notice finds nobody overdue.
    """
    today = timezone.localdate()
    of_stock = Obligation.objects.filter(of_stock=True)
    asked = set(of_stock.order_by().values_list("unit", "resource").distinct())
    for resource in definitions.resources.values():
        frequency = definitions.frequencies[resource.frequency]
        if resource.duplicate_of or resource.proposed or not is_stock(resource) or resource.since > today:
            continue
        for unit in definitions.providers(resource, today):
            if (unit.key, resource.number) not in asked:
                yield _obligation(definitions, resource, frequency, unit.key, period_of("day", today))


def _obligation(
    definitions: Definitions, resource: Resource, frequency: Frequency, unit: str, period: Period
) -> Obligation:
    due, provisional, assured = _due(definitions, frequency, period)
    return Obligation(
        unit=unit,
        resource=resource.number,
        period=period.code,
        period_end=period.end,
        opens=period.start,
        due=due,
        due_provisional=provisional,
        due_assured=assured,
        scored=resource.scored,
        of_stock=_of_stock(frequency, period),
        definitions=definitions.digest,
    )


def _due(definitions: Definitions, frequency: Frequency, period: Period) -> tuple[dt.date | None, bool, bool]:
    """The due day; whether it is provisional, a parameter of the office; whether all days off are known."""
    days, of_the_office = _days(definitions, frequency, period)
    if days is None:
        return None, of_the_office, True
    due = _counted(definitions, frequency, period, days)
    return due.effective, of_the_office, due.assured


def _counted(definitions: Definitions, frequency: Frequency, period: Period, days: int) -> Due:
    holidays = definitions.holidays.table
    if frequency.counted == "working_days" and period.kind in {"day", "request"}:
        return due_working_day(period, days, holidays)
    return due_day(period, days, roll=roll_on(definitions, period.end), holidays=holidays)


def _days(definitions: Definitions, frequency: Frequency, period: Period) -> tuple[int | None, bool]:
    """Days after the period's end: the notice's own, or the office's parameter (then provisional)."""
    stock = _of_stock(frequency, period)
    if frequency.due_days is not None and not stock:
        return frequency.due_days, False
    key = "stock_due_days" if stock else frequency.due_parameter
    if key is None:
        return None, False
    parameter = definitions.parameters.get(key)
    value = parameter.at(period.end) if parameter else None
    return (int(value.value), True) if value else (None, True)


def _of_stock(frequency: Frequency, period: Period) -> bool:
    """A day is no period of the calendar: what is owed of one is the stock."""
    return period.kind == "day" and frequency.period in CALENDAR_KINDS


def number_on(definitions: Definitions, key: str, day: dt.date) -> int:
    """A whole number that a parameter has on a day; KeyError when it has none then."""
    value = definitions.parameters[key].at(day)
    if value is None:
        raise KeyError(f"{key} {day}")
    return int(value.value)


@transaction.atomic
def ask_for(
    *,
    unit: str,
    resource: str,
    reason: str,
    by: Person,
    due: dt.date | None = None,
    event: dt.date | None = None,
    on: dt.date | None = None,
) -> Obligation:
    """A duty that no calendar opens: the reply to a request (按需提供、按提请), an event (按次) on its day,
    or the 存量 of a register once more.

    `on`: the day of the request where a synthetic past is laid down. `due`: the agreed day; without
    it the parameter holds. NotPossible: not the unit's, owed by the calendar, an event's day missing or odd.
    """
    definitions, today = in_force(), on or timezone.localdate()
    wanted = definitions.resources[resource]
    frequency = definitions.frequencies[wanted.frequency]
    if unit not in {one.key for one in definitions.providers(wanted, event or today)}:
        raise NotPossible("这个单位不提供这项数据，请核对单位和资源")
    stock = is_stock(wanted)
    if frequency.period in CALENDAR_KINDS | {"standing"} and not stock:
        raise NotPossible(f"这项数据{frequency.wording}报送，不必另行提请")
    if fault := event_fault(wanted, event):
        raise NotPossible(fault)
    of_a_day = event or (today if stock else None)
    period = period_of("day", of_a_day) if of_a_day else _next_request(unit, resource, today)
    if due is not None and due < today:
        raise NotPossible("约定的答复日期早于提请日期，请核对")
    made = _obligation(definitions, wanted, frequency, unit, period)
    if due is not None:
        made.due, made.due_provisional, made.due_assured = due, False, True
    if Obligation.objects.filter(unit=unit, resource=resource, period=period.code).exists():
        raise NotPossible(f"{period.label}的这项数据已经登记过")
    made.save(force_insert=True)
    detail = {"unit": unit, "resource": resource, "period": period.code, "reason": reason}
    about = ("obligation", made.pk)
    record("obligation.opened", by=by, subject=about, duty="request_collaboration", detail=detail)
    return made


def event_fault(resource: Resource, event: dt.date | None) -> str:
    """What is wrong with the day of an event in a request for a resource (Chinese); empty when nothing is."""
    by_event = in_force().frequencies[resource.frequency].period == "event"
    if by_event and event is None:
        return f"“{resource.title}”{resource.frequency}报送，请填写事项发生日"
    if event is None:
        return ""
    if not by_event:
        return f"“{resource.title}”不按次报送（{resource.frequency}），不填事项发生日"
    if event > timezone.localdate():
        return "事项发生日还没有到，请核对"
    if event < resource.since:
        return f"这项数据自 {resource.since.isoformat()} 起报送，事项发生日不能早于这一天"
    return ""


def open_event(*, unit: str, resource: str, code: str) -> None:
    """Lay down the duty of an event (按次) whose file has come though nobody asked for it, so that its
    time can be told: due as the definitions count from the event's day. Any other file opens nothing.
    """
    definitions, period = in_force(), parse_period(code)
    known = definitions.resources.get(resource)
    if known is None or known.proposed or period.kind != "day" or period.end < known.since:
        return
    frequency = definitions.frequencies[known.frequency]
    if frequency.period == "event":
        made = _obligation(definitions, known, frequency, unit, period)
        made.from_file = True
        ruled([made])
        Obligation.objects.bulk_create([made], ignore_conflicts=True)


def _next_request(unit: str, resource: str, today: dt.date) -> Period:
    """The first number of the day under which this unit was not asked for the resource yet.

    What is asked of several units on one day may bear one number.
    """
    taken = set(
        Obligation.objects.filter(unit=unit, resource=resource, opens=today).values_list("period", flat=True)
    )
    return next(p for n in count(1) if (p := request_period(today, n)).code not in taken)


def _asked(resource: Resource, period: Period) -> bool:
    return Obligation.objects.filter(resource=resource.number, period=period.code).exists()


def period_for(resource: Resource, code: str) -> Period:
    """The period `code` if it fits the frequency asked then; PeriodError or ValueError otherwise."""
    period = parse_period(code)
    asked = resource_for(resource.number, period.code)
    frequency = in_force().frequencies[asked.frequency]
    kinds = {
        "event": {"day", "month", "quarter", "half_year", "year"},
        "standing": {"day", "month", "quarter", "half_year", "year"},
    }.get(frequency.period, {frequency.period})
    if period.kind in kinds:
        return period
    if resource.stock and _asked(resource, period):
        return period
    raise ValueError(frequency.wording)
