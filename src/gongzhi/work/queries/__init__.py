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
from .sides import ASSIGNEE, REVIEWER, colleagues, may, sides_of, verbs_of

__all__ = [
    "ASSIGNEE", "REVIEWER", "Filter", "assigned_to", "colleagues", "counts", "filters_of", "kind_of",
    "kinds_to_give", "may", "mine", "place_name", "same_as", "sides_of", "units_to_ask", "verbs_of",
    "visible_to", "with_standing",
]  # fmt: skip
