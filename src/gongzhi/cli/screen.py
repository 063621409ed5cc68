"""What the terminal shows: tables and progress for people, JSON for scripts."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def complain(text: str) -> None:
    """One message on standard error, as it is."""
    err.print(text, style="red", markup=False)


def as_json(value: Any) -> None:
    """One JSON value on standard output."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")


def as_list(items: Sequence[dict[str, Any]]) -> None:
    """The shape of every list command."""
    as_json({"items": list(items), "total": len(items)})


def table(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table for people."""
    shown = Table(title=title, title_justify="left", header_style="bold", show_edge=False)
    for head in heads:
        shown.add_column(head, overflow="fold")
    for row in rows:
        shown.add_row(*("" if cell is None else str(cell) for cell in row))
    out.print(shown)
