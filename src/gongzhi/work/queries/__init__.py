"""What may be seen of the work, and by whom it may be done."""

from .filters import filters_of, opening_of, tidied
from .handing import DUTIES, Handing, covers, handing, may_follow, may_leave, why_no_stand_in
from .hooks import Hooked, hook_of, hooked
from .items import (
    Filter,
    assigned_to,
    changed_by,
    counts,
    kind_of,
    kinds_to_give,
    largest_attachment,
    mine,
    most_at_once,
    place_name,
    places_of,
    same_as,
    search,
    views_of,
    visible_to,
    with_standing,
)
from .letters import drawn, letters_visible_to
from .reminders import (
    Matter,
    answering,
    bind_owed,
    deliveries_visible_to,
    everybody,
    holders,
    holding,
    key_matters,
    liaisons,
    matters_on,
    messages_visible_to,
    not_mailed,
    own_matters,
    quiet,
    rung,
    unread,
)
from .sides import ASSIGNEE, REVIEWER, colleagues, may, sides_of, unattended, verbs_of, why_alone, why_not
from .subjects import (
    PLACE,
    TAXPAYER,
    UNIT,
    Subject,
    TaxpayerSource,
    about,
    bind_taxpayers,
    known,
    subject_address,
    taxpayers_like,
)

__all__ = [
    "ASSIGNEE", "DUTIES", "PLACE", "REVIEWER", "TAXPAYER", "UNIT", "Filter", "Handing", "Hooked", "Matter",
    "Subject", "TaxpayerSource", "about", "answering", "assigned_to", "bind_owed", "bind_taxpayers",
    "changed_by", "colleagues", "counts", "covers", "deliveries_visible_to", "drawn", "everybody",
    "filters_of", "handing", "holders", "holding", "hook_of", "hooked", "key_matters", "kind_of",
    "kinds_to_give", "known", "largest_attachment", "letters_visible_to", "liaisons", "matters_on", "may",
    "may_follow", "may_leave", "messages_visible_to", "mine", "most_at_once", "not_mailed", "opening_of",
    "own_matters", "place_name", "places_of", "quiet", "rung", "same_as", "search", "sides_of",
    "subject_address", "taxpayers_like", "tidied", "unattended", "unread", "verbs_of", "views_of",
    "visible_to", "why_alone", "why_no_stand_in", "why_not", "with_standing",
]  # fmt: skip
