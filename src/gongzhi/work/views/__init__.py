"""Pages of the work: the list of what one has to do, and one item."""

from .handing import hand_over
from .item import act, file, item
from .items import drop_filter, give, items, keep_filter, together
from .messages import decide_letter, letter, letters, messages, outbox, read, try_again

__all__ = [
    "act", "decide_letter", "drop_filter", "file", "give", "hand_over", "item", "items", "keep_filter",
    "letter", "letters", "messages", "outbox", "read", "together", "try_again",
]  # fmt: skip
