"""All that writes in this room: drafts, approval, what a release of the folder brings, suggestions."""

from .deciding import approve, discard, send_back, submit, take_back
from .drafting import draft_of, draft_retirement, hand_draft_over, new_piece, new_resource, rewrite
from .releasing import take_folder
from .suggesting import answer, carry, suggest
from .together import approve_together, discard_together, send_back_together, submit_together

__all__ = [
    "answer", "approve", "approve_together", "carry", "discard", "discard_together", "draft_of",
    "draft_retirement", "hand_draft_over", "new_piece", "new_resource", "rewrite",
    "send_back", "send_back_together", "submit", "submit_together", "suggest", "take_back", "take_folder",
]  # fmt: skip
