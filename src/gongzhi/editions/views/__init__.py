"""What people see of this room."""

from .drafts import approve, desk, discard, draft, edition, new_resource, send_back, submit
from .editing import about, binding, column, preview, retire, texts, value
from .kinds import catalogue, entries, entry, new_piece, piece, remove_entry
from .reading import definitions, parameters, resource, rule
from .suggestions import answer, suggest, suggestions

__all__ = [
    "about", "answer", "approve", "binding", "catalogue", "column", "definitions", "desk", "discard",
    "draft", "edition", "entries", "entry", "new_piece", "new_resource", "parameters", "piece",
    "preview", "remove_entry", "resource", "retire", "rule", "send_back", "submit", "suggest",
    "suggestions", "texts", "value",
]  # fmt: skip
