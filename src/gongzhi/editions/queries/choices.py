"""What a form offers where a definition names something else: units, duties, tables, columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gongzhi.engine.definitions import Definitions, Sheet

from .labels import KINDS_OF_CLAUSES, ROOMS

Choices = list[tuple[str, str]]
STREETS = 2
"""The level of the grid's cells that are streets."""


def _duties(known: Definitions) -> Choices:
    return [(one.key, one.title) for one in known.duties.values()]


def _roles(known: Definitions) -> Choices:
    return [(one.key, one.title) for one in known.roles.values()]


def _units(known: Definitions) -> Choices:
    return [(one.key, one.name) for one in known.units.values()]


def _streets(known: Definitions) -> Choices:
    return [(one.code, one.name) for one in known.cells.values() if one.level == STREETS]


def _tables(known: Definitions) -> Choices:
    return [(code, f"{found[0].number} {found[1].title}") for code, found in known.tables.items()]


def _findings(known: Definitions) -> Choices:
    return [(one.code, one.title) for one in known.findings.values()]


def _parameters(known: Definitions) -> Choices:
    return [(one.key, one.title) for one in known.parameters.values()]


def _resources(known: Definitions) -> Choices:
    return [(one.number, f"{one.number} {one.title}") for one in known.resources.values()]


_THINGS: Mapping[str | tuple[str, str], Callable[[Definitions], Choices]] = {
    "assignee": _duties,
    "reviewer": _duties,
    "to": lambda known: [("assignee", "承办人"), *_duties(known)],
    "duties": _duties,
    "apart": _duties,
    "excludes": _roles,
    "roles": _roles,
    "due_parameter": _parameters,
    ("Rule", "parameters"): _parameters,
    "reminders": lambda known: [(one.key, one.title) for one in known.ladders.values()],
    "letter": lambda known: [(one.key, one.title) for one in known.letters.values()],
    ("CollaborationItem", "resource"): _resources,
    ("CollaborationItem", "frequency"): lambda known: [(one, one) for one in known.frequencies],
    "partners": _units,
    ("Member", "unit"): _units,
    ("Post", "unit"): _units,
    ("Clause", "kind"): lambda _: [*KINDS_OF_CLAUSES.items()],
    ("Clause", "room"): lambda _: [*ROOMS.items()],
    ("District", "office"): _units,
    ("District", "bureau"): _units,
    ("Unit", "division"): _streets,
    "table": _tables,
    "tables": _tables,
    "elsewhere": _tables,
    "finding": _findings,
    "unknown": _findings,
    "differs": _findings,
    "closed": _findings,
}  # fmt: skip
_OWN = {
    "RegisterSource": (
        "latest_by", "code", "name", "old_code", "former_name", "kind", "status", "scale", "industry",
        "address", "street", "phone", "person", "opened_on", "closed_on",
    ),
    "AgreesWithRegister": ("code", "name", "day"), "Seasonal": ("field",), "NearDuplicate": ("field", "same"),
    "StockAndFlow": ("same", "stock", "before", "plus", "minus"), "Evidence": ("cells",),
}  # fmt: skip
"""Keys that name a column of the definition's own table."""
COLUMNS = {(model, key) for model, keys in _OWN.items() for key in keys}
PARTY = ("Coverage", "role")


def named(model: str, key: str, table: str, known: Definitions) -> Choices | None:
    """What may stand under a key that names something else; None where it names nothing."""
    if (model, key) in COLUMNS:
        return columns_of(table, known)
    if (model, key) == PARTY:
        return _parties(table, known)
    found = _THINGS.get((model, key)) or _THINGS.get(key)
    return found(known) if found else None


def columns_of(table: str, known: Definitions) -> Choices:
    return [(one.key, one.title) for sheet in _sheet(table, known) for one in sheet.fields]


def _parties(table: str, known: Definitions) -> Choices:
    return [(one.role, one.title) for sheet in _sheet(table, known) for one in sheet.parties]


def _sheet(table: str, known: Definitions) -> Iterable[Sheet]:
    return (known.tables[table][1],) if table in known.tables else ()


def kept(choices: Choices, value: Any) -> Choices:
    """The choices with what stands there now, also where nobody knows it any more."""
    there = value if isinstance(value, list | tuple) else [value]
    known = {key for key, _ in choices}
    return [*choices, *((str(one), f"{one}（已不在其中）") for one in there if one and str(one) not in known)]
