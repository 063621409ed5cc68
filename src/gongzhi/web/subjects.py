"""Taxpayers as what a work item is about: found by the register's own search, within one's sight."""

from __future__ import annotations

from uuid import UUID

from gongzhi.gate import Sight
from gongzhi.registry import queries
from gongzhi.registry.models import Taxpayer
from gongzhi.work.queries import TAXPAYER, Subject

_NAME = 180  # leaves room for the code in a title


class Taxpayers:
    """What is out of sight answers like what is not there."""

    def search(self, sight: Sight, text: str, most: int) -> list[Subject]:
        """One where a whole name says which, else all that the register finds, cut at `most` + 1."""
        seen = queries.visible_to(sight)
        whole = list(seen.filter(name=text.strip())[:2])
        if len(whole) == 1:
            return [_named(whole[0])]
        return [_named(one) for one in queries.search(seen, text).order_by("name", "pk")[: most + 1]]

    def named(self, sight: Sight, key: str) -> Subject | None:
        """The taxpayer of an id; nothing for what is no id."""
        try:
            found = queries.visible_to(sight).filter(pk=UUID(key)).first()
        except ValueError:
            return None
        return _named(found) if found else None


def _named(taxpayer: Taxpayer) -> Subject:
    return Subject(TAXPAYER, str(taxpayer.pk), f"{taxpayer.name[:_NAME]}（{taxpayer.code}）"[:200])
