"""Signatures, days and cut-offs: the evidence that goes out with a receipt, and whether all of it holds."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from gongzhi.engine.crypto import GENESIS, Key, PublicKey, Signer, Tree, read_witness, sm3
from gongzhi.engine.crypto.statements import canonical, fault, signed_of
from gongzhi.engine.definitions import Definitions
from gongzhi.engine.lake import Snapshot, empty
from gongzhi.intake.models import (
    Batch,
    Cutoff,
    DayRoot,
    FrozenBatch,
    LakeFile,
    Receipt,
    ReceiptRoot,
    SignedRoot,
    Submission,
    instant,
)

PURPOSE = "sign"
FORMAT = 1
PROOFS = ("proof", "day")
"""What a receipt carries beside its text and hash."""
_AT_ONCE = 500
_DIGEST = re.compile("[0-9a-f]{64}")
WITNESSED: dict[str, type] = {"day": str, "leaf": str}
"""What every line of the days' copy has."""


class NotFrozen(LookupError):
    """No cut-off was frozen at this instant."""


@lru_cache(maxsize=16)
def _signer(key: Key) -> Signer:
    return Signer(key)


def signer() -> Signer:
    """The signer of this house, under the newest version of its key."""
    return _signer(settings.KEYS.current(PURPOSE))


def public_keys() -> Mapping[str, PublicKey]:
    """Every key under which this house has signed, by its short name, oldest first."""
    ring = settings.KEYS
    keys = [_signer(ring.get(PURPOSE, version)).public for version in ring.versions(PURPOSE)]
    return MappingProxyType({key.identity: key for key in keys})


def receipt_text(number: str, batch: Batch, submission: Submission) -> dict[str, object]:
    """What a receipt says, in one canonical form: the text under its hash."""
    return {
        "format": FORMAT,
        "number": number,
        "batch": str(batch.pk),
        "unit": submission.unit,
        "resource": submission.resource,
        "period": submission.period,
        "file": submission.file_digest,
        "content": batch.content,
        "rows": submission.rows,
        "accepted": submission.accepted,
        "set_aside": submission.set_aside,
        "received_at": instant(submission.received_at),
        "committed_at": instant(batch.committed_at),
    }


def digest_of(text: Mapping[str, object]) -> str:
    """SM3 (hex) over the canonical JSON of a receipt's text."""
    return sm3(canonical(text)).hex()


def evidence_of(receipt: Receipt) -> dict[str, Any]:
    """`proof`: the receipt under its signed root; `day`: that root under its day. None where not yet."""
    if receipt.root is None:
        return {"proof": None, "day": None}
    numbers, tree = _tree(receipt.root)
    proof = receipt.root.signed.evidence(tree.proof(numbers.index(receipt.number)))
    if receipt.root.day is None:
        return {"proof": proof, "day": None}
    roots = list(receipt.root.day.roots.order_by("pk"))
    path = Tree([root.signed.leaf for root in roots]).proof(roots.index(receipt.root))
    return {"proof": proof, "day": receipt.root.day.signed.evidence(path)}


def _tree(root: ReceiptRoot) -> tuple[list[str], Tree]:
    leaves = list(root.receipts.order_by("number").values_list("number", "digest"))
    return [number for number, _ in leaves], Tree([bytes.fromhex(digest) for _, digest in leaves])


def digests_of(batches: Collection[UUID]) -> dict[UUID, bytes]:
    """What a cut-off fixes of each batch: SM3 over its body (`bodies_of`)."""
    return {pk: sm3(canonical(body)) for pk, body in bodies_of(batches).items()}


def bodies_of(batches: Collection[UUID]) -> dict[UUID, list[Any]]:
    """Of each batch its id, its content and its files with their digests.

    Not its links: they are derived, and made anew whenever the register or a decision changes.
    """
    files: dict[UUID, list[list[str]]] = defaultdict(list)
    found: dict[UUID, list[Any]] = {}
    for part in _parts(sorted(batches)):
        own = LakeFile.objects.filter(batch__in=part).exclude(role="links")
        for batch, path, digest in own.values_list("batch", "path", "digest"):
            files[batch].append([path, digest])
        for pk, content in Batch.objects.filter(pk__in=part).values_list("pk", "content"):
            found[pk] = [str(pk), content, sorted(files[pk])]
    return found


def _parts(keys: list[UUID]) -> Iterator[list[UUID]]:
    for start in range(0, len(keys), _AT_ONCE):
        yield keys[start : start + _AT_ONCE]


def cutoff_at(at: dt.datetime) -> Cutoff:
    """The cut-off that was frozen at this instant; NotFrozen when none was."""
    found = Cutoff.objects.filter(cut_at=at).first()
    if found is None:
        raise NotFrozen(at.isoformat())
    return found


def frozen_batches(cutoff: Cutoff) -> QuerySet[Batch]:
    """The batches that counted, whatever has replaced them since."""
    return Batch.objects.filter(pk__in=FrozenBatch.objects.filter(cutoff=cutoff).values("batch"))


def snapshot_at(definitions: Definitions, tables: Iterable[str], at: dt.datetime) -> Snapshot:
    """The files of these tables as they stood at a frozen cut-off: the same for ever. NotFrozen otherwise."""
    wanted = list(tables)
    files: dict[str, list[str]] = {table: [] for table in wanted}
    frozen = FrozenBatch.objects.filter(cutoff=cutoff_at(at)).values("batch")
    found = LakeFile.objects.filter(role="rows", table__in=wanted, batch__in=frozen).order_by("path")
    for table, path in found.values_list("table", "path"):
        files[table].append(path)
    empties = {table: empty(definitions.tables[table][1]) for table in wanted}
    return Snapshot(settings.LAKE, files, empties)


SAID = {
    "malformed": "格式不对或缺项",
    "unknown_key": "签名所用的公钥不在给定的公钥之内",
    "signature": "签名不对：签名内容被改动，或不是这把密钥签的",
    "path": "证明路径与签名的根不相接",
}


def offline(shown: Mapping[str, Any], keys: Mapping[str, PublicKey]) -> tuple[list[str], list[str]]:
    """What holds and what does not of a receipt in its owner's hand, by public keys alone.

    `shown`: the whole receipt as it was handed out. Both lists are sentences for people.
    """
    text = {name: value for name, value in shown.items() if name not in {"digest", *PROOFS}}
    digest = sm3(canonical(text))
    if shown.get("digest") != digest.hex():
        return [], ["回执内容与回执摘要不符：内容或摘要被改动"]
    held = ["内容与摘要一致"]
    proof = shown.get("proof")
    if proof is None:
        return held, ["回执上没有签名"]
    if wrong := fault(digest, proof, keys) or _kind(proof, "receipts"):
        return held, [f"签名证明：{SAID[wrong]}"]
    statement = proof["statement"]
    held.append(f"{statement['at']} 由密钥 {statement['key']} 签名（同批 {statement['size']} 份）")
    return _with_day(shown, proof, keys, held)


def _with_day(
    shown: Mapping[str, Any], proof: Mapping[str, Any], keys: Mapping[str, PublicKey], held: list[str]
) -> tuple[list[str], list[str]]:
    if "day" not in shown:
        return held, [f"日结证明：{SAID['malformed']}"]
    day = shown["day"]
    if day is None:
        return [*held, "当日日结尚未完成，回执不含日结证明"], []
    if wrong := fault(signed_of(proof).leaf, day, keys) or _kind(day, "day"):
        return held, [f"日结证明：{SAID[wrong]}"]
    return [*held, f"列入 {day['statement']['day']} 的日结"], []


def _kind(evidence: Mapping[str, Any], kind: str) -> str:
    return "" if evidence["statement"].get("kind") == kind else "malformed"


def ledger_faults() -> Iterator[str]:
    """Everything signed in the ledger that does not hold: receipts, days in their chain, cut-offs."""
    keys = public_keys()
    yield from _receipt_faults(keys)
    yield from _day_faults(keys)
    yield from _witness_faults()
    for cutoff in Cutoff.objects.all():
        entries = dict(cutoff.entries.values_list("batch", "digest"))
        now = {pk: digest.hex() for pk, digest in digests_of(list(entries)).items()}
        if _unsound(cutoff, _leaves(entries[pk] for pk in sorted(entries)), keys) or entries != now:
            yield f"{cutoff.facts()['cut_at']} 的截止快照与签名或现有批次不符"


def _receipt_faults(keys: Mapping[str, PublicKey]) -> Iterator[str]:
    for receipt in Receipt.objects.select_related("batch__slot", "batch__submission").iterator(2_000):
        if digest_of(receipt_text(receipt.number, receipt.batch, receipt.batch.submission)) != receipt.digest:
            yield f"回执 {receipt.number} 的内容与其摘要不符"
    for root in ReceiptRoot.objects.all():
        digests = root.receipts.order_by("number").values_list("digest", flat=True)
        if _unsound(root, _leaves(digests), keys):
            yield f"{root.facts()['at']} 签名的一批回执与签名不符"


def _day_faults(keys: Mapping[str, PublicKey]) -> Iterator[str]:
    previous, expected = GENESIS, None
    for day in DayRoot.objects.prefetch_related("roots"):
        leaves = [root.signed.leaf for root in sorted(day.roots.all(), key=lambda root: root.pk)]
        if day.previous != previous.hex() or (expected and day.day != expected):
            yield f"{day.day} 的日结与前一日不相接"
        elif _unsound(day, leaves, keys):
            yield f"{day.day} 的日结与签名不符"
        previous, expected = day.signed.leaf, day.day + dt.timedelta(days=1)


def days_witness() -> Path:
    """The copies of days outside the database, a line each."""
    return Path(settings.HOME.path) / "witness" / "days.jsonl"


def _witness_faults() -> Iterator[str]:
    """Days that have left the house and that the ledger no longer has as they were."""
    witness = read_witness(days_witness(), **WITNESSED)
    if witness.garbled:
        yield f"日结的外存副本第 {witness.garbled} 行读不出：副本被改动"
    held = {day.day.isoformat(): day.signed.leaf.hex() for day in DayRoot.objects.all()}
    for seen in witness.lines:
        if held.get(seen["day"]) != seen["leaf"]:
            yield f"{seen['day']} 的日结与外存副本不符：被删去、改写，或账本被回退"


def _leaves(digests: Iterable[str]) -> list[bytes]:
    """Digests as the leaves of a tree; what was altered into no digest at all counts as nought."""
    return [bytes.fromhex(digest if _DIGEST.fullmatch(digest) else "0" * 64) for digest in digests]


def _unsound(signed: SignedRoot, leaves: list[bytes], keys: Mapping[str, PublicKey]) -> bool:
    whole = Tree(leaves).root.hex() == signed.root and len(leaves) == signed.size
    return not whole or bool(fault(None, signed.signed.evidence(), keys))
