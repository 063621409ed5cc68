"""What machines derive from a batch and keep beside it: rebuilt at will, the batch itself never changes."""

from __future__ import annotations

from uuid import UUID

from gongzhi.engine.lake import Stored
from gongzhi.intake.models import LakeFile


def put_beside(*, batch: UUID, role: str, table: str, stored: Stored) -> None:
    """Name a derived file in the ledger in place of the one before, which the sweeper then clears.

    Called inside the transaction of the act that derived it.
    """
    LakeFile.objects.filter(batch_id=batch, role=role, table=table).delete()
    LakeFile.objects.create(batch_id=batch, role=role, table=table, **vars(stored))
