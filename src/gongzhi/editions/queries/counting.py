"""The definitions that count: editions over the folder, loaded strictly, kept by their content."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone

from gongzhi.editions.models import Edition, Publication
from gongzhi.editions.states import Origin, State
from gongzhi.engine.calendar import parse_period
from gongzhi.engine.definitions import (
    Definitions,
    HistoryCheck,
    Resource,
    contents_of,
    load_contents,
    load_once,
    understood,
)

from .pieces import Piece, digest_of_texts, piece_of, pieces_of

NOTHING = ""
"""The stamp of a home in which nothing was published: the folder alone counts."""
_KEPT = 8


@dataclass
class _Look:
    """What a request found when it first asked; it works with that to its end."""

    stamp: str | None = None


_look: ContextVar[_Look | None] = ContextVar("look", default=None)
_last = _Look()
"""What this process has read last."""


class Version(NamedTuple):
    """An approved edition without its text."""

    pk: int
    version: int
    since: dt.date | None
    digest: str


@dataclass
class _Kept:
    """Definitions by what they are made of; a handful is enough for today, a cut-off and a draft."""

    made: dict[object, Definitions] = field(default_factory=dict)

    def put(self, key: object, definitions: Definitions) -> Definitions:
        while len(self.made) >= _KEPT:
            self.made.pop(next(iter(self.made)), None)
        self.made[key] = definitions
        return definitions


_kept = _Kept()


def look_again() -> None:
    """A request begins: it asks once what is published, and stays with the answer."""
    _look.set(_Look())


def look_back() -> None:
    """A request begins that asks nothing: it works with what this process read last.

    It asks `unchanged` in the transaction in which it writes.
    """
    _look.set(_Look(_last.stamp))


def unchanged(stamp: str) -> bool:
    """Whether what counts now is still what counts under this stamp."""
    return _read() == stamp


@contextmanager
def one_look() -> Iterator[None]:
    """Work that asks many times stays with what it found first, inside a request or outside."""
    before = _look.get()
    if before is None:
        _look.set(_Look())
    try:
        yield
    finally:
        if before is None:
            _look.set(None)


def pin(stamp: str | None) -> None:
    """Count with this stamp from here on; None: ask every time."""
    _look.set(None if stamp is None else _Look(stamp))


def stamp() -> str:
    """The stamp of the newest publication: one read of one row, once in a request."""
    look = _look.get()
    if look and look.stamp is not None:
        return look.stamp
    found = _read()
    if look:
        look.stamp = found
    return found


def _read() -> str:
    _last.stamp = found = Publication.objects.values_list("stamp", flat=True).first() or NOTHING
    return found


def in_force(as_of: dt.date | None = None) -> Definitions:
    """The definitions that count on a day (today): of each piece the newest edition, else the folder's.

    The whole set has been checked with its references when each edition was approved, and is again when
    it is put together here; DefinitionError when the folder does not fit what was published.
    """
    return _on(stamp(), as_of or _day_of(int(timezone.now().timestamp()) // 60), settings.DEFINITIONS)


@lru_cache(maxsize=2)
def _day_of(minute: int) -> dt.date:
    """The day here in a minute since 1970. Reckoned each time it would be most of what `in_force` costs."""
    return timezone.localdate(dt.datetime.fromtimestamp(60 * minute, dt.UTC))


@lru_cache(maxsize=16)
def _on(stamp: str, day: dt.date, root: Path) -> Definitions:
    if stamp == NOTHING:
        return load_once(root)
    return _of(root, tuple(sorted(chosen(versions(stamp), day).items())))


def chosen(found: Mapping[Piece, tuple[Version, ...]], day: dt.date) -> dict[Piece, Version | None]:
    """Of each published piece the version that counts on a day; None before its first day."""
    return {piece: at(editions, day) for piece, editions in found.items()}


def at(editions: tuple[Version, ...], day: dt.date) -> Version | None:
    """The highest version whose day has come."""
    return next((one for one in reversed(editions) if one.since is None or one.since <= day), None)


@lru_cache(maxsize=4)
def versions(_stamp: str) -> Mapping[Piece, tuple[Version, ...]]:
    """All approved editions by piece, lowest version first; kept for as long as nothing is published."""
    found: dict[Piece, tuple[Version, ...]] = {}
    rows = Edition.objects.filter(state=State.APPROVED).order_by("version")
    columns = rows.values_list("kind", "code", "pk", "version", "since", "digest")
    for kind, code, pk, version, since, digest in columns:
        piece = Piece(kind, code)
        found[piece] = (*found.get(piece, ()), Version(pk, version or 0, since, digest))
    # What a release brought and nobody has approved yet does not count, though the folder has it.
    for kind, code in Edition.objects.filter(origin=Origin.RELEASE).values_list("kind", "code"):
        found.setdefault(Piece(kind, code), ())
    return MappingProxyType(found)


def _of(root: Path, editions: tuple[tuple[Piece, Version | None], ...]) -> Definitions:
    key = (root, tuple((piece, one and one.digest) for piece, one in editions))
    if key in _kept.made:
        return _kept.made[key]
    contents = assembled(root, dict(editions))
    if contents == folder(root):
        return _kept.put(key, load_once(root))
    return _kept.put(key, load_contents(contents))


@lru_cache(maxsize=4)
def folder(root: Path) -> Mapping[str, bytes]:
    """The folder's files; they do not change under a running process."""
    return MappingProxyType(contents_of(root))


def folder_pieces() -> Mapping[Piece, dict[str, str]]:
    """The folder's pieces with their texts."""
    return pieces_of(folder(settings.DEFINITIONS))


def assembled(root: Path, editions: Mapping[Piece, Version | None]) -> dict[str, bytes]:
    """The files that count: those of the editions, and the folder's for pieces never published."""
    contents = {name: content for name, content in folder(root).items() if piece_of(name) not in editions}
    here = pieces_of(folder(root))
    same = {
        piece for piece, one in editions.items()
        if one and piece in here and one.digest == digest_of_texts(here[piece])
    }  # fmt: skip
    texts = {name: text for piece in same for name, text in here[piece].items()}
    others = [one.pk for piece, one in editions.items() if one and piece not in same]
    for found in Edition.objects.filter(pk__in=others).values_list("texts", flat=True):
        texts |= found
    return contents | {name: text.encode() for name, text in texts.items()}


def contents_in_force(as_of: dt.date | None = None) -> dict[str, bytes]:
    """The files behind `in_force`, byte for byte as they were written."""
    day = as_of or timezone.localdate()
    return assembled(settings.DEFINITIONS, chosen(versions(stamp()), day))


def in_force_for(number: str, period: str) -> Definitions:
    """The definitions by which a file for this period is checked.

    Everything as of today, save the resource itself: of it the edition that counted on the first day of
    the period. Before its first edition's day the first one counts. KeyError for an unknown resource.
    """
    now = in_force()
    editions = editions_of(number)
    if len(editions) < 2:
        return now
    then = _then(editions, parse_period(period).start)
    if then == at(editions, timezone.localdate()):
        return now
    return _with(now, number, then)


def editions_of(number: str) -> tuple[Version, ...]:
    """The approved editions of a resource, the first one first; KeyError for an unknown resource."""
    piece = Piece("resource", in_force().resources[number].code)
    return versions(stamp()).get(piece, ()) if stamp() != NOTHING else ()


def _then(editions: tuple[Version, ...], day: dt.date) -> Version:
    return at(editions, day) or editions[0]


def edition_for(number: str, period: str) -> Version | None:
    """The edition by which a file for this period is checked; None where nothing was published."""
    editions = editions_of(number)
    return _then(editions, parse_period(period).start) if editions else None


def wordings(number: str) -> list[tuple[dt.date | None, dt.date | None, Resource]]:
    """The resource as it was and will be asked: first day, the day after the last, and what it says.

    Editions that no day counts by (another one began on the same day or before) are left out.
    """
    editions = editions_of(number)
    if len(editions) < 2:
        return [(None, None, in_force().resources[number])]
    days = sorted({one.since or dt.date.min for one in editions})
    ends = [*days[1:], None]
    chosen_ones = [_then(editions, day) for day in days]
    return [
        (None if place == 0 else day, end, resource_of(one.pk))
        for place, (day, end, one) in enumerate(zip(days, ends, chosen_ones, strict=True))
    ]


def _with(now: Definitions, number: str, then: Version) -> Definitions:
    key = (now.digest, number, then.digest)
    if key in _kept.made:
        return _kept.made[key]
    resource = resource_of(then.pk)
    resources = MappingProxyType(dict(now.resources) | {number: resource})
    marks = MappingProxyType(dict(now.versions) | {number: then.digest})
    joined = digest_of_texts({"whole": now.digest, f"resource {number}": then.digest})
    checks = MappingProxyType({k: one for k, one in now.history_checks.items() if _askable(one, resource)})
    changed = replace(now, resources=resources, versions=marks, history_checks=checks, digest=joined)
    return _kept.put(key, changed)


def _askable(check: HistoryCheck, resource: Resource) -> bool:
    """A check of today asks nothing of an edition that has not its columns yet."""
    asked = [(one, sheet) for sheet in resource.sheets for one in check.on(sheet.code)]
    return all(one.compares.fields <= {field.key for field in sheet.fields} for one, sheet in asked)


def resource_of(pk: int) -> Resource:
    """The resource that an edition describes."""
    texts = Edition.objects.values_list("texts", flat=True).get(pk=pk)
    ((name, text),) = texts.items()
    return understood(name, text.encode(), Resource)[1]


def resource_for(number: str, period: str) -> Resource:
    """The resource as a period asks for it (`in_force_for`)."""
    return in_force_for(number, period).resources[number]
