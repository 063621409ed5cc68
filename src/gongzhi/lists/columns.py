"""Columns of a list: how a row becomes a cell, on the page and in Excel alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django.utils import timezone

Meaning = Literal["stop", "warn", "good", "note"]
SHORT = 28
"""Text that stays on one line: so many Latin letters and digits, or half as many Chinese characters."""
Kind = Literal["text", "number", "yuan", "wan", "code", "day", "instant", "mark"]


@dataclass(frozen=True)
class Mark:
    """A state with its meaning: stop, warn, good or note; the word always stands beside the colour."""

    text: str
    meaning: Meaning = "note"

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Column:
    """One column. `value` gives the cell of a row; `link` an address; `order` the field to sort by.

    Kinds: number (as it is), yuan and wan (from whole 分), code (in groups, copyable), day, instant, mark.
    `unit` stands in the head. A column with `hidden` is shown only when chosen.
    """

    key: str
    title: str
    value: Callable[[Any], Any]
    kind: Kind = "text"
    link: Callable[[Any], str] | None = None
    order: str | None = None
    unit: str = ""
    hidden: bool = False

    @property
    def head(self) -> str:
        return f"{self.title}（{self.unit}）" if self.unit else self.title

    @property
    def numeric(self) -> bool:
        return self.kind in {"number", "yuan", "wan"}

    def dress(self, text: str) -> str:
        """The class of a cell: numbers to the right, short texts on one line, long ones not squeezed."""
        if self.numeric:
            return "num"
        width = len(text) + sum(one >= "\u2e80" for one in text)
        return "tight" if self.kind != "text" or width <= SHORT else "long"

    def plain(self, row: Any) -> Any:
        """The cell as a workbook holds it: numbers as numbers in the unit of the head, the rest as text."""
        return self.written(self.value(row))

    def written(self, value: Any) -> Any:
        """The value of a cell as a workbook holds it."""
        if value is None:
            return None
        match self.kind:
            case "yuan":
                return value / 100
            case "wan":
                return value / 1_000_000
            case "number":  # a word in its place (不足5) stays a word
                return value if isinstance(value, int | str) else float(value)
            case "instant":
                return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
            case "day":
                return value.isoformat() if isinstance(value, dt.date) else str(value)
        return str(value)

    def text(self, row: Any) -> str:
        """The cell as the page shows it; a missing value is an em dash."""
        return self.said(self.value(row))

    def said(self, value: Any) -> str:
        """The value of a cell as the page shows it."""
        value = self.written(value)
        if value is None or value == "":
            return "—"
        if self.kind in {"yuan", "wan"}:
            return f"{value:,.2f}".replace("-", "−")
        if self.kind == "number" and not isinstance(value, str):
            return f"{value:,}".replace("-", "−")
        if self.kind == "code" and len(value) == 18:
            return f"{value[:6]} {value[6:10]} {value[10:14]} {value[14:]}"
        return str(value)
