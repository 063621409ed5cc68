"""Who has to promise confidentiality, and whether the promise still holds."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Max, QuerySet
from django.utils import timezone

from gongzhi.audit.queries import in_force
from gongzhi.disclosure.models import Acceptance
from gongzhi.engine.definitions import Agreement
from gongzhi.gate import Sight, sight_of
from gongzhi.organisation.models import Person

PAGE = "/agreement"


def asked_of(sight: Sight) -> list[Agreement]:
    """The agreements that somebody with these duties has to accept: those whose data the duties open."""
    known = in_force()
    opened = {kind for duty in sight.duties if duty in known.duties for kind in known.duties[duty].opens}
    return [one for one in known.agreements.values() if opened & set(one.opens)]


def holds_until(agreement: Agreement, at: dt.datetime) -> dt.date:
    """The last day on which a promise given at this instant holds."""
    day = timezone.localdate(at)
    month = day.month - 1 + agreement.months
    year, month = day.year + month // 12, month % 12 + 1
    return dt.date(year, month, min(day.day, monthrange(year, month)[1]))


def missing(sight: Sight) -> list[Agreement]:
    """What the reader still has to accept, or to accept anew, before she sees shared data."""
    asked = asked_of(sight)
    if not asked or not sight.person:
        return []
    given = Acceptance.objects.filter(person=UUID(sight.person))
    latest = dict(given.values_list("digest").annotate(last=Max("at")))
    today = timezone.localdate()
    return [one for one in asked if not _holds(one, latest.get(one.digest), today)]


def _holds(agreement: Agreement, at: dt.datetime | None, today: dt.date) -> bool:
    return at is not None and holds_until(agreement, at) >= today


def acceptances_visible_to(sight: Sight) -> QuerySet[Acceptance]:
    """All for who keeps grants and for the office, else one's own."""
    if sight.has("administer_grants") or sight.has("confirm_liaisons"):
        return Acceptance.objects.all()
    return Acceptance.objects.filter(person=UUID(sight.person)) if sight.person else Acceptance.objects.none()


@dataclass(frozen=True)
class Standing:
    """Whether one person's promises hold."""

    person: Person
    missing: list[Agreement]
    last: dt.datetime | None


def standings() -> list[Standing]:
    """Everybody who has something to promise; those who have not, first."""
    last = dict(Acceptance.objects.values_list("person").annotate(last=Max("at")))
    found = []
    for person in Person.objects.filter(is_active=True).order_by("unit", "name"):
        sight = sight_of(person)
        if asked_of(sight):
            found.append(Standing(person, missing(sight), last.get(person.pk)))
    return sorted(found, key=lambda one: not one.missing)
