"""What people see of this room."""

from .drafts import approve, desk, discard, draft, edition, new_resource, send_back, submit
from .editing import about, binding, column, preview, retire, texts, value
from .reading import definitions, parameters, resource, rule
from .suggestions import answer, suggest, suggestions

__all__ = [
    "about", "answer", "approve", "binding", "column", "definitions", "desk", "discard", "draft", "edition",
    "new_resource", "parameters", "preview", "resource", "retire", "rule", "send_back", "submit", "suggest",
    "suggestions", "texts", "value",
]  # fmt: skip
