"""Make accounts, give and end grants, set passwords, bind devices: each act with its event.

Three administrators, none of whom can do another's part: the system administrator registers and
disables, the security administrator approves and grants, and neither does both for one person.
"""

from .accounts import LINK_HOURS, approve, disable, first_administrators, issue_link, register, unlock
from .cast import Seat, seat_cast, seats
from .factor import begin_factor, confirm_factor, proof_given, remove_factor, verify_factor
from .grants import end_grant, grant
from .passwords import PASSWORDS_REMEMBERED, faults_of, set_password
from .refusal import Refused
from .sitting import refused_sign_in, signed_in, signed_out

__all__ = [
    "LINK_HOURS", "PASSWORDS_REMEMBERED", "Refused", "Seat", "approve", "begin_factor", "confirm_factor",
    "disable", "end_grant", "faults_of", "first_administrators", "grant", "issue_link", "proof_given",
    "refused_sign_in", "register", "remove_factor", "seat_cast", "seats", "set_password", "signed_in",
    "signed_out", "unlock", "verify_factor",
]  # fmt: skip
