"""JSON as rows: [{…}], {x: [{…}]}, {head: […], rows: [[…]]}, [[…]], and one object a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import polars as pl

from .encoding import Text
from .grid import Grid, refuse_long, rows_to_frame
from .header import HEAD_ROWS
from .model import Limits, Notice, Unreadable

_BATCH = 50_000
_DEPTH = 5


class _Number(str):
    """A number as it is written."""

    __slots__ = ()


class _Constant(Exception):
    """NaN or Infinity: no JSON, though some programs write it."""


_OUTSIDE_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"|(NaN|-?Infinity)')
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)
_HIGH, _LOW = range(0xD800, 0xDC00), range(0xDC00, 0xE000)


def _no_constant(name: str) -> Any:
    raise _Constant(name)


def _constant_line(text: str) -> int:
    """The line of the first constant that stands outside of all texts."""
    return _line(text, next((found.start(1) for found in _OUTSIDE_TEXT.finditer(text) if found[1]), 0))


def surrogate_line(text: str) -> int:
    """The line of the first escape that stands for half a character."""
    half: re.Match[str] | None = None
    for found in _ESCAPE.finditer(text):
        code = int(found[1], 16) if found[1] else 0
        if half and code in _LOW and half.end() == found.start():
            half = None
            continue
        if half or code in _LOW:
            break
        half = found if code in _HIGH else None
    else:
        return _line(text, half.start() if half else 0)
    return _line(text, (half or found).start())


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise Unreadable("json_repeated_key", {"key": next(n for n in names if names.count(n) > 1)[:80]})
    return found


def parse(text: str) -> Any:
    """The value of a JSON text, numbers as written; repeated keys, NaN and broken text are refused."""
    try:
        return json.loads(
            text,
            parse_float=_Number,
            parse_int=_Number,
            parse_constant=_no_constant,
            object_pairs_hook=_object,
        )
    except _Constant as error:
        places = {"reason": str(error), "line": str(_constant_line(text))}
        raise Unreadable("broken_json", places) from error
    except RecursionError as error:
        raise Unreadable("json_too_deep") from error
    except json.JSONDecodeError as error:
        lines = _lines(text)
        if lines is not None:
            return lines
        raise Unreadable("broken_json", {"reason": error.msg, "line": str(error.lineno)}) from error


def _lines(text: str) -> list[Any] | None:
    """The objects of a text with one object a line, or None."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2 or not all(
        line.lstrip().startswith("{") and line.rstrip().endswith("}") for line in lines
    ):
        return None
    return [parse(line) for line in lines]


def json_grids(text: Text, limits: Limits) -> list[Grid]:
    """A grid for each list of rows in the text."""
    value = parse(text.data[text.start :].decode("utf-8"))
    lists = list(_row_lists("", value, _DEPTH))
    if not lists and _bare(value):
        raise Unreadable("empty_file")
    if not lists:
        raise Unreadable("no_table", {"sheets": ""})
    return [_grid(name, index, rows, limits, text) for index, (name, rows) in enumerate(lists)]


def _bare(value: Any) -> bool:
    """Whether a value is an empty list, or an object with only that for rows ({data: [], total: 0})."""
    if isinstance(value, dict):
        return not value or any(one == [] for one in value.values())
    return isinstance(value, list) and not value


def _row_lists(name: str, value: Any, depth: int) -> Iterator[tuple[str, list[list[Any]]]]:
    """(name, rows with the headings first) of every table in a value."""
    if isinstance(value, list):
        kind = {type(item) for item in value}
        if kind and kind <= {dict}:
            yield name, _from_objects(value)
        elif kind and kind <= {list}:
            yield name, value
    elif isinstance(value, dict) and depth:
        joined = _head_and_rows(value)
        if joined is not None:
            yield name, joined
            return
        for key, item in value.items():
            if isinstance(item, list | dict):
                yield from _row_lists(key, item, depth - 1)


def _head_and_rows(value: dict[str, Any]) -> list[list[Any]] | None:
    heads = [v for v in value.values() if isinstance(v, list) and v and all(type(c) is str for c in v)]
    bodies = [v for v in value.values() if isinstance(v, list) and v and all(isinstance(r, list) for r in v)]
    if len(bodies) != 1 or not heads:
        return None
    width = max(len(row) for row in bodies[0])
    fitting = [head for head in heads if len(head) == width] or (heads if len(heads) == 1 else [])
    return [fitting[0], *bodies[0]] if len(fitting) == 1 else None


def _from_objects(objects: list[dict[str, Any]]) -> list[list[Any]]:
    names = list(dict.fromkeys(name for item in objects for name in item))
    return [names, *([item.get(name) for name in names] for item in objects)]


class _Cells:
    """JSON values as text; says once per column that it held a list or an object."""

    def __init__(self, titles: list[Any], width: int, notices: list[Notice]) -> None:
        self.titles, self.width, self.notices = titles, width, notices
        self.nested: set[int] = set()

    def row(self, values: list[Any]) -> list[str | None]:
        """A row, padded."""
        texts = [self._text(value, i) for i, value in enumerate(values)]
        return texts + [None] * (self.width - len(texts))

    def _text(self, value: Any, column: int) -> str | None:
        if value is None or value == "":
            return None
        if isinstance(value, str):
            return str(value)
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if column not in self.nested:
            self.nested.add(column)
            title = str(self.titles[column]) if column < len(self.titles) else None
            self.notices.append(Notice("nested_value", None, title, None))
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _grid(name: str, index: int, rows: list[list[Any]], limits: Limits, text: Text) -> Grid:
    width = max((len(row) for row in rows), default=0)
    if width > limits.columns:
        raise Unreadable("too_many_columns", {"columns": str(width), "limit": str(limits.columns)})
    if len(rows) > limits.rows + HEAD_ROWS:
        raise Unreadable("too_many_rows", {"limit": str(limits.rows)})
    notices = list(text.notices)
    cells = _Cells(rows[0], width, notices)

    def frames(start: int) -> Iterator[pl.DataFrame]:
        for place in range(start, len(rows), _BATCH):
            frame = rows_to_frame([cells.row(row) for row in rows[place : place + _BATCH]], width)
            refuse_long(frame, place + 1, 0, limits)
            yield frame

    return Grid(name, index, width, [cells.row(row) for row in rows[:HEAD_ROWS]], frames, notices=notices)
