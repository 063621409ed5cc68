"""Read the keys of machines."""

from __future__ import annotations

import datetime as dt

from django.db.models import Max, QuerySet

from gongzhi.engine.definitions import Resource
from gongzhi.gate import Sight
from gongzhi.organisation.models import ApiKey, Tally

from .people import definitions


def keys_visible_to(sight: Sight) -> QuerySet[ApiKey]:
    """All keys for the two administrators who make them; those of one's own unit for its liaison."""
    if sight.has("administer_accounts") or sight.has("administer_keys"):
        return ApiKey.objects.all()
    units = sight.units("see_unit_people")
    return ApiKey.objects.filter(unit__in=units) if isinstance(units, frozenset) else ApiKey.objects.all()


def owed_by(unit: str) -> list[Resource]:
    """The resources that a unit hands in, in the order of the notice."""
    known = definitions()
    found = (one for one in known.resources.values() if one.duplicate_of is None)
    mine = (one for one in found if unit in {provider.key for provider in known.providers(one)})
    return sorted(mine, key=_in_order)


def _in_order(resource: Resource) -> tuple[str, int]:
    head, _, tail = resource.number.partition(".")
    return head.zfill(3), int(tail)


def used_last(key: ApiKey) -> dt.datetime | None:
    """The beginning of the clock hour in which a key was used last; None while it was not."""
    hour = Tally.objects.filter(key=key).aggregate(last=Max("hour"))["last"]
    return dt.datetime.fromtimestamp(hour * 3_600, dt.UTC) if hour else None
