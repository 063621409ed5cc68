"""Pages of the work: the list of what one has to do, and one item."""

from .giving import give
from .handing import hand_over
from .item import act, file, item, stand_in
from .items import drop_filter, items, keep_filter, open_filter, rename_filter
from .messages import decide_letter, letter, letters, messages, outbox, read, try_again
from .together import together

__all__ = [
    "act", "decide_letter", "drop_filter", "file", "give", "hand_over", "item", "items", "keep_filter",
    "letter", "letters", "messages", "open_filter", "outbox", "read", "rename_filter", "stand_in",
    "together", "try_again",
]  # fmt: skip
