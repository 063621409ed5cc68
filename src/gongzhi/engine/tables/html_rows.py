"""HTML tables: what many systems write when they say xls."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from .encoding import Text
from .grid import Grid, text_grid
from .header import Span
from .model import Limits, Unreadable
from .sheet import Seen

_SILENT = {"script", "style", "template"}
_HIDDEN = re.compile(r"display\s*:\s*none", re.I)


class _Tables(HTMLParser):
    """Collects the cells of every table; the text of a table inside another one is its own alone."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(convert_charrefs=True)
        self.limits = limits
        self.tables: list[_HtmlTable] = []
        self.open: list[_HtmlTable] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent += 1
        elif tag == "table":
            if len(self.open) > 20:
                raise Unreadable("not_a_table", {"kind": "HTML"})
            self.open.append(_HtmlTable())
            self.tables.append(self.open[-1])
        elif self.open and tag == "tr":
            self.open[-1].next_row()
            if any(name == "style" and _HIDDEN.search(value or "") for name, value in attrs):
                self.open[-1].hidden.append(len(self.open[-1].rows))
        elif self.open and tag in {"td", "th"}:
            sizes = {name: _size(value) for name, value in attrs if name in {"colspan", "rowspan"}}
            self.open[-1].next_cell(sizes.get("colspan", 1), sizes.get("rowspan", 1))
        elif self.open and tag == "br":
            self.open[-1].text("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif self.open and tag == "table":
            self.open.pop()
        elif self.open and tag in {"td", "th"}:
            self.open[-1].inside = False

    def handle_data(self, data: str) -> None:
        if self.open and not self.silent:
            self.open[-1].text(data)


def _size(value: str | None) -> int:
    return min(int(value), 5_000) if value and value.isdecimal() and len(value) < 9 else 1


class _HtmlTable:
    """A table as it grows: rows of texts, each cell at its place under the cells that reach down to it.

    hidden: the 1-based rows that the page does not show.
    """

    def __init__(self) -> None:
        self.rows: list[list[str | None]] = []
        self.spans: list[Span] = []
        self.hidden: list[int] = []
        self.taken: dict[int, int] = {}
        self.inside = False

    def next_row(self) -> None:
        self.rows.append([])
        self.taken = {column: left - 1 for column, left in self.taken.items() if left > 1}
        self.inside = False

    def next_cell(self, across: int, down: int) -> None:
        if not self.rows:
            self.next_row()
        row = self.rows[-1]
        while len(row) in self.taken:
            row.append(None)
        left, top = len(row), len(self.rows) - 1
        row += [None] * max(1, across)
        if down > 1:
            self.taken |= dict.fromkeys(range(left, len(row)), down)
        if across > 1 or down > 1:
            self.spans.append(Span(top, left, top + max(1, down) - 1, len(row) - 1))
        self.left, self.inside = left, True

    def text(self, data: str) -> None:
        if self.inside and self.rows:
            self.rows[-1][self.left] = (self.rows[-1][self.left] or "") + data


def html_grids(text: Text, limits: Limits) -> list[Grid]:
    """A grid for each table of the page; blanks around a cell's text are markup and are cut."""
    parser = _Tables(limits)
    parser.feed(text.data[text.start :].decode("utf-8"))
    parser.close()
    tables = [table for table in parser.tables if sum(map(len, table.rows)) > 1]
    if not tables:
        raise Unreadable("not_a_table", {"kind": "HTML"})
    grids = []
    for index, table in enumerate(tables):
        rows = [[_tidy(cell) for cell in row] for row in table.rows]
        notices = [*text.notices, *Seen(hidden_rows=table.hidden).notices()]
        name = f"网页中第{index + 1}张表" if len(tables) > 1 else ""
        grids.append(text_grid(rows, table.spans, limits, notices, name=name, index=index))
    return grids


def _tidy(cell: str | None) -> str | None:
    return re.sub(r"^[ \t\r\n]+|[ \t\r\n]+$", "", cell) or None if cell else None
