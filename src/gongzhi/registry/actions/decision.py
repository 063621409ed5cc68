"""A person decides about a doubtful mention; the decision stands until somebody ends it."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.organisation.models import Person
from gongzhi.registry.models import Decision, Doubt, Linking, Taxpayer


class Refused(Exception):
    """A decision that cannot be taken; the text is Chinese and says why."""


@transaction.atomic
def decide(*, doubt: Doubt, taxpayer: Taxpayer | None, by: Person, note: str = "") -> list[Decision]:
    """The mention is `taxpayer`, or (None) none of the candidates shown.

    Kept for every later file that says the same; the batches that hold the mention are linked again.
    """
    if not doubt.open:
        raise Refused("这条已经认定过了，请刷新待认定列表")
    shown = [candidate["entity"] for candidate in doubt.candidates]
    if taxpayer is not None and str(taxpayer.pk) not in shown:
        raise Refused("只能从列出的候选中认定；如果都不是，请选“都不是”")
    verdicts = [(str(taxpayer.pk), "same")] if taxpayer else [(entity, "different") for entity in shown]
    now = timezone.now()
    Decision.objects.filter(key=doubt.key, ended_at=None).update(ended_at=now)
    made = [
        Decision.objects.create(
            key=doubt.key, taxpayer_id=entity, verdict=verdict, note=note[:300], decided_by=by, decided_at=now
        )
        for entity, verdict in verdicts
    ]
    doubt.open = False
    doubt.save(update_fields=["open"])
    Linking.objects.filter(batch__in=doubt.batches).update(register="")
    detail = {"taxpayer": str(taxpayer.pk) if taxpayer else None, "candidates": len(shown)}
    record("link.decided", by=by, subject=("doubt", doubt.pk), duty="decide_links", detail=detail)
    return made


@transaction.atomic
def decide_together(
    *, choices: Sequence[tuple[Doubt, Taxpayer | None]], by: Person, note: str = ""
) -> list[Doubt]:
    """Several mentions at once, each with its own taxpayer or none; each leaves decisions and an event.

    Returns those that were decided: what somebody has decided meanwhile stays as it is. Refused when none
    is left.
    """
    done = []
    for doubt, taxpayer in choices:
        doubt.refresh_from_db(from_queryset=Doubt.objects.select_for_update())
        if doubt.open:
            decide(doubt=doubt, taxpayer=taxpayer, by=by, note=note)
            done.append(doubt)
    if not done:
        raise Refused("选中的名称都已认定，请刷新待认定列表")
    return done
