"""The queue of doubtful mentions: one entry for all rows that say the same, as long as such rows count."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.db import transaction
from django.utils import timezone

from gongzhi.engine.lake import PLACE
from gongzhi.engine.linkage import Links
from gongzhi.intake.queries import live
from gongzhi.registry.models import Doubt
from gongzhi.registry.queries.joins import links_where

UNDECIDED = ("doubtful", "conflict")


def ask(joined: pl.DataFrame, found: Links) -> None:
    """Doubtful mentions of these joins into the queue, all of which is to be reviewed once they are kept."""
    Doubt.objects.filter(open=True, unreviewed=False).update(unreviewed=True)
    undecided = joined.filter(pl.col("status").is_in(UNDECIDED))
    shown = found.candidates.sort("score", descending=True).group_by("row", maintain_order=True).agg(
        pl.struct("entity", "score", "why").alias("candidates")
    )  # fmt: skip
    grouped = (
        undecided.join(shown, on="row", how="left")
        .group_by("key", maintain_order=True)
        .agg(
            pl.first("name", "code", "status", "_batch", "_part", "_row", "candidates"),
            pl.col("_batch").unique().sort().alias("batches"),
            pl.len().alias("mentions"),
        )
    )
    Doubt.objects.bulk_create(
        [_doubt(row) for row in grouped.iter_rows(named=True)],
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=[
            "status",
            "candidates",
            "mentions",
            "batches",
            "seen_at",
            "open",
            "unreviewed",
            *EXAMPLE,
        ],
        batch_size=500,
    )


EXAMPLE = ("example_batch", "example_part", "example_row")


def stale() -> bool:
    """Whether the example of an open doubt lies in a batch that was replaced or withdrawn, or a linking was
    broken off before its review.
    """
    found = Doubt.objects.filter(open=True)
    if found.filter(unreviewed=True).exists():
        return True
    return found.exclude(example_batch__in=live().order_by().values("pk")).exists()


def review() -> None:
    """Open doubts as the joins of all batches that count say: how often, where, and whether still.

    A run of linking sees a few batches; what it settles or finds once more may be in doubt in others.
    """
    doubts = {doubt.key: doubt for doubt in Doubt.objects.filter(open=True)}
    if not doubts:
        return
    holds = pl.col("status").is_in(UNDECIDED) & pl.col("key").str.head(KEY).is_in(list(doubts))
    standing = (
        links_where(holds)
        .sort(PLACE)
        .group_by(pl.col("key").str.head(KEY), maintain_order=True)
        .agg(
            pl.first("_part", "_row"),
            pl.first("_batch").alias("first"),
            pl.col("_batch").unique().sort(),
            pl.len(),
        )
    )
    with transaction.atomic():
        changed = [
            doubt for row in standing.iter_rows(named=True) if _recount(doubt := doubts.pop(row["key"]), row)
        ]
        Doubt.objects.bulk_update(changed, ["mentions", "batches", *EXAMPLE], batch_size=500)
        Doubt.objects.filter(unreviewed=True).update(unreviewed=False)
        gone = [doubt.pk for doubt in doubts.values()]
        for start in range(0, len(gone), 500):
            Doubt.objects.filter(pk__in=gone[start : start + 500]).update(open=False)


KEY = 300  # characters that the queue keeps of a key


def _recount(doubt: Doubt, row: dict[str, Any]) -> bool:
    """Put what stands now on the doubt; whether that is anything else."""
    before = (doubt.mentions, doubt.batches)
    doubt.mentions, doubt.batches = row["len"], row["_batch"]
    doubt.example_batch, doubt.example_part, doubt.example_row = row["first"], row["_part"], row["_row"]
    return before != (doubt.mentions, doubt.batches)


def _doubt(row: dict[str, Any]) -> Doubt:
    return Doubt(
        key=row["key"][:KEY],
        name=row["name"] or "",
        code=row["code"] or "",
        status=row["status"],
        candidates=row["candidates"] or [],
        mentions=row["mentions"],
        example_batch=row["_batch"],
        example_part=row["_part"],
        example_row=row["_row"],
        batches=row["batches"],
        seen_at=timezone.now(),
        open=True,
    )
