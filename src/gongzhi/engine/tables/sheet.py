"""The XML of worksheets, scanned once before calamine sees it.

Finds what calamine hides or dies of: the true extent of the cells, formulas that carry no value, error
values, hidden rows and columns. Works on the bytes with a few searches; no tree is built.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from .model import Limits, Notice, Unreadable, address, column_index, column_letter
from .percent import Percents
from .repeats import Repeats


class _Patterns:
    """The searches, for elements with a certain namespace prefix (usually none).

    `percents`: the numbers of the styles that show a percentage.
    """

    def __init__(self, prefix: bytes, percents: Collection[str] = ()) -> None:
        self.prefix = prefix
        p = re.escape(prefix)
        cell = rb"<" + p + rb"c\s([^>]*)(?<!/)>\s*"
        formula = rb"<" + p + rb"f(?:\s[^>]*)?(?:/>|>[^<]*</" + p + rb"f>)\s*"
        nothing = rb"(?:<" + p + rb"v\s*/>|<" + p + rb"v>\s*</" + p + rb"v>)?\s*</" + p + rb"c>"
        hidden = rb"(?=[^>]*\bhidden=\"(?:1|true)\")"
        self.row = re.compile(rb"<" + p + rb"row\s[^>]*?\br=\"(\d+)\"")
        self.row_hidden = re.compile(rb"<" + p + rb"row\s" + hidden + rb"[^>]*?\br=\"(\d+)\"")
        self.col_hidden = re.compile(rb"<" + p + rb"col\s" + hidden + rb"([^>]*)>")
        self.value_cell = re.compile(rb"<" + p + rb"c\s[^>]*?\br=\"([A-Z]+)(\d+)\"[^>]*(?<!/)>(?!\s*</)")
        self.formula = b"<" + prefix + b"f"
        self.no_value = re.compile(cell + formula + nothing)
        self.error = re.compile(
            cell + rb"(?:" + formula + rb")?<" + p + rb"v>\s*(#[^<]{1,20})</" + p + rb"v>"
        )
        style = "|".join(sorted(percents)).encode()
        self.percent = re.compile(
            rb"<" + p + rb"c\s(?=[^>]*\bs=\"(?:" + style + rb")\")[^>]*?\br=\"([A-Z]+)(\d+)\""
        )
        self.percent_styles = tuple(f's="{number}"'.encode() for number in percents)


_ROOT = re.compile(rb"<([A-Za-z_][\w.-]*:)?worksheet[\s>]")
_FAR_CELL = re.compile(rb" r=\"[A-Z]{3}")
_REF = re.compile(rb"\br=\"([A-Z]+)(\d+)\"")
_DECLARED = re.compile(rb"^\s*<\?xml[^>]*encoding=[\"']([^\"']+)[\"']", re.I)
UNSAFE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.I)
_SPARSE = 4_000_000
_MOST_PATCHES = 200_000


@dataclass
class Seen:
    """What one worksheet's XML shows. Rows are 1-based; columns 0-based."""

    first_row: int = 0
    last_row: int = 0
    row_count: int = 0
    no_value: list[tuple[int, int]] = field(default_factory=list)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    far_cells: set[str] = field(default_factory=set)
    percents: Percents = field(default_factory=Percents)

    def notices(self) -> list[Notice]:
        """What the sender should be told of this sheet."""
        notices = [Notice("hidden_rows_read", f"{a}:{b}") for a, b in runs(self.hidden_rows)]
        notices += [
            Notice("hidden_columns_read", f"{column_letter(a)}:{column_letter(b)}")
            for a, b in self.hidden_columns
        ]
        notices += [Notice("formula_without_value", address(row, column)) for row, column in self.no_value]
        notices += [Notice("error_value", address(r, c), text) for (r, c), text in self.errors.items()]
        return notices


def runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Ascending numbers as (first, last) of each unbroken run."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def plain_xml(chunks: Iterable[bytes], part: str) -> Iterator[bytes]:
    """The same bytes, refused when they are not UTF-8 XML or declare entities."""
    tail = b""
    first = True
    for chunk in chunks:
        if first:
            _refuse_encoding(chunk, part)
            first = False
        if b"<!" in tail + chunk and UNSAFE.search(tail + chunk):
            raise Unreadable("xml_entities", {"part": part})
        tail = chunk[-16:]
        yield chunk


def _refuse_encoding(chunk: bytes, part: str) -> None:
    start = chunk.removeprefix(b"\xef\xbb\xbf").lstrip()
    declared = _DECLARED.match(start)
    if not start.startswith(b"<") or b"\0" in start[:64]:
        raise Unreadable("xml_encoding", {"part": part})
    if declared and declared.group(1).lower() not in {b"utf-8", b"utf8", b"us-ascii", b"ascii"}:
        raise Unreadable("xml_encoding", {"part": part})


def whole_rows(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes cut behind the end of rows, so that no cell is torn apart."""
    rest = b""
    for chunk in chunks:
        data = rest + chunk
        cut = data.rfind(b"row>")
        if cut < 0:
            rest = data
            continue
        yield data[: cut + 4]
        rest = data[cut + 4 :]
    yield rest


def scan(chunks: Iterable[bytes], limits: Limits, percents: Collection[str] = ()) -> Seen:
    """Look through the XML of one worksheet; `percents`: the styles that show a percentage."""
    seen = Seen()
    patterns = repeats = None
    for piece in whole_rows(chunks):
        patterns = patterns or _patterns(piece, percents)
        repeats = repeats or Repeats(patterns.prefix, limits)
        data = piece.replace(b"'", b'"') if b"r='" in piece else piece
        repeats.look(data)
        _note_rows(seen, data, patterns)
        _note_values(seen, data, patterns)
        _note_far(seen, data, patterns)
        _note_percents(seen, data, patterns)
    if seen.last_row > limits.sheet_rows:
        raise Unreadable("too_many_rows", {"limit": str(limits.sheet_rows)})
    return seen


def _note_rows(seen: Seen, data: bytes, patterns: _Patterns) -> None:
    """Keep the extent of the rows, and what is hidden."""
    rows = patterns.row.findall(data)
    if rows:
        seen.first_row = seen.first_row or int(rows[0])
        seen.last_row = max(seen.last_row, int(rows[-1]))
        seen.row_count += len(rows)
    if b'hidden="' in data:
        seen.hidden_rows += [int(row) for row in patterns.row_hidden.findall(data)]
        seen.hidden_columns += [_hidden(attributes) for attributes in patterns.col_hidden.findall(data)]


def _note_values(seen: Seen, data: bytes, patterns: _Patterns) -> None:
    """Keep formulas without a value and error values."""
    if patterns.formula in data:
        seen.no_value += [_ref(m.group(1)) for m in patterns.no_value.finditer(data)]
    if b't="e"' in data:
        for match in patterns.error.finditer(data):
            if b't="e"' in match.group(1):
                seen.errors[_ref(match.group(1))] = match.group(2).decode("utf-8", "replace")
    if len(seen.errors) + len(seen.no_value) > _MOST_PATCHES:
        raise Unreadable("too_many_errors", {"limit": str(_MOST_PATCHES)})


def _patterns(piece: bytes, percents: Collection[str] = ()) -> _Patterns:
    root = _ROOT.search(piece)
    return _Patterns(root.group(1) or b"" if root else b"", percents)


def _note_percents(seen: Seen, data: bytes, patterns: _Patterns) -> None:
    """Keep the cells that show a percentage."""
    if any(style in data for style in patterns.percent_styles):
        for letters, row in patterns.percent.findall(data):
            seen.percents.note(int(row) - 1, column_index(letters.decode()))


def _note_far(seen: Seen, data: bytes, patterns: _Patterns) -> None:
    """Keep cells with a value that stand far to the right."""
    if _FAR_CELL.search(data):
        for letters, row in patterns.value_cell.findall(data):
            if len(letters) > 2 and len(seen.far_cells) < 100_000:
                seen.far_cells.add((letters + row).decode())


def _hidden(attributes: bytes) -> tuple[int, int]:
    bounds = dict(re.findall(rb"\b(min|max)=\"(\d+)\"", attributes))
    first = int(bounds.get(b"min", b"1"))
    return first - 1, int(bounds.get(b"max", str(first).encode())) - 1


def _ref(attributes: bytes) -> tuple[int, int]:
    match = _REF.search(attributes)
    if match is None:
        return 0, 0
    return int(match.group(2)), column_index(match.group(1).decode())


def refuse_extent(seen: Seen, chunks: Iterable[bytes], limits: Limits) -> None:
    """Refuse a sheet whose few cells lie so far apart that holding the room between them breaks readers."""
    span = seen.last_row - seen.first_row
    if not seen.far_cells and (span < 40_000 or seen.row_count * 10 > span):
        return
    top, bottom, left, right, count = 1 << 30, 0, 1 << 30, 0, 0
    corner = lowest = ""
    patterns = None
    for piece in whole_rows(chunks):
        patterns = patterns or _patterns(piece)
        data = piece.replace(b"'", b'"') if b"r='" in piece else piece
        for letters, row_text in patterns.value_cell.findall(data):
            count += 1
            row, column = int(row_text), column_index(letters.decode())
            top, left = min(top, row), min(left, column)
            if row > bottom:
                bottom, lowest = row, f"{letters.decode()}{row}"
            if column > right:
                right, corner = column, f"{letters.decode()}{row}"
    area = (bottom - top + 1) * (right - left + 1)
    if right - left >= limits.columns and count >= limits.columns:
        raise Unreadable("too_many_columns", {"columns": str(right - left + 1), "limit": str(limits.columns)})
    if area > limits.cells or (area > _SPARSE and count * 100 < area) or right - left >= limits.columns:
        raise Unreadable("stray_cell", {"cell": corner if right >= 700 else lowest})
