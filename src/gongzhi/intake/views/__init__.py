"""Pages of this room: hand a file in, follow it, see batches and receipts."""

from .batches import batch, batches
from .hand_in import choose, hand_in, template
from .receipts import public_keys, receipt, receipt_file
from .submissions import adopt, bad_rows, commit, findings, marked_up, submission, submissions, withdraw

__all__ = [
    "adopt", "bad_rows", "batch", "batches", "choose", "commit", "findings", "hand_in", "marked_up",
    "public_keys", "receipt", "receipt_file", "submission", "submissions", "template", "withdraw",
]  # fmt: skip
