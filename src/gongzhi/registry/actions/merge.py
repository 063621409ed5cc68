"""Merge the links of many batches into segments, so that a taxpayer's page opens few files.

A segment is a copy, sorted by subject; `Linking.segment` alone says for which batches it speaks, and every
batch keeps its own file. What a segment holds of a batch linked again, or out of use, is named by nothing
and so never read; it is left behind when the segment is merged with others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet, Sum

from gongzhi.engine.lake import PLACE, Lake
from gongzhi.intake.models import Batch, Segment, uuid7
from gongzhi.intake.queries import live
from gongzhi.registry.models import Linking
from gongzhi.registry.queries.joins import FEW, links_in

MOST_ROWS = 1_000_000
"""What one merge holds in memory, and so how long a segment grows."""
GROUP_ROWS = 32_768
"""Rows of a row group: one taxpayer is found by reading one of them."""
_AT_ONCE = 500


def merge_links() -> int:
    """Merge what waits once it is more than a few batches; returns how many batches were merged.

    May be broken off anywhere and run twice at once: a file that no row names is swept, a row that names a
    file was written with the linkings that name it.
    """
    done = 0
    while waiting := _waiting():
        if not (merged := _merge(waiting)):
            break
        done += merged
    return done


def _waiting() -> list[tuple[int, int]]:
    """Linkings in no segment with their rows, as many as one merge takes; none where a few wait alone."""
    alone = Linking.objects.filter(segment=None, batch__in=live()).order_by("pk").values_list("pk", "rows")
    taken, rows = list(alone), 0
    if len(taken) <= FEW:
        return []
    for place, (_, more) in enumerate(taken):
        rows += more
        if rows > MOST_ROWS:
            return taken[: place + 1]
    return taken


def _merge(waiting: list[tuple[int, int]]) -> int:
    taken = _outgrown(sum(rows for _, rows in waiting))
    alone = Q(linking__segment=None, linking__pk__lte=waiting[-1][0])
    chosen = live().filter(alone | Q(linking__segment__in=taken))
    # The rounds before the rows: what is linked again in between then fits no round and is named by nothing.
    rounds = _rounds(chosen)
    rows = links_in(chosen).collect().sort("subject", *PLACE, nulls_last=True)
    stored = Lake(settings.LAKE).write(f"_segments/{uuid7()}", rows, group=GROUP_ROWS)
    with transaction.atomic():
        segment = Segment.objects.create(**vars(stored))
        merged = sum(_name(segment, number, batches) for number, batches in rounds.items())
        _give_up(taken)
    return merged


def _outgrown(rows: int) -> list[int]:
    """The segments to merge with so many new rows, so that they stay few and no row is merged often.

    Those that are not much longer than what they are merged with, and those of which half is out of use.
    """
    found, used = [], Sum("linkings__rows", filter=Q(linkings__batch__in=live()), default=0)
    for pk, held, still in (
        Segment.objects.annotate(used=used).order_by("used").values_list("pk", "rows", "used")
    ):
        if not still or (rows + still <= MOST_ROWS and (still <= 2 * rows or 2 * still <= held)):
            found.append(pk)
            rows += still
    return found


def _rounds(batches: QuerySet[Batch]) -> dict[int, list[UUID]]:
    found: dict[int, list[UUID]] = defaultdict(list)
    for number, batch in batches.order_by("pk").values_list("linking__round", "pk"):
        found[number].append(batch)
    return found


def _name(segment: Segment, number: int, batches: list[UUID]) -> int:
    """The segment speaks for these batches, those excepted that have been linked again meanwhile."""
    parts = [batches[start : start + _AT_ONCE] for start in range(0, len(batches), _AT_ONCE)]
    return sum(Linking.objects.filter(batch__in=part, round=number).update(segment=segment) for part in parts)


def _give_up(segments: Collection[int]) -> None:
    """Forget segments; what they still held is of batches out of use, which have their own files."""
    Linking.objects.filter(segment__in=segments).update(segment=None)
    gone = Segment.objects.filter(pk__in=segments)
    for path in gone.values_list("path", flat=True):
        Lake(settings.LAKE).give_up(path)
    gone.delete()
