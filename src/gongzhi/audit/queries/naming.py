"""What the subject of an event is called: every room tells it of the kinds that are its own.

A name is what a clerk knows a thing by (a batch's number, a file's name, a title), as it is called now; the
event itself keeps kind and number for good. A describer names many at once, and only what the reader may see.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from gongzhi.audit.models import Event
from gongzhi.gate import Sight
from gongzhi.lists.sources import CHUNK, Source

Describer = Callable[[Collection[str], Sight], Mapping[str, str]]
"""Names by identity, of those that the reader may know; the others are left out."""

UNNAMED = frozenset({"url", "list", "chain", "source", "day", "folder", "key", "register", "guard"})
"""Kinds whose identity says all there is to say, and 重点保护, whose name lies sealed."""

_LONG_NUMBER = re.compile(r"\d{11,}[0-9Xx]?")
_describers: dict[str, Describer] = {}


def bind_names(*rooms: Mapping[str, Describer]) -> None:
    """Tell the trail how the rooms name their things; called once when the application starts."""
    for room in rooms:
        _describers.update(room)


def described() -> frozenset[str]:
    """The kinds that some room names."""
    return frozenset(_describers)


def names_of(rows: QuerySet[Any], identities: Iterable[str], name: Callable[[Any], str]) -> dict[str, str]:
    """The names of those rows (limited to what may be seen) that the identities are keys of."""
    key, wanted = rows.model._meta.pk, []
    for text in identities:
        try:
            wanted.append(key.to_python(text))
        except ValidationError:
            continue  # not a key of this table: it names nothing
    return {str(row.pk): name(row) for row in rows.filter(pk__in=wanted)}


def name_them(events: Sequence[Event], sight: Sight) -> Sequence[Event]:
    """Give each event the name of its subject, with one question for each kind; long numbers are hidden."""
    by_kind: dict[str, set[str]] = {}
    for event in events:
        if event.subject and event.subject_kind in _describers:
            by_kind.setdefault(event.subject_kind, set()).add(event.subject)
    names = {kind: _describers[kind](identities, sight) for kind, identities in by_kind.items()}
    for event in events:
        name = names.get(event.subject_kind, {}).get(event.subject, "")
        event.subject_name = _LONG_NUMBER.sub(lambda found: found[0][:3] + "****", name)
    return events


class NamedEvents:
    """A list's source of events whose subjects are named, a page or a chunk at a time."""

    def __init__(self, rows: Source, sight: Sight) -> None:
        self._rows, self._sight = rows, sight

    def count(self) -> int:
        return self._rows.count()

    def page(self, ordering: Sequence[str], behind: Sequence[Any] | None, most: int) -> list[Any]:
        return list(name_them(self._rows.page(ordering, behind, most), self._sight))

    def every(self, ordering: Sequence[str], most: int) -> Iterator[Any]:
        rows = self._rows.every(ordering, most)
        while chunk := list(islice(rows, CHUNK)):
            yield from name_them(chunk, self._sight)
