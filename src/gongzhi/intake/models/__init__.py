"""Submissions, slots, batches, the ledger of lake files, receipts (notice, 二(二))."""

from gongzhi.organisation.models import uuid7

from .batch import Batch, BatchPart, LakeFile, OpsFile, Segment
from .desk import CheckWaiver, Explanation, Review, TwoPersons, Withdrawal
from .door import FolderFile, Look, Pull
from .inbox import Push
from .signed import SHANGHAI, Cutoff, DayRoot, FrozenBatch, Receipt, ReceiptRoot, SignedRoot, instant
from .submission import Slot, Submission

__all__ = [
    "SHANGHAI", "Batch", "BatchPart", "CheckWaiver", "Cutoff", "DayRoot", "Explanation",
    "FolderFile", "FrozenBatch", "LakeFile", "Look", "OpsFile", "Pull", "Push", "Receipt", "ReceiptRoot",
    "Review", "Segment", "SignedRoot", "Slot", "Submission", "TwoPersons", "Withdrawal", "instant", "uuid7",
]  # fmt: skip
