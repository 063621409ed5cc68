"""All that the notice asks of one unit, on one sheet (责任分工表)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions import Clause, CollaborationItem, GridTask, Resource, Unit, UnitKind


@dataclass(frozen=True)
class Sheet:
    """What a unit owes: resources with their rhythm, items of annex 4, grid tasks, clauses."""

    unit: Unit
    resources: list[Resource]
    items: list[CollaborationItem]
    tasks: list[GridTask]
    clauses: list[Clause]


def sheet_of(key: str) -> Sheet:
    """The sheet of a unit as the definitions in force say; KeyError for an unknown unit."""
    definitions = in_force()
    unit, today = definitions.units[key], timezone.localdate()
    owed = [one for one in definitions.resources.values() if unit in definitions.providers(one, today)]
    shared = definitions.collaboration.values()
    items = [one for one in shared if unit in definitions.opened(one.partners, today)]
    on_site = UnitKind.GRID in unit.kinds and unit.division is not None
    return Sheet(
        unit=unit,
        resources=sorted(owed, key=lambda one: by_number(one.number)),
        items=items,
        tasks=list(definitions.grid_tasks.values()) if on_site else [],
        clauses=[one for one in definitions.clauses.values() if set(one.binds) & set(unit.kinds)],
    )


def asked_how(resource: Resource) -> str:
    """How a resource is handed in; one that is listed twice is handed in once."""
    if resource.duplicate_of:
        return f"与 {resource.duplicate_of} 重复列出，报送 {resource.duplicate_of} 即可"
    return resource.frequency


def by_number(number: str) -> tuple[str, int]:
    """Annex 2 and the bureau's own apart, each in the order of its numbers."""
    head, _, tail = number.partition(".")
    return head.zfill(3), int(tail) if tail.isdecimal() else 0
