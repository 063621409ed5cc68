"""What an item is about: a taxpayer, a unit or a place, named and not linked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from django.db.models import QuerySet

from gongzhi.editions.queries import in_force
from gongzhi.gate import Sight
from gongzhi.organisation.queries import cell_name, unit_name
from gongzhi.work.models import Item

from .items import visible_to

TAXPAYER, UNIT, PLACE = "taxpayer", "unit", "place"
_LONGEST = 200


@dataclass(frozen=True)
class Subject:
    """What an item is about: a room above may have any table behind it.

    A place is a grid cell, an address (its `title`) or an address in a cell; its id is the cell's code.
    """

    kind: str
    id: str
    title: str


class TaxpayerSource(Protocol):
    """Where taxpayers are looked up, within what the reader may see (bound to the room `registry`)."""

    def search(self, sight: Sight, text: str, most: int) -> list[Subject]: ...

    def named(self, sight: Sight, key: str) -> Subject | None: ...


@dataclass
class _Bound:
    taxpayers: TaxpayerSource | None = field(default=None)


_bound = _Bound()


def bind_taxpayers(source: TaxpayerSource) -> None:
    """Tell this room where taxpayers are looked up; called once when the application starts."""
    _bound.taxpayers = source


def _taxpayers() -> TaxpayerSource:
    if _bound.taxpayers is None:
        raise RuntimeError("the work is not bound to a source of taxpayers")
    return _bound.taxpayers


def taxpayers_like(sight: Sight, text: str, most: int) -> list[Subject]:
    """The taxpayers in sight that a code or a part of a name means, at most one more than `most`."""
    return _taxpayers().search(sight, text, most)


def known(sight: Sight, subject: Subject) -> Subject | None:
    """The subject by its full title, as the reader may name it; None where it is not there for her."""
    if subject.kind == TAXPAYER:
        return _taxpayers().named(sight, subject.id)
    if subject.kind == UNIT and subject.id in in_force().units:
        return Subject(UNIT, subject.id, unit_name(subject.id))
    if subject.kind == PLACE and (subject.id in in_force().cells or (not subject.id and subject.title)):
        where = cell_name(subject.id) if subject.id else ""
        return Subject(PLACE, subject.id, f"{where} {subject.title}".strip()[:_LONGEST])
    return None


def subject_address(sight: Sight, item: Item) -> str:
    """The page of what an item is about, where the reader may open it; else nothing."""
    if item.subject_kind == TAXPAYER and _taxpayers().named(sight, item.subject_id):
        return f"/taxpayers/{item.subject_id}"
    return ""


def about(sight: Sight, kind: str, key: str) -> QuerySet[Item]:
    """The items about a subject that the reader may see, the open ones by due day."""
    return visible_to(sight).filter(subject_kind=kind, subject_id=key)
