"""Rows of a database as a file: JSON of texts, each exactly as the source said it, nothing for NULL."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from .failed import PullFailed

_WORDS: tuple[tuple[type | tuple[type, ...], Callable[[Any], str]], ...] = (
    (str, str),
    (bool, lambda value: "TRUE" if value else "FALSE"),
    (int, str),
    (Decimal, lambda value: format(value, "f")),  # never 1E+3
    (float, repr),
    (dt.datetime, lambda value: value.isoformat(sep=" ")),
    ((dt.date, dt.time), lambda value: value.isoformat()),
    ((dt.timedelta, UUID), str),
    ((list, dict), lambda value: json.dumps(value, ensure_ascii=False, default=str)),
)
"""The first that fits counts: a bool is an int, an instant is a day."""


def as_text(value: object) -> str | None:
    """A value of a column as text; PullFailed for what is no text, number or day."""
    if value is None:
        return None
    for kind, worded in _WORDS:
        if isinstance(value, kind):
            return worded(value)
    raise PullFailed("unreadable_column", type(value).__name__)


def write(path: Path, headings: Sequence[str], rows: Iterable[Sequence[Any]], *, most: int, size: int) -> int:
    """Write {"columns": […], "rows": [[…], …]} row by row; how many rows there were.

    Raises PullFailed beyond `most` rows or `size` bytes.
    """
    count = 0
    with path.open("w", encoding="utf-8") as out:
        out.write(f'{{"columns": {json.dumps(list(headings), ensure_ascii=False)}, "rows": [')
        for row in rows:
            count += 1
            if count > most:
                raise PullFailed("too_many_rows", str(most))
            line = json.dumps([as_text(value) for value in row], ensure_ascii=False)
            out.write(f"{',' if count > 1 else ''}\n{line}")
        out.write("\n]}\n")
    if path.stat().st_size > size:
        raise PullFailed("too_large")
    return count
