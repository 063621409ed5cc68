"""What people decided about mentions."""

from __future__ import annotations

from uuid import UUID

import polars as pl
from django.db.models import Q, QuerySet

from gongzhi.engine.linkage import canonical, plain, row_keys
from gongzhi.gate import Sight
from gongzhi.registry.models import Decision, Doubt

from .joins import links_where


def decisions_visible_to(sight: Sight) -> QuerySet[Decision]:
    """Decisions for those who take them, those that have ended as well."""
    found = Decision.objects.select_related("taxpayer", "decided_by", "ended_by")
    return found if sight.has("decide_links") else found.none()


def decisions_like(decisions: QuerySet[Decision], text: str) -> QuerySet[Decision]:
    """Those whose mention, taxpayer or code holds a text, or that somebody of this name took."""
    whole, part = canonical(text), plain(text)
    if not part:
        return decisions.none()
    named = Q(key__contains=whole) | Q(taxpayer__plain_name__contains=part)
    return decisions.filter(named | Q(taxpayer__code=whole) | Q(decided_by__name=whole))


def act_of(decision: Decision) -> list[Decision]:
    """All that was decided in the same act: that a mention is none of several is several decisions."""
    act = Decision.objects.filter(key=decision.key, decided_at=decision.decided_at)
    return list(act.select_related("taxpayer").order_by("pk"))


def decision_of(doubt: Doubt) -> Decision | None:
    """The latest decision about what is no doubt any more."""
    return Decision.objects.filter(key=doubt.key).order_by("-decided_at", "-pk").first()


def key_of(name: str, code: str) -> str:
    """The key under which what is said of a mention is kept."""
    names, codes = (pl.Series([text or None], dtype=pl.String) for text in (name, code))
    return str(row_keys(names, codes)[0])[:300]


def decided(key: str) -> bool:
    """Whether a decision stands that says who the mention is, or that it is nobody of this district."""
    return Decision.objects.filter(key=key, ended_at=None).exclude(verdict="different").exists()


def holding(key: str) -> list[UUID]:
    """The batches that count now and hold a mention."""
    return [UUID(batch) for batch in links_where(pl.col("key") == key)["_batch"].unique()]


def struck(decision: Decision) -> bool:
    """Whether a decision that stands joins its mention to somebody who is registered no more."""
    joins = decision.ended_at is None and decision.verdict == "same"
    return joins and decision.taxpayer is not None and not decision.taxpayer.origin


def ground_of(decision: Decision) -> str:
    """What a reader must know where a decision stands but joins nothing now; empty where it does."""
    if decision.ended_at is not None:
        return ""
    if struck(decision):
        return (
            "登记这一户的批次已撤回或更正，它现在没有登记，这样写法的行暂时对不上任何一户；"
            "再登记后认定照旧起作用。是另一户的，请撤销后重新认定。"
        )
    if not holding(decision.key):
        return "现在没有一行是这样写的（来文的批次已撤回或更正）。认定照旧保留，以后再报来仍按它办。"
    return ""
