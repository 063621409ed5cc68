"""Read what became of the batches that hits rest on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db.models import Q

from gongzhi.intake.models import Batch
from gongzhi.risk.models import Evidence, Hit
from gongzhi.risk.states import State

NAMED = 3  # batches that are named one by one
NEXT = {
    State.OPEN: "下一次比对会按现在的数据重新计算，不再成立的自动消除；在那以前请不要据此办理。",
    State.EXCLUDED: "排除的决定和理由照旧保留；以后按新的数据再次命中、且情况有大的变化的，会重新打开。",
    State.CLEARED: "下面是消除以前的证据，留作备查。",
}


def gone_behind(hits: Collection[UUID]) -> dict[UUID, list[Batch]]:
    """Of some hits, the batches among their evidence that do not count any more."""
    wanted, found = list(hits), dict[UUID, list[Batch]]()
    out = Q(batch__withdrawn_at__isnull=False) | Q(batch__replaced_by__isnull=False)
    for start in range(0, len(wanted), 500):
        rows = Evidence.objects.filter(out, hit__in=wanted[start : start + 500])
        pairs = list(rows.order_by("batch__committed_at", "batch").values_list("hit", "batch").distinct())
        named = Batch.objects.select_related("slot", "replaced_by__slot").in_bulk({key for _, key in pairs})
        for hit, batch in pairs:
            found.setdefault(hit, []).append(named[batch])
    return found


def said_of(gone: Sequence[Batch]) -> str:
    """What became of these batches, in words."""
    more = f"等 {len(gone)} 批" if len(gone) > NAMED else ""
    return "、".join(map(_said, gone[:NAMED])) + more


def _said(batch: Batch) -> str:
    by = batch.replaced_by
    return f"批次 {batch.number} " + (f"已由 {by.number} 更正" if by else "已撤回")


def ground_of(hit: Hit) -> str:
    """What a reader must know where the evidence of a hit has been taken back; empty where it stands."""
    gone = gone_behind([hit.pk]).get(hit.pk)
    return f"这条疑点依据的{said_of(gone)}。{NEXT[State(hit.state)]}" if gone else ""
