"""Read people and what they may do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from gongzhi.engine.definitions import Definitions, Unit, load_once
from gongzhi.gate import Sight
from gongzhi.gate.sight import Held

from .models import Grant, Person


def definitions() -> Definitions:
    """The definitions beside the code, for the rooms below `editions`; others ask `editions`."""
    return load_once(settings.DEFINITIONS)


def unit_of(person: Person) -> Unit:
    return definitions().units[person.unit]


def in_force(person: Person) -> QuerySet[Grant]:
    """The grants of a person that count now."""
    now = timezone.now()
    open_end = Q(valid_until=None) | Q(valid_until__gt=now)
    return Grant.objects.filter(open_end, person=person, ended_at=None, valid_from__lte=now)


def visible_to(sight: Sight) -> QuerySet[Person]:
    """All people for the two administrators who need them, one's own unit for its liaison, else oneself."""
    if sight.has("administer_accounts") or sight.has("administer_grants"):
        return Person.objects.all()
    if sight.has("see_unit_people"):
        units = sight.units("see_unit_people")
        return Person.objects.filter(unit__in=units) if isinstance(units, frozenset) else Person.objects.all()
    return Person.objects.filter(pk=sight.person) if sight.person else Person.objects.none()


class Grants:
    """The gate's source of grants."""

    def sight_of(self, user: Any) -> Sight:
        roles = definitions().roles
        held = []
        for grant in in_force(user):
            role = roles.get(grant.role)
            if role is None:
                continue  # a role that the definitions no longer know gives nothing
            everywhere = role.scope in {"all_units", "system"}
            held.append(
                Held(role.key, frozenset(role.duties), grant.unit or None, grant.cell or None, everywhere)
            )
        return Sight(person=str(user.pk), name=user.name, unit=user.unit, held=tuple(held))

    def known_duties(self) -> Iterable[str]:
        return definitions().duties
