"""Names of the industries of GB/T 4754—2017: sections (A), divisions (01), groups (011), classes (0111)."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("industries.csv")


@cache
def _names() -> dict[str, str]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


def industry_name(code: str) -> str:
    """The name of a code, with or without its section's letter (I6510, 6510); empty for a code that is none.

    A code with a class that the standard does not have is named by the group or division that it begins with.
    """
    plain = code.strip().upper()
    if plain in _names():
        return _names()[plain]
    digits = plain[1:] if plain[:1].isalpha() else plain
    if not digits.isdecimal():
        return ""
    known = (_names().get(digits[:length]) for length in (4, 3, 2) if len(digits) >= length)
    return next((name for name in known if name), "")
