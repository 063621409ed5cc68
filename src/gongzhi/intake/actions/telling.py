"""Tell the unit's own system what became of a submission that a machine handed in; words for its people."""

from __future__ import annotations

import re
from typing import Any

from django.utils import timezone

from gongzhi.catalogue.queries import resource_named
from gongzhi.intake.models import Batch, Submission
from gongzhi.intake.queries.rows import period_label
from gongzhi.work.actions import announce

_BY_PEOPLE = {"page", "cli", "demo"}
"""Channels with somebody in front who sees the outcome."""

_FIRST = 20
_LIKE_A_NUMBER = re.compile(r"\d[\dXx\-\s]{4,}")


def handed_in(submission: Submission) -> str:
    """What was handed in, as a message names it: never by its file, whose name may be a person's."""
    return f"{resource_named(submission.resource)}（{period_label(submission.period)}）"


def first_words(reason: str) -> str:
    """How a reason begins, for a message that may leave the house: on one line, without long numbers."""
    text = _LIKE_A_NUMBER.sub("…", " ".join(reason.split()))
    return text if len(text) <= _FIRST else f"{text[:_FIRST]}…"


def tell_outcome(submission: Submission, outcome: str, batch: Batch | None = None) -> None:
    """Put one of `states.OUTCOMES` on its way, in the transaction that brings it about.

    `batch` is the one that the rows are in, which may be an earlier one with the same content.
    """
    if submission.channel in _BY_PEOPLE:
        return
    said: dict[str, Any] = {
        "event": "submission.outcome",
        "outcome": outcome,
        "submission": str(submission.pk),
        "unit": submission.unit,
        "resource": submission.resource,
        "period": submission.period,
        "channel": submission.channel,
        "file_sm3": submission.file_digest,
        "rows": submission.rows,
        "accepted": submission.accepted if batch else 0,
        "set_aside": submission.set_aside,
        "by_code": submission.by_code,
        "refusal": submission.refusal.get("code"),
        "batch": batch.number if batch else None,
        "receipt": batch.receipt.number if batch else None,
        "at": timezone.localtime().isoformat(timespec="seconds"),
    }
    announce(unit=submission.unit, said=said)
