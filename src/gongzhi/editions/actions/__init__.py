"""All that writes in this room: drafts, approval, what a release of the folder brings, suggestions."""

from .deciding import approve, discard, send_back, submit
from .drafting import draft_of, hand_draft_over, new_piece, new_resource, rewrite
from .releasing import take_folder
from .suggesting import answer, carry, suggest

__all__ = [
    "answer", "approve", "carry", "discard", "draft_of", "hand_draft_over", "new_piece", "new_resource",
    "rewrite",
    "send_back", "submit", "suggest", "take_folder",
]  # fmt: skip
