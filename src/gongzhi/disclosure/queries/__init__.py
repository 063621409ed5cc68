"""All that reads in this room: promises, what may be looked at for what, and who looked."""

from .agreements import PAGE, acceptances_visible_to, asked_of, holds_until, missing, standings
from .exports import exports_visible_to, kept_at, plain_file, waiting_exports
from .purposes import About, MaskedRow, faults, may_reveal, not_offered, offered, roles_over
from .quotas import OverQuota, allowances_visible_to, approvers, left_today, over, quota_of
from .reveals import address_of, found_at, off_hours, reveals_visible_to, usage

__all__ = [
    "PAGE", "About", "MaskedRow", "OverQuota", "acceptances_visible_to", "address_of",
    "allowances_visible_to", "approvers", "asked_of", "exports_visible_to", "faults", "found_at",
    "holds_until", "kept_at", "left_today", "may_reveal", "missing", "not_offered", "off_hours",
    "offered", "over", "plain_file", "quota_of", "reveals_visible_to", "roles_over", "standings", "usage",
    "waiting_exports",
]  # fmt: skip
