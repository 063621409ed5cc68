"""Read and prove the trail."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.conf import settings
from django.db.models import QuerySet

from gongzhi.audit.models import WITNESSED, Checkpoint, Event
from gongzhi.engine.crypto import GENESIS, Witness, chain, read_witness
from gongzhi.gate import Sight


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


def waiting() -> int:
    """How many events are not chained yet."""
    return Event.objects.filter(sequence=None).count()


def of_actor(person: object, *, verb: str = "") -> QuerySet[Event]:
    """What one person did, the newest first."""
    events = Event.objects.filter(actor=str(person)).order_by("-id")
    return events.filter(verb=verb) if verb else events


def chain_head() -> tuple[int, str]:
    """Length and head of the chain as it stands; the genesis hash while nothing is chained."""
    last = Event.objects.exclude(sequence=None).order_by("-sequence").first()
    return (last.sequence or 0, last.digest) if last else (0, GENESIS.hex())


def verify() -> Proof:
    """Recompute every link, every checkpoint and the witness copy; point at the first break.

    Finds edits, deletions, insertions, swaps and truncation of sealed events, forged checkpoints and a
    database that was rolled back behind the witness. What it cannot find is an act that never wrote an
    event, or a rewriting with the audit key before a checkpoint has left the machine.
    """
    heads = {checkpoint.size: checkpoint for checkpoint in Checkpoint.objects.all()}
    witness = read_witness(settings.AUDIT_WITNESS, **WITNESSED)
    sizes = heads.keys() | {seen["size"] for seen in witness.lines}
    digests: dict[int, str] = {}
    previous, expected = GENESIS, 0
    for event in Event.objects.exclude(sequence=None).order_by("sequence").iterator(chunk_size=2_000):
        expected += 1
        if reason := _fault(event, expected, previous):
            return Proof(expected - 1, len(heads), expected, reason)
        previous = chain(previous, expected, event.content())
        if expected in sizes:
            digests[expected] = event.digest
    whole = Proof(expected, len(heads))
    return _against_checkpoints(whole, heads, digests) or _against_witness(whole, heads, witness, digests)


def _fault(event: Event, expected: int, previous: bytes) -> str:
    """What is wrong with a sealed event at its place in the chain; empty when nothing is."""
    if event.sequence != expected:
        return "序号不连续：有事件被删除或插入"
    if event.previous != previous.hex():
        return "与前一事件不相接：前面有事件被改动、调换或删除"
    if event.digest != chain(previous, expected, event.content()).hex():
        return "事件内容被改动"
    return ""


def _against_checkpoints(whole: Proof, heads: dict[int, Checkpoint], digests: dict[int, str]) -> Proof | None:
    for size, checkpoint in sorted(heads.items()):
        broken = replace(whole, break_at=min(size, whole.events + 1))
        if size > whole.events:
            return replace(broken, reason="检查点之后的事件不见了：链被截断")
        if digests[size] != checkpoint.head:
            return replace(broken, reason="检查点与事件链不符：此前的事件被整段改写")
        if checkpoint.mac != checkpoint.right_mac():
            return replace(broken, reason="检查点是伪造的：认证码不对")
    return None


def _against_witness(
    whole: Proof, heads: dict[int, Checkpoint], witness: Witness, digests: dict[int, str]
) -> Proof:
    if witness.garbled:
        before = max((seen["size"] for seen in witness.lines[: witness.garbled - 1]), default=0)
        at = min(before + 1, whole.events)
        return replace(whole, break_at=at, reason=f"外存副本第 {witness.garbled} 行读不出：副本被改动")
    if heads and not witness.lines:
        return replace(whole, break_at=1, reason="缺少检查点的外存副本")
    for seen in witness.lines:
        if digests.get(seen["size"]) != seen["head"]:
            at = min(seen["size"], whole.events + 1)
            return replace(whole, break_at=at, reason="与外存副本不符：链被截断、改写或回退")
    copied = {seen["size"] for seen in witness.lines}
    if gone := copied - heads.keys():
        return replace(whole, break_at=min(gone), reason="检查点不见了：外存副本里有，账本里没有")
    lost = [size for size in heads if size < max(copied, default=0) and size not in copied]
    if lost:
        return replace(whole, break_at=min(lost), reason="外存副本缺行：副本被删改")
    return whole
