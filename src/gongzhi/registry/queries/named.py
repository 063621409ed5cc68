"""What the trail calls the things of this room."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from gongzhi.audit.queries import Describer, names_of
from gongzhi.gate import Sight

from .decided import decisions_visible_to
from .register import every_doubt_visible_to, visible_to


def _taxpayers(identities: Collection[str], sight: Sight) -> Mapping[str, str]:
    return names_of(visible_to(sight), identities, lambda one: one.name)


def _doubts(identities: Collection[str], sight: Sight) -> Mapping[str, str]:
    return names_of(every_doubt_visible_to(sight), identities, lambda one: one.name)


def _decisions(identities: Collection[str], sight: Sight) -> Mapping[str, str]:
    return names_of(decisions_visible_to(sight), identities, lambda one: one.name)


NAMES: Mapping[str, Describer] = {"taxpayer": _taxpayers, "doubt": _doubts, "decision": _decisions}
