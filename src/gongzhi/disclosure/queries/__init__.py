"""All that reads in this room: promises, what may be looked at for what, and who looked."""

from .agreements import PAGE, acceptances_visible_to, asked_of, holds_until, missing, standings
from .exports import (
    Watched,
    asked_exports,
    countersigners,
    exports_visible_to,
    for_ones_word,
    kept_at,
    most_at_once,
    plain_file,
    resume_minutes,
    valid_until,
    waiting_exports,
    watched,
)
from .guards import KEEPS, Standing, guards_visible_to, in_the_way, may_open, normal, second_word
from .purposes import About, MaskedRow, faults, may_reveal, not_offered, offered, roles_over
from .quotas import (
    OverQuota,
    allowances_visible_to,
    allowances_waiting,
    approvers,
    left_today,
    over,
    quota_of,
)
from .reveals import address_of, found_at, off_hours, reveals_visible_to, usage

__all__ = [
    "KEEPS", "PAGE", "About", "MaskedRow", "OverQuota", "Standing", "Watched", "acceptances_visible_to",
    "address_of", "allowances_visible_to", "allowances_waiting", "approvers", "asked_exports", "asked_of",
    "countersigners", "exports_visible_to", "faults", "for_ones_word", "found_at", "guards_visible_to",
    "holds_until", "in_the_way", "kept_at", "left_today", "may_open", "may_reveal", "missing",
    "most_at_once", "normal", "not_offered", "off_hours", "offered", "over", "plain_file", "quota_of",
    "resume_minutes", "reveals_visible_to", "roles_over", "second_word", "standings", "usage",
    "valid_until", "waiting_exports", "watched",
]  # fmt: skip
