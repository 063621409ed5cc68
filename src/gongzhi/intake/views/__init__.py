"""Pages of this room: hand a file in, follow it, see batches and receipts."""

from .batches import batch, batches, receipt
from .hand_in import choose, hand_in, template
from .submissions import bad_rows, commit, findings, marked_up, submission, submissions, withdraw

__all__ = [
    "bad_rows", "batch", "batches", "choose", "commit", "findings", "hand_in", "marked_up", "receipt",
    "submission", "submissions", "template", "withdraw",
]  # fmt: skip
