"""What the trail calls the things of this room."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from gongzhi.audit.queries import Describer, names_of
from gongzhi.editions.models import Edition, Suggestion
from gongzhi.gate import Sight


def _editions(identities: Collection[str], _: Sight) -> Mapping[str, str]:
    return names_of(Edition.objects.defer("texts"), identities, _edition)


def _edition(one: Edition) -> str:
    return f"{one.title} 第{one.version}版" if one.version else f"{one.title} 草稿"


def _suggestions(identities: Collection[str], _: Sight) -> Mapping[str, str]:
    return names_of(Suggestion.objects.all(), identities, lambda one: f"对“{one.title}”的建议")


NAMES: Mapping[str, Describer] = {"edition": _editions, "suggestion": _suggestions}
