"""Make accounts, give and end grants, set passwords, bind devices: each act with its event.

Three administrators, none of whom can do another's part: the system administrator registers and
disables, the security administrator approves and grants, and neither does both for one person.
"""

from .accounts import (
    LINK_HOURS,
    approve,
    close_idle,
    disable,
    first_administrators,
    issue_link,
    register,
    reopen,
    unlock,
)
from .answers import Reply, Reused, once
from .calls import Call, Turned, admit, claimed, forget_calls
from .cast import Seat, seat_cast, seats
from .factor import begin_factor, confirm_factor, proof_given, remove_factor, verify_factor
from .filing import confirm_filing, decide_filing, open_posts, submit_filing
from .grants import end_grant, grant
from .keys import approve_key, end_key, issue_key, register_key, rotate_key
from .passwords import PASSWORDS_REMEMBERED, faults_of, set_password
from .plain import NotPlain, PlainCall, admit_together, answer_together, recognised, remember
from .refusal import Barred, Refused
from .sitting import end_others, forget, refused_sign_in, seen, signed_in, signed_out

__all__ = [
    "LINK_HOURS", "PASSWORDS_REMEMBERED", "Barred", "Call", "NotPlain", "PlainCall", "Refused", "Reply",
    "Reused", "Seat", "Turned", "admit", "admit_together", "answer_together", "approve", "approve_key",
    "begin_factor", "claimed", "close_idle", "confirm_factor", "confirm_filing", "decide_filing",
    "disable", "end_grant", "end_key", "end_others", "faults_of", "first_administrators", "forget",
    "forget_calls", "grant", "issue_key", "issue_link", "once", "open_posts", "proof_given",
    "recognised", "refused_sign_in", "register", "register_key", "remember", "remove_factor", "reopen",
    "rotate_key", "seat_cast", "seats", "seen", "set_password", "signed_in", "signed_out",
    "submit_filing", "unlock", "verify_factor",
]  # fmt: skip
