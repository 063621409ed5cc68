"""回执: issued with its batch, shown to its owner with its proof, held against the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gongzhi.intake.models import SHANGHAI, Batch, Receipt, Submission
from gongzhi.intake.queries.proofs import PROOFS, digest_of, evidence_of, receipt_text

from .signing import sign_receipts


def issue(batch: Batch, submission: Submission) -> Receipt:
    """The receipt of a batch; called in the transaction that enters it."""
    day = batch.committed_at.astimezone(SHANGHAI)
    number = f"{day:%Y%m%d}-{batch.number}-{batch.pk.hex[-6:]}"
    digest = digest_of(receipt_text(number, batch, submission))
    return Receipt.objects.create(number=number, batch=batch, issued_at=batch.committed_at, digest=digest)


def as_json(batch: Batch) -> dict[str, Any]:
    """A receipt to be kept by its owner: its text, its hash, the proof that it was signed.

    What is not signed yet is signed now. `gongzhi verify receipt` reads it back.
    """
    if Receipt.objects.filter(batch=batch, root=None).exists():
        sign_receipts()
    found = Receipt.objects.select_related("batch__slot", "batch__submission", "root__day")
    receipt = found.get(batch=batch)
    text = receipt_text(receipt.number, receipt.batch, receipt.batch.submission)
    return text | {"digest": receipt.digest} | evidence_of(receipt)


def proof(shown: Mapping[str, object]) -> list[str]:
    """Where a receipt that somebody shows differs from the ledger; nothing wrong gives an empty list.

    `shown` holds at least `number`. Whatever else its text says must be what the ledger says, word for
    word; its signatures are another question (`queries.proofs.offline`).
    """
    found = Receipt.objects.select_related("batch__slot", "batch__submission")
    receipt = found.filter(number=str(shown.get("number", ""))).first()
    if receipt is None:
        return [f"账本中没有编号为“{shown.get('number', '')}”的回执"]
    text = receipt_text(receipt.number, receipt.batch, receipt.batch.submission)
    wrong = []
    if digest_of(text) != receipt.digest:
        wrong.append("账本中这份回执的内容与其摘要不符，账本可能被改动")
    known = text | {"digest": receipt.digest}
    wrong += [
        f"“{name}”与账本不符：回执上是 {value}，账本中是 {known.get(name, '（无此项）')}"
        for name, value in shown.items()
        if name not in PROOFS and known.get(name) != value
    ]
    return wrong
