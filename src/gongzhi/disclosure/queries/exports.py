"""Exports that are kept: whose they are, who has to agree, which wait, where their files lie."""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet, Sum
from django.utils import timezone

from gongzhi.audit.queries import in_force
from gongzhi.disclosure.models import Export
from gongzhi.disclosure.states import ExportState
from gongzhi.engine.crypto import open_file
from gongzhi.gate import Sight, allowed, sight_of
from gongzhi.organisation.models import Person

from . import known
from .guards import KEEPS

APPROVE = "approve_reveal"
AT_ONCE, APPROVAL = "export_at_once_rows", "export_approval_rows"
VALID, WATCH, RESUME = "export_valid_hours", "export_watch_hours", "export_resume_minutes"


@dataclass(frozen=True)
class Watched:
    """How much of one guarded list a person has taken lately without anybody's word, against the bound."""

    taken: int
    most: int
    hours: int

    def over(self, rows: int) -> bool:
        return self.taken + rows > self.most


def watched(person: Person, title: str) -> Watched:
    """What counts together with the next export of the list: pieces below the bound are one export."""
    hours = known.number_of(WATCH)
    since = timezone.now() - dt.timedelta(hours=hours)
    alone = Export.objects.filter(
        person=person, title=title, guarded=True, decided_by=None, asked_at__gt=since, state__in=OWN_WORD
    )
    taken = alone.aggregate(rows=Sum("rows"))["rows"] or 0
    return Watched(taken, known.number_of(APPROVAL), hours)


OWN_WORD = (ExportState.GIVEN, ExportState.WAITING, ExportState.READY, ExportState.TAKEN)
"""States of an export that nobody else has agreed to, where `decided_by` is empty."""


def most_at_once() -> int:
    """How many rows the page itself gives; more are made by the worker."""
    return known.number_of(AT_ONCE)


def valid_until(now: dt.datetime) -> dt.datetime:
    """Until when a file that is made now can be fetched."""
    return now + dt.timedelta(hours=known.number_of(VALID))


def resume_minutes() -> int:
    """How long a download of guarded rows that was broken off may be taken up again."""
    return known.number_of(RESUME)


def countersigners(person: Person) -> list[Person]:
    """Who countersigns the person's exports: the security administrators, never herself."""
    keeping = [key for key, role in in_force().roles.items() if KEEPS in role.duties]
    found = Person.objects.filter(is_active=True, grants__role__in=keeping).exclude(pk=person.pk)
    return [one for one in found.distinct().order_by("name") if sight_of(one).has(KEEPS)]


def kept_at(export: Export) -> Path:
    """Where the sealed file of an export lies."""
    folder: Path = settings.HOME.folder("exports")
    return folder / f"{export.pk}.sealed"


def exports_visible_to(sight: Sight) -> QuerySet[Export]:
    """One's own; of one's unit for who decides, what waits to be countersigned; all for the auditor."""
    if sight.has("read_audit"):
        return Export.objects.all()
    if not sight.person:
        return Export.objects.none()
    seen = Export.objects.filter(person=UUID(sight.person))
    if sight.unit and allowed(sight, APPROVE, unit=sight.unit):
        seen |= Export.objects.filter(unit=sight.unit)
    if sight.has(KEEPS):
        seen |= Export.objects.filter(state=ExportState.AGREED)
    return seen


def for_ones_word(sight: Sight) -> QuerySet[Export]:
    """What waits for the reader's own answer: as the superior, or as the security administrator."""
    waiting = [
        state
        for state, duty in ((ExportState.ASKED, APPROVE), (ExportState.AGREED, KEEPS))
        if sight.has(duty)
    ]
    if not sight.person or not waiting:
        return Export.objects.none()
    others = exports_visible_to(sight).filter(state__in=waiting).exclude(person=UUID(sight.person))
    return others.exclude(decided_by=UUID(sight.person))


def asked_exports() -> QuerySet[Export]:
    """What waits for the word of another, and what was refused, in the order in which it was asked."""
    states = (ExportState.ASKED, ExportState.AGREED, ExportState.DECLINED)
    found = Export.objects.filter(state__in=states).select_related("person")
    return found.order_by("asked_at", "id")


def waiting_exports() -> QuerySet[Export]:
    """What the worker has to make, in the order in which it was asked."""
    return (
        Export.objects.filter(state=ExportState.WAITING).select_related("person").order_by("asked_at", "id")
    )


def plain_file(export: Export, sealed: Path) -> BinaryIO:
    """The file as it is saved, whole or not at all: held by this process only, gone when it is closed."""
    plain: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115  # whoever answers with it closes it
    with sealed.open("rb") as stream:
        for chunk in open_file(settings.KEYS, stream, export.digest, purpose="original"):
            plain.write(chunk)
    plain.seek(0)
    return plain
