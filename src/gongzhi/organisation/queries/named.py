"""What the trail calls the things of this room."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from gongzhi.audit.queries import Describer, names_of
from gongzhi.gate import Sight
from gongzhi.organisation.models import ApiKey, Person

from .people import unit_name


def _people(identities: Collection[str], _: Sight) -> Mapping[str, str]:
    return names_of(Person.objects.all(), identities, person_named)


def person_named(person: Person) -> str:
    """A person as colleagues know her: name and unit."""
    return f"{person.name} {unit_name(person.unit)}".strip()


def _units(identities: Collection[str], _: Sight) -> Mapping[str, str]:
    return {one: unit_name(one) for one in identities}


def _keys(identities: Collection[str], _: Sight) -> Mapping[str, str]:
    return names_of(ApiKey.objects.all(), identities, lambda one: f"{unit_name(one.unit)} {one.name}")


NAMES: Mapping[str, Describer] = {"person": _people, "unit": _units, "api_key": _keys}
