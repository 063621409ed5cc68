"""All that reads in this room: the definitions in force, editions, what differs, what is wrong."""

from .checking import problems, reading
from .counting import (
    contents_in_force,
    in_force,
    in_force_for,
    look_again,
    pin,
    resource_for,
)
from .difference import changes, lines
from .pieces import KINDS, Piece, digest_of_texts, piece_of, pieces_of
from .seen import alive, history, label, newest, open_draft, standing, suggestions_visible_to, visible_to

__all__ = [
    "KINDS", "Piece", "alive", "changes", "contents_in_force", "digest_of_texts", "history", "in_force",
    "in_force_for", "label", "lines", "look_again", "newest", "open_draft", "piece_of", "pieces_of", "pin",
    "problems", "reading", "resource_for", "standing", "suggestions_visible_to", "visible_to",
]  # fmt: skip
