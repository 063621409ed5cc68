"""What the trail calls the things of this room."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from gongzhi.audit.queries import Describer, names_of
from gongzhi.catalogue.models import Obligation, Ruling
from gongzhi.catalogue.states import RulingKind
from gongzhi.editions.queries import in_force
from gongzhi.gate import Sight
from gongzhi.organisation.queries import unit_name


def resource_named(number: str) -> str:
    """A resource as lists name it: number and title."""
    resource = in_force().resources.get(number)
    return f"{number} {resource.title}" if resource else number


def _obligations(identities: Collection[str], _: Sight) -> Mapping[str, str]:
    return names_of(Obligation.objects.all(), identities, _obligation)


def _obligation(one: Obligation) -> str:
    return f"{unit_name(one.unit)} {resource_named(one.resource)} {one.period_label}"


def _rulings(identities: Collection[str], _: Sight) -> Mapping[str, str]:
    rows = Ruling.objects.all()
    return names_of(
        rows, identities, lambda one: f"{resource_named(one.resource)} {RulingKind(one.kind).label}"
    )


NAMES: Mapping[str, Describer] = {"obligation": _obligations, "ruling": _rulings}
