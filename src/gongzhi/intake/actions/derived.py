"""What machines derive from a batch and keep beside it: rebuilt at will, the batch itself never changes."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from gongzhi.editions.queries import in_force
from gongzhi.engine.lake import Lake, Stored
from gongzhi.intake.models import LakeFile, OpsFile
from gongzhi.intake.queries.fills import counted_cells

_AT_ONCE = 500


def put_beside(*, batch: UUID, role: str, table: str, stored: Stored) -> None:
    """Name a derived file in the ledger in place of the one before, which the sweeper then clears.

    Called inside the transaction of the act that derived it.
    """
    before = LakeFile.objects.filter(batch_id=batch, role=role, table=table)
    for path in before.values_list("path", flat=True):
        Lake(settings.LAKE).give_up(path)
    before.delete()
    LakeFile.objects.create(batch_id=batch, role=role, table=table, **vars(stored))


def ops_changed(*, name: str) -> None:
    """What this file of kind `ops` is made of has changed. Called inside the transaction of the change."""
    OpsFile.objects.get_or_create(name=name)
    OpsFile.objects.filter(name=name).update(changed=F("changed") + 1)


@transaction.atomic
def put_ops(*, name: str, stored: Stored, made: int) -> bool:
    """Name a new file of kind `ops` in the ledger, which holds `made` changes; the sweeper clears the old.

    False when another process has put a newer one meanwhile: then the file is nobody's.
    """
    kept = OpsFile.objects.select_for_update().get(name=name)
    if kept.made >= made:
        Lake(settings.LAKE).discard([stored])
        return False
    if kept.path:
        Lake(settings.LAKE).give_up(kept.path)
    fresh = {"made": made, "made_at": timezone.now(), **vars(stored)}
    OpsFile.objects.filter(pk=kept.pk).update(**fresh)
    return True


def count_fills() -> int:
    """Count the filled cells of files for which that is not done yet, some at a time; returns of how many."""
    tables, lake = in_force().tables, Lake(settings.LAKE)
    waiting = LakeFile.objects.filter(role="rows", fills__isnull=True, table__in=tables).order_by("pk")[
        :_AT_ONCE
    ]
    for file in waiting:
        cells = counted_cells(lake.path(file.path), tables[file.table][1])
        LakeFile.objects.filter(pk=file.pk).update(fills=cells)
    return len(waiting)
