"""What may be seen of the work, and by whom it may be done."""

from .handing import DUTIES, Handing, covers, handing, may_follow, may_leave
from .items import (
    Filter,
    assigned_to,
    counts,
    filters_of,
    kind_of,
    kinds_to_give,
    mine,
    place_name,
    same_as,
    units_to_ask,
    visible_to,
    with_standing,
)
from .reminders import (
    Matter,
    deliveries_visible_to,
    everybody,
    holders,
    hook_of,
    letters_visible_to,
    messages_visible_to,
    own_matters,
    quiet,
    rung,
    unread,
)
from .sides import ASSIGNEE, REVIEWER, colleagues, may, sides_of, verbs_of

__all__ = [
    "ASSIGNEE", "DUTIES", "REVIEWER", "Filter", "Handing", "Matter", "assigned_to", "colleagues", "counts",
    "covers", "deliveries_visible_to", "everybody", "filters_of", "handing", "holders", "hook_of", "kind_of",
    "kinds_to_give", "letters_visible_to", "may", "may_follow", "may_leave", "messages_visible_to", "mine",
    "own_matters", "place_name", "quiet", "rung", "same_as", "sides_of", "units_to_ask", "unread", "verbs_of",
    "visible_to", "with_standing",
]  # fmt: skip
