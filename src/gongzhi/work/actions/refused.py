"""An act of this room that cannot be done as asked."""

from __future__ import annotations


class Refused(Exception):
    """The text is Chinese and says what to do instead."""


class BadFiles(Refused):
    """Of several files some cannot be taken, so that none is."""
