"""Read the taxpayer file."""

from .decided import act_of, decided, decision_of, decisions_like, decisions_visible_to, holding, key_of
from .joins import (
    METHODS,
    Covered,
    Joined,
    covered,
    joined,
    joined_by,
    unlinked,
    unlinked_mention,
    unlinked_mentions,
)
from .mentions import Mention, Said, mentions_of
from .register import (
    Candidate,
    candidates_of,
    candidates_of_all,
    doubts_visible_to,
    every_doubt_visible_to,
    search,
    visible_to,
)

__all__ = [
    "METHODS",
    "Candidate",
    "Covered",
    "Joined",
    "Mention",
    "Said",
    "act_of",
    "candidates_of",
    "candidates_of_all",
    "covered",
    "decided",
    "decision_of",
    "decisions_like",
    "decisions_visible_to",
    "doubts_visible_to",
    "every_doubt_visible_to",
    "holding",
    "joined",
    "joined_by",
    "key_of",
    "mentions_of",
    "search",
    "unlinked",
    "unlinked_mention",
    "unlinked_mentions",
    "visible_to",
]
