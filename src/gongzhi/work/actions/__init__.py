"""All that writes in this room."""

from .attaching import attach, opened
from .deciding import accept, finish, send_back, submit
from .filters import drop_filter, keep_filter
from .giving import forward, give, merge, open_item, split, withdraw
from .holding import ask_time, comment, decide_time, name_stand_in, take
from .refused import Refused
from .together import together

__all__ = [
    "Refused", "accept", "ask_time", "attach", "comment", "decide_time", "drop_filter", "finish", "forward",
    "give", "keep_filter", "merge", "name_stand_in", "open_item", "opened", "send_back", "split", "submit",
    "take", "together", "withdraw",
]  # fmt: skip
