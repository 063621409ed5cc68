"""All that writes in this room."""

from .announcing import announce
from .attaching import Sent, attach, opened
from .deciding import accept, finish, send_back, submit
from .editions import tell_of_editions
from .exports import tell_of_exports
from .filings import tell_of_filings
from .filters import drop_filter, keep_filter, open_with, rename_filter
from .giving import forward, give, merge, open_item, split, withdraw
from .handing import hand_over
from .holding import ask_time, comment, decide_time, take
from .letters import decide_letter, keep_address, read_messages
from .refused import BadFiles, Refused
from .reminding import remind
from .sending import deliver, try_again
from .standing_in import name_stand_in, stand_in_for
from .suggestions import tell_of_suggestions
from .telling import tell, tell_people
from .together import TOGETHER, Together, together

__all__ = [
    "TOGETHER", "BadFiles", "Refused", "Sent", "Together", "accept", "announce", "ask_time", "attach",
    "comment", "decide_letter", "decide_time", "deliver", "drop_filter", "finish", "forward", "give",
    "hand_over", "keep_address", "keep_filter", "merge", "name_stand_in", "open_item", "open_with", "opened",
    "read_messages", "remind", "rename_filter", "send_back", "split", "stand_in_for", "submit", "take",
    "tell", "tell_of_editions", "tell_of_exports", "tell_of_filings", "tell_of_suggestions",
    "tell_people", "together", "try_again", "withdraw",
]  # fmt: skip
