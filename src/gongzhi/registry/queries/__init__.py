"""Read the taxpayer file."""

from .joins import METHODS, Covered, Joined, covered, joined, joined_by, unlinked
from .mentions import Mention, mentions_of
from .register import Candidate, candidates_of, candidates_of_all, doubts_visible_to, search, visible_to

__all__ = [
    "METHODS",
    "Candidate",
    "Covered",
    "Joined",
    "Mention",
    "candidates_of",
    "candidates_of_all",
    "covered",
    "doubts_visible_to",
    "joined",
    "joined_by",
    "mentions_of",
    "search",
    "unlinked",
    "visible_to",
]
