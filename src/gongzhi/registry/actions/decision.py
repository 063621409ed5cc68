"""A person decides about a mention; the decision stands until somebody ends it."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.organisation.models import Person
from gongzhi.registry import queries
from gongzhi.registry.models import Decision, Doubt, Linking, Taxpayer

ANOTHER = "另作认定"
_LONGEST = 300


class Refused(Exception):
    """A decision that cannot be taken; the text is Chinese and says why."""


def _kept(text: str) -> str:
    """A reason as it is kept, whole or not at all."""
    found = text.strip()
    if len(found) > _LONGEST:
        raise Refused(f"理由请不超过 {_LONGEST} 字，现在是 {len(found)} 字")
    return found


@transaction.atomic
def decide(*, doubt: Doubt, taxpayer: Taxpayer | None, by: Person, note: str = "") -> list[Decision]:
    """The mention is `taxpayer`, or (None) none of the candidates shown.

    Kept for every later file that says the same; the batches that hold the mention are linked again. Refused
    when somebody has decided meanwhile, or for a taxpayer that is no candidate.
    """
    doubt.refresh_from_db(from_queryset=Doubt.objects.select_for_update())
    if not doubt.open:
        raise Refused("这条已经认定过了，请刷新待认定列表")
    shown = [candidate["entity"] for candidate in doubt.candidates]
    if taxpayer is not None and str(taxpayer.pk) not in shown:
        raise Refused("只能从列出的候选中认定；如果都不是，请选“都不是”")
    verdicts = [(str(taxpayer.pk), "same")] if taxpayer else [(entity, "different") for entity in shown]
    now = timezone.now()
    Decision.objects.filter(key=doubt.key, ended_at=None).update(
        ended_at=now, ended_by=by, end_reason=ANOTHER
    )
    made = [
        Decision.objects.create(
            key=doubt.key, name=doubt.name, code=doubt.code, taxpayer_id=entity, verdict=verdict,
            note=_kept(note), decided_by=by, decided_at=now,
        )
        for entity, verdict in verdicts
    ]  # fmt: skip
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


@transaction.atomic
def decide_unlinked(*, name: str, code: str, taxpayer: Taxpayer | None, by: Person, note: str) -> Decision:
    """A mention that joined nobody is `taxpayer`, or (None) nobody of this district.

    Kept like a decision about a doubt, with the reason; a join makes the batches that hold the mention
    link again. Earlier words on who the mention is not stay, except about the taxpayer that it now is.
    """
    if not note.strip():
        raise Refused("请写明理由，例如在哪里核对过")
    key = queries.key_of(name, code)
    standing = Decision.objects.select_for_update().filter(key=key, ended_at=None)
    if queries.decided(key):
        raise Refused("这个名称已经认定过，请到“认定记录”里看；认定错了可以在那里撤销")
    now = timezone.now()
    if taxpayer is not None:
        standing.filter(taxpayer=taxpayer).update(ended_at=now, ended_by=by, end_reason=ANOTHER)
        Linking.objects.filter(batch__in=queries.holding(key)).update(register="")
    made = Decision.objects.create(
        key=key, name=name[:200], code=code[:64], taxpayer=taxpayer, note=_kept(note), decided_by=by,
        verdict="same" if taxpayer else "outside", decided_at=now,
    )  # fmt: skip
    detail = {"taxpayer": str(taxpayer.pk) if taxpayer else None}
    record("link.decided", by=by, subject=("decision", made.pk), duty="decide_links", detail=detail)
    return made


@transaction.atomic
def decide_outside(*, mentions: Sequence[tuple[str, str]], by: Person, note: str) -> list[Decision]:
    """Several mentions (name, code) that joined nobody are nobody of this district; each leaves an event.

    What somebody has decided meanwhile stays as it is. Refused without a reason, or when none is left.
    """
    made = [
        decide_unlinked(name=name, code=code, taxpayer=None, by=by, note=note)
        for name, code in mentions
        if not queries.decided(queries.key_of(name, code))
    ]
    if not made:
        raise Refused("选中的名称都已认定过，请刷新列表")
    return made


@transaction.atomic
def undo(*, decision: Decision, reason: str, by: Person) -> list[Decision]:
    """End a decision, and what was decided in the same act (that a mention is none of several).

    The doubt stands open again, and every batch that holds the mention is linked again without the decision.
    Refused without a reason, or when it has ended meanwhile. Returns what was ended.
    """
    if not reason.strip():
        raise Refused("请写明撤销的理由")
    live = Decision.objects.select_for_update().filter(key=decision.key, ended_at=None)
    act = list(live.filter(decided_at=decision.decided_at))
    if not act:
        raise Refused("这条认定已经不再有效，不用撤销")
    for one in act:
        one.ended_at, one.ended_by, one.end_reason = timezone.now(), by, _kept(reason)
        one.save(update_fields=["ended_at", "ended_by", "end_reason"])
    Doubt.objects.filter(key=decision.key).update(open=True)
    Linking.objects.filter(batch__in=queries.holding(decision.key)).update(register="")
    taxpayer = str(decision.taxpayer_id) if decision.taxpayer_id else None
    detail = {"taxpayer": taxpayer, "verdict": decision.verdict}
    record("link.undone", by=by, subject=("decision", decision.pk), duty="decide_links", detail=detail)
    return act
