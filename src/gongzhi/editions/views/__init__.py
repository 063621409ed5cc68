"""What people see of this room."""

from .drafts import approve, desk, discard, draft, edition, new_resource, send_back, submit, take_back
from .editing import about, binding, column, preview, retire, texts, value
from .entries import entries, entry, remove_entry
from .holidays import remove_year, year
from .kinds import catalogue, new_piece, piece
from .reading import definitions, parameter, parameters, resource, rule
from .suggestions import answer, carried, suggest, suggestions
from .together import decide_together, discard_together, submit_together

__all__ = [
    "about", "answer", "approve", "binding", "carried", "catalogue", "column", "decide_together",
    "definitions", "desk", "discard", "discard_together",
    "draft", "edition", "entries", "entry", "new_piece", "new_resource", "parameter", "parameters", "piece",
    "preview", "remove_entry", "remove_year", "resource", "retire", "rule", "send_back", "submit",
    "submit_together", "suggest",
    "suggestions", "take_back", "texts", "value", "year",
]  # fmt: skip
