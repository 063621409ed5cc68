"""Read and prove the trail."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet

from gongzhi.engine.crypto import GENESIS, chain
from gongzhi.gate import Sight

from .actions import content, mac
from .models import Checkpoint, Event


@dataclass(frozen=True)
class Proof:
    """The outcome of a verification: how many events hold, and the first break if there is one."""

    events: int
    checkpoints: int
    break_at: int | None = None
    reason: str = ""

    @property
    def whole(self) -> bool:
        return self.break_at is None


def visible_to(sight: Sight) -> QuerySet[Event]:
    """All events for the audit administrator, nobody else's eyes; one's own acts for everybody."""
    if sight.has("read_audit"):
        return Event.objects.all()
    return Event.objects.filter(actor=sight.person) if sight.person else Event.objects.none()


def of_subject(kind: str, subject: object) -> QuerySet[Event]:
    """The history of one thing, oldest first."""
    return Event.objects.filter(subject_kind=kind, subject=str(subject)).order_by("id")


def of_actor(person: object, *, verb: str = "") -> QuerySet[Event]:
    """What one person did, the newest first."""
    events = Event.objects.filter(actor=str(person)).order_by("-id")
    return events.filter(verb=verb) if verb else events


def verify() -> Proof:
    """Recompute every link, every checkpoint and the witness copy; point at the first break.

    Finds edits, deletions, insertions, swaps and truncation of sealed events. What it cannot find is
    an act that never wrote an event, or a rewriting before the first checkpoint left the machine.
    """
    heads = {checkpoint.size: checkpoint for checkpoint in Checkpoint.objects.all()}
    previous, expected = GENESIS, 0
    digests: dict[int, str] = {}
    for event in Event.objects.exclude(sequence=None).order_by("sequence").iterator(chunk_size=2_000):
        expected += 1
        if event.sequence != expected:
            return Proof(expected - 1, len(heads), expected, "序号不连续：有事件被删除或插入")
        if event.previous != previous.hex():
            return Proof(expected - 1, len(heads), expected, "与前一事件不相接")
        previous = chain(previous, expected, content(event))
        if event.digest != previous.hex():
            return Proof(expected - 1, len(heads), expected, "事件内容被改动")
        if expected in heads:
            digests[expected] = event.digest
    for size, checkpoint in sorted(heads.items()):
        if digests.get(size) != checkpoint.head or checkpoint.mac != mac(checkpoint):
            return Proof(expected, len(heads), min(size, expected + 1), "检查点与事件链不符")
    return _against_witness(Proof(expected, len(heads)), digests)


def _against_witness(proof: Proof, digests: dict[int, str]) -> Proof:
    if not settings.AUDIT_WITNESS.exists():
        missing = "缺少检查点的外存副本" if proof.checkpoints else ""
        return Proof(proof.events, proof.checkpoints, 1 if missing else None, missing)
    for line in settings.AUDIT_WITNESS.read_text("utf-8").splitlines():
        seen = json.loads(line)
        if digests.get(seen["size"]) != seen["head"]:
            return Proof(
                proof.events,
                proof.checkpoints,
                min(seen["size"], proof.events + 1),
                "与外存副本不符：链被截断或回退",
            )
    return proof
