"""The gate's refusals, kept as events."""

from __future__ import annotations

from django.db import transaction

from gongzhi.audit.actions import record
from gongzhi.gate import Sight
from gongzhi.organisation.models import Person


class Refusals:
    """Writes every refusal of the gate into the trail."""

    def refused(self, sight: Sight, duty: str, target: str, reason: str) -> None:
        person = Person.objects.filter(pk=sight.person).first()
        with transaction.atomic():
            record(
                "gate.refused",
                by=person,
                subject=("url", target[:80]),
                duty=duty,
                outcome="refused",
                detail={"reason": reason},
            )
