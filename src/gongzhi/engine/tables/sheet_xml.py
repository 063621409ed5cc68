"""XML spreadsheets of 2003 (SpreadsheetML), which many systems write when they say xls."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree

from .encoding import Text
from .grid import Grid, text_grid
from .header import Span
from .model import Limits, Unreadable, address
from .percent import is_percent, percent_text
from .sheet import UNSAFE, Seen
from .workbook import number_text

_NAMES = "{urn:schemas-microsoft-com:office:spreadsheet}"
_STEP = 1 << 20
_NUMBER = re.compile(r"\s*-?\d+(?:\.\d*)?(?:[eE][+-]?\d{1,3})?\s*$", re.ASCII)
_SPARSE = 4_000_000


class _Sheet:
    """A worksheet as it grows: texts by row and column (0-based), merged ranges, what was seen."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.cells: dict[int, dict[int, str]] = {}
        self.spans: list[Span] = []
        self.seen = Seen()
        self.hidden = False
        self.row = self.column = self.hidden_column = -1
        self.count = self.width = 0
        self.row_style = ""
        self.column_styles: list[tuple[int, int, str]] = []

    def style_of(self, column: int) -> str:
        """The style of a cell that has none of its own."""
        found = (style for first, last, style in self.column_styles if first <= column <= last)
        return self.row_style or next(found, "")

    def grid(self, index: int, limits: Limits, text: Text) -> Grid:
        height = max(self.cells, default=-1) + 1
        if height * self.width > max(_SPARSE, self.count * 100):
            raise Unreadable("stray_cell", {"cell": address(height, max(self.cells[height - 1], default=0))})
        rows = [self._row(self.cells.get(number, {})) for number in range(height)]
        notices = [*text.notices, *self.seen.notices()]
        grid = text_grid(rows, self._spans(height), limits, notices, name=self.name, index=index)
        grid.hidden = self.hidden
        return grid

    def _row(self, cells: dict[int, str]) -> list[str | None]:
        row: list[str | None] = [None] * (max(cells, default=-1) + 1)
        for column, text in cells.items():
            row[column] = text
        return row

    def _spans(self, height: int) -> list[Span]:
        """Merged ranges, cut where the rows end."""
        inside = (span for span in self.spans if span.top < height and span.left < self.width)
        return [Span(s.top, s.left, min(s.bottom, height - 1), min(s.right, self.width - 1)) for s in inside]


class _Book:
    """Takes what the parser finds."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.sheets: list[_Sheet] = []
        self.texts: list[str] | None = None
        self.kind = self.formula = self.style = ""
        self.percents: set[str] = set()
        self.at = self.last = -1
        self.starts: dict[str, Callable[[dict[str, str]], None]] = {
            "Style": self._style,
            "NumberFormat": self._number_format,
            "Worksheet": self._worksheet,
            "Column": self._column,
            "Row": self._row,
            "Cell": self._cell,
            "Data": self._data,
        }

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        own = {name.removeprefix(_NAMES): value for name, value in attributes.items()}
        if tag.startswith(_NAMES) and (begin := self.starts.get(tag.removeprefix(_NAMES))):
            begin(own)
        elif tag.endswith("}Visible"):
            self.texts, self.kind = [], "Visible"
        elif tag.endswith("}Comment"):
            self.kind = "Comment"

    def end(self, tag: str) -> None:
        name = tag.rpartition("}")[2]
        if name == "Visible" and self.sheets:
            self.sheets[-1].hidden = "Hidden" in "".join(self.texts or [])
            self.texts = None
        elif name == "Data" and self.texts is not None:
            self._put("".join(self.texts))
            self.texts = None
        elif name == "Cell" and self.formula and self.sheets:
            sheet = self.sheets[-1]
            sheet.seen.no_value.append((sheet.row + 1, sheet.column))
        elif name == "Row" and self.sheets:
            self.sheets[-1].row = self.last
        if name in {"Cell", "Comment"}:
            self.formula = self.kind = ""

    def data(self, data: str) -> None:
        if self.texts is not None:
            self.texts.append(data)

    def _style(self, own: dict[str, str]) -> None:
        self.style = own.get("ID", "")
        if own.get("Parent") in self.percents:
            self.percents.add(self.style)

    def _number_format(self, own: dict[str, str]) -> None:
        code = own.get("Format", "")
        self.percents.discard(self.style)
        if code == "Percent" or is_percent(code):
            self.percents.add(self.style)

    def _worksheet(self, own: dict[str, str]) -> None:
        if len(self.sheets) >= self.limits.sheets:
            more = {"sheets": f">{self.limits.sheets}", "limit": str(self.limits.sheets)}
            raise Unreadable("too_many_sheets", more)
        self.sheets.append(_Sheet(own.get("Name", "")))

    def _column(self, own: dict[str, str]) -> None:
        sheet = self.sheets[-1]
        first = _number(own, "Index", sheet.hidden_column + 2) - 1
        sheet.hidden_column = first + _number(own, "Span", 0)
        if style := own.get("StyleID"):
            sheet.column_styles.append((first, sheet.hidden_column, style))
        if own.get("Hidden") == "1":
            sheet.seen.hidden_columns.append((first, sheet.hidden_column))

    def _row(self, own: dict[str, str]) -> None:
        sheet = self.sheets[-1]
        sheet.row = _number(own, "Index", sheet.row + 2) - 1
        sheet.column, sheet.row_style = -1, own.get("StyleID", "")
        last = sheet.row + _number(own, "Span", 0)
        if last >= self.limits.sheet_rows:
            raise Unreadable("too_many_rows", {"limit": str(self.limits.sheet_rows)})
        if own.get("Hidden") == "1":
            sheet.seen.hidden_rows += range(sheet.row + 1, last + 2)
        self.last = last

    def _cell(self, own: dict[str, str]) -> None:
        sheet = self.sheets[-1]
        sheet.column = _number(own, "Index", sheet.column + 2) - 1
        across, down = _number(own, "MergeAcross", 0), _number(own, "MergeDown", 0)
        if sheet.column + across >= self.limits.columns:
            more = {"columns": str(sheet.column + across + 1), "limit": str(self.limits.columns)}
            raise Unreadable("too_many_columns", more)
        if across or down:
            sheet.spans.append(Span(sheet.row, sheet.column, sheet.row + down, sheet.column + across))
        self.formula, self.kind = own.get("Formula", ""), ""
        self.at, self.style = sheet.column, own.get("StyleID") or sheet.style_of(sheet.column)
        sheet.column += across

    def _data(self, own: dict[str, str]) -> None:
        if self.kind != "Comment":
            self.texts, self.kind = [], own.get("Type", "String")

    def _put(self, text: str) -> None:
        sheet = self.sheets[-1]
        text = _told(self.kind, text, percent=self.style in self.percents)
        if not text:
            return
        if self.kind == "Error":
            sheet.seen.errors[sheet.row + 1, self.at] = text
        cells = sheet.cells.setdefault(sheet.row, {})
        if self.at in cells:
            raise Unreadable("repeated_cell", {"cell": address(sheet.row + 1, self.at)})
        cells[self.at] = text
        sheet.count += 1
        sheet.width = max(sheet.width, self.at + 1)
        self.formula = ""


def _number(own: dict[str, str], name: str, otherwise: int) -> int:
    text = own.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 9 else otherwise


def _told(kind: str, text: str, *, percent: bool = False) -> str:
    """The text of a value as a workbook would show it: a day without its midnight, TRUE for 1."""
    if kind == "Number" and _NUMBER.match(text):
        # A fraction may be written 4.5E-2; a whole number keeps all the digits that it is written with.
        text = percent_text(float(text)) if percent else text
        return number_text(float(text)) if "e" in text.lower() else text.strip()
    if kind == "DateTime":
        day, _, clock = text.strip().partition("T")
        clock = clock.partition(".")[0].removesuffix("Z")
        return day if clock in {"", "00:00:00"} else f"{day} {clock}"
    if kind == "Boolean":
        return "TRUE" if text.strip() == "1" else "FALSE"
    return text if kind == "String" else text.strip()


def sheet_xml_grids(text: Text, limits: Limits) -> list[Grid]:
    """A grid for each worksheet that is not empty; declarations of types and entities are refused."""
    book = _Book(limits)
    if UNSAFE.search(text.data):
        raise Unreadable("xml_entities", {"part": "XML"})
    # The bytes are UTF-8 by now, whatever the file says of itself.
    parser = ElementTree.XMLParser(target=book, encoding="utf-8")  # noqa: S314 - no DOCTYPE, no entities
    try:
        for place in range(text.start, len(text.data), _STEP):
            parser.feed(text.data[place : place + _STEP])
        parser.close()
    except ElementTree.ParseError as error:
        raise Unreadable("corrupt", {"reason": f"XML: {error}"}) from error
    except IndexError as error:
        raise Unreadable("corrupt", {"reason": "XML: a cell outside a worksheet"}) from error
    grids = [sheet.grid(i, limits, text) for i, sheet in enumerate(book.sheets) if sheet.count]
    if not grids:
        raise Unreadable("empty_workbook")
    return grids
