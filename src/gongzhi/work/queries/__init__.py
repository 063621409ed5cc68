"""What may be seen of the work, and by whom it may be done."""

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
    "ASSIGNEE", "REVIEWER", "Filter", "Matter", "assigned_to", "colleagues", "counts",
    "deliveries_visible_to", "everybody", "filters_of", "holders", "hook_of", "kind_of", "kinds_to_give",
    "letters_visible_to", "may", "messages_visible_to", "mine", "own_matters", "place_name",
    "quiet", "rung", "same_as", "sides_of", "units_to_ask", "unread", "verbs_of", "visible_to",
    "with_standing",
]  # fmt: skip
