"""Change one entry of a definition file and leave every other line as its author wrote it.

`put`, `append` and `remove` take the text and the path of an entry (`("fields", 3)`) and give the new text.
The entry is written anew; comments and line breaks elsewhere stay. What stands inside a flow collection
(`[a, b]`) is changed by writing that collection anew. The caller brings the result into canonical form.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import yaml

from .canonical import WIDTH, last_line, written
from .strict import Location, composed, read

_FOLD = 60  # characters of a long text in one line: Chinese is twice as wide
_NAME = "definition.yml"


def put(text: str, at: Location, value: Any) -> str:
    """The text with `value` at `at`; the last step may be a key that is not there yet."""
    at, value = _in_block(text, at, value)
    node, parent = _found(text, at)
    if node is None:
        assert isinstance(parent, yaml.MappingNode)
        place = last_line(text.split("\n"), parent) + 1
        column = parent.start_mark.column
        return _spliced(text, place, place, _entry(f"{' ' * column}{at[-1]}:", value, column))
    first, last = _lines_of(text, node, at)
    column = node.start_mark.column
    if isinstance(at[-1], int):
        flow = isinstance(node, yaml.CollectionNode) and bool(node.flow_style)
        return _spliced(text, first, last, _item(value, column - 2, flow=flow))
    column = len(text.split("\n")[first]) - len(text.split("\n")[first].lstrip(" -"))
    head = text.split("\n")[first][:column] + f"{at[-1]}:"
    return _spliced(text, first, last, _entry(head, value, column))


def append(text: str, at: Location, value: Any) -> str:
    """The text with `value` as one more item of the list at `at`, which is made when it is not there."""
    node, _ = _found(text, at)
    if not isinstance(node, yaml.SequenceNode) or node.flow_style or _inside_flow(text, at):
        return put(text, at, [*(_value(text, at) or ()), value])
    flow = bool(node.value and getattr(node.value[-1], "flow_style", False))
    place = last_line(text.split("\n"), node) + 1
    return _spliced(text, place, place, _item(value, node.start_mark.column, flow=flow))


def remove(text: str, at: Location) -> str:
    """The text without the entry at `at`, which must be there; a list that loses its last item goes too."""
    above = _value(text, at[:-1])
    if len(above) == 1 and len(at) > 1:
        return remove(text, at[:-1])
    if _inside_flow(text, at):
        rest = [item for index, item in enumerate(above) if index != at[-1]]
        kept = (
            {key: item for key, item in above.items() if key != at[-1]} if isinstance(above, dict) else rest
        )
        return put(text, at[:-1], kept)
    node, _ = _found(text, at)
    assert node is not None
    first, last = _lines_of(text, node, at)
    return _spliced(text, first, last, [])


def _value(text: str, at: Location) -> Any:
    """The plain value at `at`; None when it is not there."""
    value: Any = read(_NAME, text.encode()).value
    for step in at:
        there = step in value if isinstance(value, Mapping) else isinstance(step, int) and step < len(value)
        if not there:
            return None
        value = value[step]
    return value


def _found(text: str, at: Location) -> tuple[yaml.Node | None, yaml.Node]:
    """The node at `at` (None when the last step is not there) and the one that holds it."""
    node: yaml.Node | None = composed(text, _NAME)
    parent = node
    for step in at:
        assert node is not None
        parent, node = node, _child(node, step)
    assert parent is not None
    return node, parent


def _child(node: yaml.Node, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    return node.value[step] if isinstance(step, int) and step < len(node.value) else None


def _inside_flow(text: str, at: Location) -> bool:
    """Whether something above the entry is written in flow style."""
    return any(getattr(_found(text, at[:depth])[0], "flow_style", False) for depth in range(1, len(at)))


def _in_block(text: str, at: Location, value: Any) -> tuple[Location, Any]:
    """The nearest entry above `at` whose line can be written anew alone, with its whole new value."""
    while _inside_flow(text, at):
        whole = _value(text, at[:-1])
        whole[at[-1]] = value
        at, value = at[:-1], whole
    return at, value


def _lines_of(text: str, node: yaml.Node, at: Location) -> tuple[int, int]:
    """First line and the line after the last of an entry, its key included."""
    _, parent = _found(text, at)
    first = node.start_mark.line
    if isinstance(parent, yaml.MappingNode):
        first = next(key.start_mark.line for key, value in parent.value if key.value == at[-1])
    ended = last_line(text.split("\n"), node) if isinstance(node, yaml.CollectionNode) else node.end_mark.line
    return first, ended + 1


def _spliced(text: str, first: int, last: int, lines: Sequence[str]) -> str:
    found = text.split("\n")
    return "\n".join([*found[:first], *lines, *found[last:]])


def _item(value: Any, column: int, *, flow: bool) -> list[str]:
    """An item of a list whose dash stands in `column`."""
    dash = " " * column + "- "
    inline = _inline(value, mappings=flow)
    if inline is not None and len(dash + inline) <= WIDTH:
        return [dash + inline]
    if isinstance(value, Mapping):
        lines = mapping_lines(value, column + 2)
        return [dash + lines[0].lstrip(" "), *lines[1:]]
    return _folded(dash, str(value), column + 2)


def mapping_lines(value: Mapping[str, Any], column: int = 0) -> list[str]:
    """A mapping in block style, a line (or some) for each key."""
    return [line for key, item in value.items() for line in _entry(f"{' ' * column}{key}:", item, column)]


def _entry(head: str, value: Any, column: int) -> list[str]:
    inline = _inline(value, mappings=False)
    if inline is not None and len(head) + 1 + len(inline) <= WIDTH:
        return [f"{head} {inline}"]
    if isinstance(value, Mapping):
        return [head, *mapping_lines(value, column + 2)]
    if isinstance(value, list | tuple):
        flow = all(isinstance(item, Mapping) and _inline(item, mappings=True) for item in value)
        return [
            head,
            *(line for item in value for line in _item(item, column + 2, flow=flow and _short(value))),
        ]
    return _folded(f"{head} ", str(value), column + 2)


def _short(value: Sequence[Any]) -> bool:
    return all(len(_inline(item, mappings=True) or "") < WIDTH - 20 for item in value)


def _inline(value: Any, *, mappings: bool) -> str | None:
    """A value in one line; None where it has none (a mapping, where those are not wanted)."""
    if isinstance(value, Mapping):
        if not mappings and value:
            return None
        inner = [(key, _inline(item, mappings=True)) for key, item in value.items()]
        return "{" + ", ".join(f"{written(key)}: {item}" for key, item in inner) + "}"
    if isinstance(value, list | tuple):
        items = [_inline(item, mappings=mappings) for item in value]
        return None if None in items else f"[{', '.join(item or '' for item in items)}]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float() | Decimal():
            return str(value)
        case dt.date():
            return value.isoformat()
        case _:
            return written(str(value))


def _folded(head: str, text: str, column: int) -> list[str]:
    """A long text in double quotes over several lines; a backslash joins them without a blank."""
    pieces = [text[start : start + _FOLD] for start in range(0, len(text), _FOLD)]
    quoted = [json.dumps(piece, ensure_ascii=False)[1:-1] for piece in pieces]
    # A blank at the start of a further line would be lost.
    later = [" " * column + (f"\\{piece}" if piece.startswith(" ") else piece) for piece in quoted[1:]]
    lines = [f'{head}"{quoted[0]}', *later]
    return [line + ("\\" if place < len(lines) - 1 else '"') for place, line in enumerate(lines)]
