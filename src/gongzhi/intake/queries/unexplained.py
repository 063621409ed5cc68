"""Findings of batches that ask for a reason and have none, counted for a page of batches at once."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import polars as pl
from django.conf import settings
from django.utils import timezone

from gongzhi.engine.lake import Lake
from gongzhi.intake.models import Batch, Explanation, LakeFile


class Unexplained:
    """How many findings of a batch are 待说明; what `look` was given is read together."""

    def __init__(self) -> None:
        self._counted: dict[UUID, int] = {}

    def of(self, batch: Batch) -> int:
        if batch.pk not in self._counted:
            self.look([batch])
        return self._counted[batch.pk]

    def look(self, batches: Iterable[Batch]) -> None:
        """Count for these batches: one query for their files, one for what was explained, one reading."""
        wanted = [one for one in batches if one.pk not in self._counted]
        self._counted |= dict.fromkeys((one.pk for one in wanted), 0) | _counted(wanted)


def _counted(batches: list[Batch]) -> dict[UUID, int]:
    lake, of = Lake(settings.LAKE), {one.pk: one for one in batches}
    files = LakeFile.objects.filter(role="findings", rows__gt=0, batch__in=batches)
    named = {str(lake.path(path)): of[pk] for path, pk in files.values_list("path", "batch_id")}
    if not named:
        return {}
    found = (
        pl.scan_parquet(list(named), include_file_paths="path")
        .filter(pl.col("severity") == "explain")
        .group_by("path", "code", pl.col("field").fill_null(""))
        .len()
        .collect()
    )
    told, counted = _told({one.slot.unit for one in batches}), dict.fromkeys(of, 0)
    for path, code, field, count in found.iter_rows():
        batch = named[path]
        if (batch.slot.unit, batch.slot.resource, code, field) not in told:
            counted[batch.pk] += count
    return counted


def _told(units: set[str]) -> set[tuple[str, str, str, str]]:
    """What these units have explained, as far as it holds today."""
    rows = Explanation.objects.filter(unit__in=units, ended_at=None, until__gte=timezone.localdate())
    return set(rows.values_list("unit", "resource", "code", "field"))
