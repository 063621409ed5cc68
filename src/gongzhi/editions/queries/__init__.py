"""All that reads in this room: the definitions in force, editions, what differs, what is wrong."""

from .about import about_page, about_thing
from .checking import problems, problems_together, reading
from .counting import (
    contents_in_force,
    edition_for,
    editions_of,
    in_force,
    in_force_for,
    look_again,
    look_back,
    one_look,
    pin,
    resource_for,
    stamp,
    unchanged,
    wordings,
)
from .difference import changes, lines
from .pieces import KINDS, Piece, digest_of_texts, piece_of, pieces_of
from .retired import retired, retirement_of, rule_ever, said_last
from .search import FoundResource, resources_like, units_like
from .seen import (
    drafts_of,
    history,
    label,
    newest,
    open_draft,
    release_drafts,
    standing,
    submitted_to,
    suggestions_visible_to,
    visible_to,
)
from .templates import Template, template_by

__all__ = [
    "KINDS", "FoundResource", "Piece", "Template", "about_page", "about_thing", "changes",
    "contents_in_force", "digest_of_texts", "drafts_of", "edition_for", "editions_of", "history",
    "in_force", "in_force_for", "label", "lines", "look_again", "look_back", "newest", "one_look",
    "open_draft", "piece_of", "pieces_of", "pin", "problems", "problems_together", "reading",
    "release_drafts", "resource_for", "resources_like", "retired", "retirement_of", "rule_ever",
    "said_last", "stamp", "standing", "submitted_to", "suggestions_visible_to", "template_by",
    "unchanged", "units_like", "visible_to", "wordings",
]  # fmt: skip
