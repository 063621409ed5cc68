"""All that writes in this room, split by noun: originals, submissions, batches, receipts, orphans."""

from .batch import commit
from .desk import hand_in
from .submission import check, receive, withdraw

__all__ = ["check", "commit", "hand_in", "receive", "withdraw"]
