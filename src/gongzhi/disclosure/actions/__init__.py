"""All that writes in this room."""

from .agreeing import accept_agreements
from .allowances import ask_for_more, decide
from .exporting import (
    Wanted,
    ask_for_export,
    decide_export,
    fail_export,
    fetch_export,
    give_at_once,
    keep_export,
    remove_expired,
    take_export,
)
from .guarding import end_guard, guard
from .refusal import Refused
from .revealing import reveal

__all__ = [
    "Refused", "Wanted", "accept_agreements", "ask_for_export", "ask_for_more", "decide", "decide_export",
    "end_guard", "fail_export", "fetch_export", "give_at_once", "guard", "keep_export", "remove_expired",
    "reveal", "take_export",
]  # fmt: skip
