"""Units' own systems that hear outcomes (结果回传), and how that stands; never where they are."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Max, Q

from gongzhi.editions.queries import in_force
from gongzhi.engine.doors import Hook
from gongzhi.organisation.queries import unit_name
from gongzhi.work.models import Delivery


@dataclass(frozen=True)
class Hooked:
    """One unit's system. `known` is False where the site's file names a unit that there is not."""

    unit: str
    known: bool
    last_at: dt.datetime | None
    waiting: int
    failed: int


def hook_of(unit: str) -> Hook | None:
    """Where the site wants a unit's outcomes told; None where it names no address, or an unknown unit."""
    named: tuple[Hook, ...] = settings.DOORS.hooks
    return next((hook for hook in named if _key(hook.unit) == unit), None)


def hooked() -> list[Hooked]:
    """Every unit's system that the site's file names, as it stands."""
    return [_standing(hook.unit, _key(hook.unit)) for hook in settings.DOORS.hooks]


def _standing(name: str, unit: str | None) -> Hooked:
    told = Delivery.objects.filter(announcement__unit=unit or "").aggregate(
        last_at=Max("sent_at"), waiting=Count("pk", Q(state="waiting")), failed=Count("pk", Q(state="failed"))
    )
    return Hooked(unit_name(unit) if unit else name, unit is not None, **told)


def _key(name: str) -> str | None:
    try:
        return in_force().unit(name).key
    except KeyError:
        return None
