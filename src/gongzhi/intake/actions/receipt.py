"""回执: what was taken in, when, under which number and hash; and the proof that a receipt is genuine."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping

from gongzhi.intake.models import Batch, Receipt, Submission

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
FORMAT = 1


def issue(batch: Batch, submission: Submission) -> Receipt:
    """The receipt of a batch; called in the transaction that enters it."""
    day = batch.committed_at.astimezone(SHANGHAI)
    number = f"{day:%Y%m%d}-{batch.number}-{batch.pk.hex[-6:]}"
    digest = digest_of(receipt_text(number, batch, submission))
    return Receipt.objects.create(number=number, batch=batch, issued_at=batch.committed_at, digest=digest)


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
        "received_at": _instant(submission.received_at),
        "committed_at": _instant(batch.committed_at),
    }


def _instant(at: dt.datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat(timespec="milliseconds")


def digest_of(text: Mapping[str, object]) -> str:
    """SM3 (hex) over the canonical JSON of a receipt's text."""
    canonical = json.dumps(text, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.new("sm3", canonical.encode()).hexdigest()


def as_json(batch: Batch) -> dict[str, object]:
    """A receipt to be kept by its owner: its text with its hash. `gongzhi verify receipt` reads it back."""
    receipt = Receipt.objects.select_related("batch__slot", "batch__submission").get(batch=batch)
    return receipt_text(receipt.number, receipt.batch, receipt.batch.submission) | {"digest": receipt.digest}


def proof(shown: Mapping[str, object]) -> list[str]:
    """What is wrong with a receipt that somebody shows; nothing wrong gives an empty list.

    `shown` holds at least `number`. Whatever else it says must be what the ledger says, word for word.
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
        if known.get(name) != value
    ]
    return wrong
