"""What machines derive from a batch and keep beside it: rebuilt at will, the batch itself never changes."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings

from gongzhi.engine.lake import Lake, Stored
from gongzhi.intake.models import LakeFile


def put_beside(*, batch: UUID, role: str, table: str, stored: Stored) -> None:
    """Name a derived file in the ledger in place of the one before, which the sweeper then clears.

    Called inside the transaction of the act that derived it.
    """
    before = LakeFile.objects.filter(batch_id=batch, role=role, table=table)
    for path in before.values_list("path", flat=True):
        Lake(settings.LAKE).give_up(path)
    before.delete()
    LakeFile.objects.create(batch_id=batch, role=role, table=table, **vars(stored))
