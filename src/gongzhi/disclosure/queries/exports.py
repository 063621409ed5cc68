"""Exports that are not given at once: whose they are, which wait, where their files lie."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from gongzhi.disclosure.models import Export
from gongzhi.disclosure.states import ExportState
from gongzhi.engine.crypto import open_file
from gongzhi.gate import Sight, allowed

APPROVE = "approve_reveal"


def kept_at(export: Export) -> Path:
    """Where the sealed file of an export lies."""
    folder: Path = settings.HOME.folder("exports")
    return folder / f"{export.pk}.sealed"


def exports_visible_to(sight: Sight) -> QuerySet[Export]:
    """One's own; those of one's unit for who decides them; all for the auditor."""
    if sight.has("read_audit"):
        return Export.objects.all()
    if not sight.person:
        return Export.objects.none()
    own = Export.objects.filter(person=UUID(sight.person))
    if sight.unit and allowed(sight, APPROVE, unit=sight.unit):
        return own | Export.objects.filter(unit=sight.unit)
    return own


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
