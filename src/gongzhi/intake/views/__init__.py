"""Pages of this room: hand a file in, follow it, see batches and receipts."""

from .batches import batch, batches
from .desk import difference, explain, propose, send_back, two_persons
from .doors import doors
from .hand_in import choose, hand_in, template
from .receipts import public_keys, receipt, receipt_file
from .reviewing import accept, decide_together, return_one, reviews
from .rows import batch_row, batch_rows, table_rows, tables
from .submissions import adopt, bad_rows, commit, findings, marked_up, submission, submissions, withdraw
from .waiving import ask_check_waiver, check_waiver, check_waivers, decide_check_waiver, end_check_waiver
from .withdrawing import ask_withdrawal, decide_withdrawal, drop_withdrawal, withdrawals

__all__ = [
    "accept",
    "adopt",
    "ask_check_waiver",
    "ask_withdrawal",
    "bad_rows",
    "batch",
    "batch_row",
    "batch_rows",
    "batches",
    "check_waiver",
    "check_waivers",
    "choose",
    "commit",
    "decide_check_waiver",
    "decide_together",
    "decide_withdrawal",
    "difference",
    "doors",
    "drop_withdrawal",
    "end_check_waiver",
    "explain",
    "findings",
    "hand_in",
    "marked_up",
    "propose",
    "public_keys",
    "receipt",
    "receipt_file",
    "return_one",
    "reviews",
    "send_back",
    "submission",
    "submissions",
    "table_rows",
    "tables",
    "template",
    "two_persons",
    "withdraw",
    "withdrawals",
]
