"""Cut-offs as pages and files show them: what counted then, of whom, and whether all of it still holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet, Sum

from gongzhi.editions.queries import in_force
from gongzhi.engine.crypto import PublicKey, Tree, sm3
from gongzhi.engine.crypto.statements import canonical, fault
from gongzhi.gate import Sight
from gongzhi.intake.models import SHANGHAI, Cutoff, FrozenBatch
from gongzhi.organisation.queries import unit_name

from .proofs import SAID, bodies_of, digests_of, public_keys

ENTRIES = "entries"


def cutoffs_visible_to(sight: Sight) -> QuerySet[Cutoff]:
    """Cut-offs, for whoever sees the batches of all units and for whoever verifies what the house keeps."""
    seen = sight.has("see_all_batches") or sight.has("verify_integrity")
    return Cutoff.objects.all() if seen else Cutoff.objects.none()


def on(day: str) -> Cutoff:
    """The cut-off of a day, 2026-10-16; ValueError with what to tell when there is none."""
    try:
        start = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(), SHANGHAI)
    except ValueError as error:
        raise ValueError(f"看不懂日期“{day}”：写成 2026-10-16") from error
    found = Cutoff.objects.filter(cut_at__gte=start, cut_at__lt=start + dt.timedelta(days=1)).first()
    if found is None:
        days = Cutoff.objects.order_by("-cut_at").values_list("cut_at", flat=True)[:12]
        there = "、".join(f"{at.astimezone(SHANGHAI):%Y-%m-%d}" for at in days)
        raise ValueError(f"{day} 没有截止快照；" + (f"有的是 {there}" if there else "还没有固定过"))
    return found


def frozen_of(cutoff: Cutoff) -> QuerySet[FrozenBatch]:
    """What counted at a cut-off, each batch with the digest under which it stood there."""
    return cutoff.entries.select_related("batch__slot", "batch__submission", "batch__replaced_by__slot")


@dataclass(frozen=True)
class FrozenUnit:
    """What of one unit counted: places filled, batches, rows taken in, rows still to be put right."""

    key: str
    name: str
    slots: int
    batches: int
    rows: int
    set_aside: int


def frozen_units(cutoff: Cutoff) -> list[FrozenUnit]:
    """The figures of each unit at a cut-off: the same for ever, whatever has been corrected since."""
    sums = (
        Count("batch__slot", distinct=True), Count("pk"), Sum("batch__rows"),
        Sum("batch__submission__set_aside"),
    )  # fmt: skip
    found = cutoff.entries.order_by().values_list("batch__slot__unit").annotate(*sums)
    order = list(in_force().units)
    lines = [FrozenUnit(unit, unit_name(unit), *counts) for unit, *counts in found]
    return sorted(lines, key=lambda one: (order.index(one.key) if one.key in order else len(order), one.key))


def cutoff_as_json(cutoff: Cutoff) -> dict[str, Any]:
    """The cut-off as a file: what was signed, and every batch in the order of the leaves.

    Of each its id, its digest, and its content and files, over which with the id the digest was made.
    """
    pairs = _entries(cutoff)
    bodies = bodies_of([pk for pk, _ in pairs])
    entries = [[str(pk), digest, *bodies[pk][1:]] for pk, digest in pairs]
    return cutoff.signed.evidence() | {ENTRIES: entries}


def _entries(cutoff: Cutoff) -> list[tuple[Any, str]]:
    return sorted(cutoff.entries.order_by().values_list("batch", "digest"))


def held(cutoff: Cutoff) -> tuple[list[str], list[str]]:
    """What holds and what does not: the signature over the list, and every batch in the ledger of now."""
    entries = dict(_entries(cutoff))
    listed = [[str(pk), digest] for pk, digest in entries.items()]
    good, wrong = _signed(cutoff.signed.evidence() | {ENTRIES: listed}, public_keys())
    now = {pk: digest.hex() for pk, digest in digests_of(list(entries)).items()}
    changed = sum(now.get(pk) != digest for pk, digest in entries.items())
    if changed:
        return good, [*wrong, f"{changed} 个批次与截止时不同：内容或文件被改动"]
    return [*good, f"{len(entries)} 个批次与截止时相同"], wrong


def _plain(instant: str) -> str:
    """An instant of a statement as a person reads it."""
    return instant[:19].replace("T", " ")


def held_offline(shown: Mapping[str, Any], keys: Mapping[str, PublicKey]) -> tuple[list[str], list[str]]:
    """The same of a file in somebody's hand, by public keys alone. Both lists are sentences for people."""
    good, wrong = _signed(shown, keys)
    if wrong:
        return good, wrong
    if changed := sum(not _whole(one) for one in shown[ENTRIES]):
        return good[:1], [
            f"{changed} 个批次的编号、内容或文件与签名的摘要不符：清单被改动，或文件下载得早，请重新下载"
        ]
    return good, wrong


def _signed(shown: Mapping[str, Any], keys: Mapping[str, PublicKey]) -> tuple[list[str], list[str]]:
    """The signature, and the list under it by its digests."""
    evidence = {name: part for name, part in shown.items() if name != ENTRIES}
    if wrong := fault(None, evidence, keys):
        return [], [f"截止快照：{SAID[wrong]}"]
    statement = evidence["statement"]
    if statement.get("kind") != Cutoff.KIND:
        return [], ["截止快照：签名的不是截止快照"]
    try:
        leaves = [bytes.fromhex(digest) for _, digest, *_ in shown[ENTRIES]]
    except (KeyError, TypeError, ValueError):
        return [], [f"批次清单：{SAID['malformed']}"]
    good = [f"{_plain(statement['at'])} 由密钥 {statement['key']} 签名"]
    if len(leaves) != statement["size"] or Tree(leaves).root.hex() != statement["root"]:
        return good, ["批次清单与签名的根不相接：清单被增删或改动"]
    return [*good, f"{_plain(statement['cut_at'])} 时有效的 {len(leaves)} 个批次，清单与签名一致"], []


def _whole(entry: list[Any]) -> bool:
    """Whether the digest of a batch in the list is that over its id, its content and its files."""
    pk, digest, *body = entry
    try:
        return bool(sm3(canonical([pk, *body])).hex() == digest)
    except (TypeError, ValueError):
        return False
