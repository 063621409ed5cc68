"""What the trail calls the things of this room."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from gongzhi.audit.queries import Describer, names_of
from gongzhi.disclosure.models import Allowance, Export, Reveal
from gongzhi.gate import Sight
from gongzhi.organisation.queries import person_named

from .reveals import reveals_visible_to


def _reveals(identities: Collection[str], sight: Sight) -> Mapping[str, str]:
    return names_of(reveals_visible_to(sight), identities, _reveal)


def _reveal(one: Reveal) -> str:
    return f"{one.purpose_title} {one.batch_number} 第{one.row}行"


def _allowances(identities: Collection[str], _: Sight) -> Mapping[str, str]:
    rows = Allowance.objects.select_related("person")
    return names_of(rows, identities, lambda one: f"{person_named(one.person)} {one.day}")


def _exports(identities: Collection[str], _: Sight) -> Mapping[str, str]:
    return names_of(Export.objects.all(), identities, lambda one: f"{one.title} {one.rows}行")


NAMES: Mapping[str, Describer] = {"reveal": _reveals, "allowance": _allowances, "export": _exports}
