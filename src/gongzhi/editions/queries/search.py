"""Find resources and units in the definitions in force, by the words that people use for them."""

from __future__ import annotations

from dataclasses import dataclass

from gongzhi.engine.definitions import Resource, Unit

from .counting import in_force
from .pieces import in_order


@dataclass(frozen=True)
class FoundResource:
    """A resource that a text means; `column` is the column by whose name alone it was found."""

    resource: Resource
    column: str = ""


def resources_like(text: str) -> list[FoundResource]:
    """By number, by a part of a title, or by the name of a column; what the title says comes first."""
    named, by_column = [], []
    for one in sorted(in_force().resources.values(), key=lambda one: in_order(one.number)):
        if text.upper() == one.number or any(text in title for title in _titles(one)):
            named.append(FoundResource(one))
        elif column := _column(one, text):
            by_column.append(FoundResource(one, column))
    return named + by_column


def _titles(resource: Resource) -> list[str]:
    return [resource.title, resource.source_title or "", *(sheet.title or "" for sheet in resource.sheets)]


def _column(resource: Resource, text: str) -> str:
    """The first column that is called so, here or in files seen in the wild."""
    fields = (field for sheet in resource.sheets for field in sheet.fields)
    return next((field.title for field in fields if text in (field.title, *field.aliases)), "")


def units_like(text: str) -> list[Unit]:
    """By a part of the official name or of a name in the annexes."""
    return [one for one in in_force().units.values() if any(text in name for name in one.names)]
