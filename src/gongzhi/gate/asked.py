"""What an address asks for, read so that nothing typed into it can break a page."""

from __future__ import annotations

from django.http import QueryDict

_LONGEST = 9  # digits: what every database takes, and int() at once


def number_in(text: str) -> int | None:
    """The whole number that a text is, or None; ² is a digit to Python, yet no number."""
    return int(text) if text.isdecimal() and len(text) <= _LONGEST else None


def text_in(said: QueryDict, name: str) -> str:
    """The text under a name, where no form reads it; without NUL, which no database of a server takes."""
    return said.get(name, "").replace("\x00", "")
