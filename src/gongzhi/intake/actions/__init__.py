"""All that writes in this room, split by noun: originals, submissions, batches, receipts, orphans."""

from .adoption import adopt
from .batch import commit
from .desk import hand_in
from .explaining import explain
from .reviewing import accept, return_batch, return_batches
from .second import begin_two_persons, end_two_persons, propose, send_back
from .submission import check, receive, tell, withdraw
from .waiving import ask_check_waiver, decide_check_waiver, end_check_waiver
from .withdrawing import ask_withdrawal, decide_withdrawal, drop_withdrawal

__all__ = [
    "accept",
    "adopt",
    "ask_check_waiver",
    "ask_withdrawal",
    "begin_two_persons",
    "check",
    "commit",
    "decide_check_waiver",
    "decide_withdrawal",
    "drop_withdrawal",
    "end_check_waiver",
    "end_two_persons",
    "explain",
    "hand_in",
    "propose",
    "receive",
    "return_batch",
    "return_batches",
    "send_back",
    "tell",
    "withdraw",
]
