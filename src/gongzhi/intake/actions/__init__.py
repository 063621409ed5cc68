"""All that writes in this room, split by noun: originals, submissions, batches, receipts, orphans."""

from .adoption import adopt
from .batch import commit
from .desk import hand_in
from .submission import check, receive, tell, withdraw

__all__ = ["adopt", "check", "commit", "hand_in", "receive", "tell", "withdraw"]
