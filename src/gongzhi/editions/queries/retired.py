"""What was retired: which pieces, since when, and what they said last."""

from __future__ import annotations

from functools import lru_cache

from django.utils import timezone

from gongzhi.editions.models import Edition
from gongzhi.engine.definitions import Rule, understood

from .counting import at, in_force, stamp, versions
from .pieces import GONE, Piece
from .seen import history


def retired() -> list[Edition]:
    """The editions by which pieces are retired today, by kind and code."""
    today = timezone.localdate()
    now = [at(editions, today) for editions in versions(stamp()).values()]
    keys = [one.pk for one in now if one and one.digest == GONE]
    return list(
        Edition.objects.filter(pk__in=keys).select_related("author", "approver").order_by("kind", "code")
    )


def retirement_of(piece: Piece) -> Edition | None:
    """The edition by which a piece is retired today; None where it is in force or never was."""
    now = at(versions(stamp()).get(piece, ()), timezone.localdate())
    return Edition.objects.get(pk=now.pk) if now and now.digest == GONE else None


def said_last(piece: Piece) -> Edition | None:
    """The newest edition of a piece that says something."""
    return history(piece).exclude(digest=GONE).first()


def rule_ever(code: str) -> Rule | None:
    """A rule as it is in force, or as it was when it was retired: its hits keep their words."""
    folder = in_force().rules.get(code)
    return folder.rule if folder else _before(stamp(), code)


@lru_cache(maxsize=64)
def _before(_stamp: str, code: str) -> Rule | None:
    last = said_last(Piece("rule", code))
    if last is None:
        return None
    name = next(one for one in last.texts if one.endswith("/rule.yml"))
    return understood(name, last.texts[name].encode(), Rule)[1]
