"""Who looked at what: the look at its own address, all looks for the auditor, counts for the provider."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import Count, QuerySet
from django.utils import timezone

from gongzhi.disclosure.models import Reveal
from gongzhi.engine.definitions import Definitions
from gongzhi.gate import Everywhere, Sight


def reveals_visible_to(sight: Sight) -> QuerySet[Reveal]:
    """All looks for who reads the trail, else one's own."""
    if sight.has("read_audit"):
        return Reveal.objects.all()
    return Reveal.objects.filter(person=UUID(sight.person)) if sight.person else Reveal.objects.none()


def address_of(reveal: Reveal, session: str, back: str) -> str:
    """The address at which a look can be seen, good in this session alone; it carries the way back."""
    return f"/revealed/{signing.dumps([str(reveal.pk), back], salt=_salt(session))}"


def found_at(token: str, session: str, sight: Sight) -> tuple[Reveal, str] | None:
    """The reader's own look behind an address, and the way back.

    None for another session's address, a forged one, and another person's look.
    """
    try:
        key, back = signing.loads(token, salt=_salt(session))
    except signing.BadSignature:
        return None
    own = Reveal.objects.filter(person=UUID(sight.person)) if sight.person else Reveal.objects.none()
    found = own.filter(pk=key).first()
    return (found, back) if found else None


def _salt(session: str) -> str:
    return f"gongzhi.reveal|{session}"


HOURS = ("office_from_hour", "office_until_hour")  # parameters


@dataclass(frozen=True)
class Usage:
    """How often one unit looked at a provider's rows of one resource for one purpose."""

    unit: str
    resource: str
    purpose: str
    viewer: str
    looks: int
    batches: int


def usage(units: frozenset[str] | Everywhere, since: dt.datetime) -> list[Usage]:
    """Looks at the rows of these units, counted; no name of a viewer, no row, no value."""
    reveals = Reveal.objects.filter(at__gte=since)
    if isinstance(units, frozenset):
        reveals = reveals.filter(unit__in=units)
    named = ("unit", "resource", "purpose_title", "person_unit")
    counted = reveals.values(*named).annotate(looks=Count("id"), batches=Count("batch", distinct=True))
    return [_usage(one) for one in counted.order_by(*named)]


def _usage(one: dict[str, Any]) -> Usage:
    return Usage(
        one["unit"], one["resource"], one["purpose_title"], one["person_unit"], one["looks"], one["batches"]
    )


def off_hours(at: dt.datetime, known: Definitions) -> bool:
    """Whether an instant lies on a day off, or before or after the working hours in force."""
    local = timezone.localtime(at)
    if not known.holidays.table.is_working(local.date()):
        return True
    hours = [known.parameters[key].at(local.date()) for key in HOURS if key in known.parameters]
    first, last = (int(hour.value) if hour else None for hour in hours) if len(hours) == 2 else (None, None)
    return first is not None and last is not None and not first <= local.hour < last
