"""Who must do what first, what the gate refuses and what the lists export, kept as events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from gongzhi.audit.actions import record
from gongzhi.disclosure.queries import PAGE, missing
from gongzhi.gate import Sight, sight_of
from gongzhi.organisation.models import ApiKey, Person
from gongzhi.organisation.queries import Grants


class Entry(Grants):
    """The gate's source of grants: after the sign-in, nobody sees shared data before promising secrecy."""

    def unfinished(self, user: Any) -> str | None:
        return super().unfinished(user) or (PAGE if missing(sight_of(user)) else None)


class Refusals:
    """Writes every refusal of the gate into the trail."""

    def refused(self, sight: Sight, duty: str, target: str, reason: str) -> None:
        by: Person | ApiKey | None = Person.objects.filter(pk=sight.person).first() if sight.person else None
        by = by or (ApiKey.objects.filter(pk=sight.person).first() if sight.person else None)
        with transaction.atomic():
            record(
                "gate.refused",
                by=by,
                subject=("url", target[:80]),
                duty=duty,
                outcome="refused",
                detail={"reason": reason},
            )


class Exports:
    """Writes every export of a list into the trail: which list, filtered how, how many rows."""

    def exported(self, *, by: Any, title: str, rows: int, filters: Sequence[tuple[str, str]]) -> None:
        detail = {"title": title, "rows": rows, "filters": [list(pair) for pair in filters]}
        with transaction.atomic():
            record("list.exported", by=by, subject=("list", title), detail=detail)
