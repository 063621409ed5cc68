"""Tell a unit's own system what became of what it handed in, where the site names an address for it."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone

from gongzhi.work.models import Announcement, Delivery
from gongzhi.work.queries import hook_of


def announce(*, unit: str, said: dict[str, Any]) -> Announcement | None:
    """Put an outcome on its way; to be called in the transaction that brings it about, once for each.

    `said` holds ids, states and counts, never a value of a row. None where the unit has no address.
    """
    if hook_of(unit) is None:
        return None
    made = Announcement.objects.create(unit=unit, said=said)
    Delivery.objects.create(announcement=made, channel="unit", nonce=uuid.uuid4().hex, next_at=timezone.now())
    return made
