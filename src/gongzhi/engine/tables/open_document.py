"""The XML of OpenDocument sheets: what calamine hides of them, as hidden rows, errors, empty formulas."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree

from .model import Unreadable
from .sheet import Seen

_HIDDEN = {"collapse", "filter"}
_MOST = 200_000
_WIDEST = 16_384  # columns of the widest program


class _Content:
    """Walks the cells as the parser finds them; repeated rows and cells are counted, not visited."""

    def __init__(self) -> None:
        self.sheets: dict[str, Seen] = {}
        self.seen = Seen()
        self.row = self.column = self.across = self.down = 0
        self.cell: dict[str, str] = {}
        self.texts: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        own = {name.rpartition("}")[2]: value for name, value in attributes.items()}
        match tag.rpartition("}")[2]:
            case "table":
                self.seen = self.sheets.setdefault(own.get("name", ""), Seen())
                self.row = self.column = 0
            case "table-column":
                self.across = _times(own.get("number-columns-repeated"))
                if own.get("visibility") in _HIDDEN:
                    self.seen.hidden_columns.append((self.column, self.column + self.across - 1))
                self.column += self.across
            case "table-row":
                self._row(own)
            case "table-cell" | "covered-table-cell":
                self.across = _times(own.get("number-columns-repeated"))
                # The type of newer programs, which tells errors, stands beside the old one under one name.
                kinds = [value for name, value in attributes.items() if name.endswith("}value-type")]
                self.cell, self.texts = own | {"kinds": " ".join(kinds)}, []

    def _row(self, own: dict[str, str]) -> None:
        self.column, self.down = 0, _times(own.get("number-rows-repeated"))
        if own.get("visibility") in _HIDDEN and self.down < _MOST:
            self.seen.hidden_rows += range(self.row + 1, self.row + self.down + 1)

    def end(self, tag: str) -> None:
        name = tag.rpartition("}")[2]
        if name in {"table-cell", "covered-table-cell"}:
            self._cell("".join(self.texts).strip())
            self.column += self.across
            self.cell = {}
        elif name == "table-row":
            self.row += self.down

    def data(self, text: str) -> None:
        if self.cell:
            self.texts.append(text)

    def _cell(self, text: str) -> None:
        if "percentage" in self.cell["kinds"].split():
            for column in range(self.column, self.column + min(self.across, _WIDEST)):
                self.seen.percents.note(self.row, column, self.down)
        if "formula" not in self.cell:
            return
        if "error" in self.cell["kinds"].split() or text.startswith(("#", "Err:")):
            self.seen.errors[self.row + 1, self.column] = text or "#N/A"
        elif not self.cell["kinds"]:
            self.seen.no_value.append((self.row + 1, self.column))
        if len(self.seen.errors) + len(self.seen.no_value) > _MOST:
            raise Unreadable("too_many_errors", {"limit": str(_MOST)})


def _times(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else 1


def scan_open_document(chunks: Iterable[bytes]) -> dict[str, Seen]:
    """What each table shows, by its name; `chunks`: content.xml without declarations of entities."""
    content = _Content()
    parser = ElementTree.XMLParser(target=content)  # noqa: S314 - no DOCTYPE, no entities: refused in plain_xml
    try:
        for chunk in chunks:
            parser.feed(chunk)
        parser.close()
    except ElementTree.ParseError as error:
        raise Unreadable("corrupt", {"reason": f"content.xml: {error}"}) from error
    return content.sheets
