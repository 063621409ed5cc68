"""The one text form of a definition file: what `definitions check` reports and the editor applies.

Held: UTF-8 without mark, LF, a final newline, no tabs, no trailing blanks, no run of blank lines,
indentation by two, lines of at most 160 characters, keys in the order in which the models declare
them, quotes only where YAML needs them. Comments, blank lines, flow or block style and line breaks
inside a value stay as the author wrote them. A change of key order moves the lines above a key
(comments, blank lines) with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args, get_origin

import yaml
from pydantic import BaseModel

from .kinds import WORD_LISTS, model_of
from .resource import Resource, Sheet
from .strict import DefinitionError, Problem, composed

WIDTH = 160
_BREAKS = re.compile("\r\n|[\r\x85\u2028\u2029]")  # what YAML takes for the end of a line, besides LF


def canonical_text(text: str, model: type[BaseModel] | None = None, name: str = "definition.yml") -> str:
    """The text in canonical form; without `model` the key order is left alone.

    What no rewriting can mend (tabs in the indentation, long lines) stays and is reported by `faults`.
    DefinitionError where the text is not YAML.
    """
    text = _unquoted(_tidy(text), name)
    while model and (swap := next(_misplaced(text, composed(text, name), model), None)):
        text = swap[1]
    return _tidy(text)


def _tidy(text: str) -> str:
    lines = [line.rstrip() for line in _BREAKS.sub("\n", text.removeprefix("\ufeff")).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"


def faults(name: str, content: bytes, model: type[BaseModel] | None = None) -> list[Problem]:
    """Where the bytes of a file differ from canonical form, in Chinese, by line."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return [Problem(name, 1, "不是 UTF-8 编码")]
    found = [Problem(name, line, message) for line, message in _line_faults(text)]
    try:
        canonical = canonical_text(text, model, name)
    except DefinitionError as error:
        return list(error.problems)
    if not found and canonical != text:
        pairs = zip(text.split("\n"), canonical.split("\n"), strict=False)
        line = next((place for place, (was, is_) in enumerate(pairs, 1) if was != is_), 1)
        found.append(Problem(name, line, "不是规范写法（键的次序、引号或空行）"))
    return found


def folder_faults(root: Path) -> list[Problem]:
    """`faults` of every definition file in a folder; word lists keep their own form."""
    found: list[Problem] = []
    for path in sorted(root.rglob("*.yml")):
        name = path.relative_to(root).as_posix()
        if not name.startswith(WORD_LISTS):
            found += faults(name, path.read_bytes(), model_of(name))
    return found


_LINES = (
    (re.compile("^\ufeff"), "文件开头有 BOM 标记"),
    (_BREAKS, "换行应为 LF"),
    (re.compile(r"[ \u3000]$"), "行末有空白"),
    (re.compile(r"\t"), "不应使用制表符"),
    (re.compile(r"^(  )* (?! )"), "缩进应为两个空格的倍数"),
    (re.compile(rf"^.{{{WIDTH + 1}}}"), f"一行不超过 {WIDTH} 个字"),
)


def _line_faults(text: str) -> Iterator[tuple[int, str]]:
    lines = text.split("\n")
    for place, line in enumerate(lines, 1):
        for pattern, message in _LINES:
            if pattern.search(line):
                yield place, message
    if lines[-1]:
        yield len(lines), "文件末尾缺少换行"


def _unquoted(text: str, name: str) -> str:
    """Quotes removed where the plain value reads the same, double ones elsewhere."""
    for node in sorted(_quoted(composed(text, name)), key=lambda node: -node.start_mark.index):
        start, end = node.start_mark.index, node.end_mark.index
        if "\n" not in text[start:end]:
            text = text[:start] + written(node.value) + text[end:]
    return text


def _quoted(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        if node.style in {'"', "'"}:
            yield node
    else:
        children = (
            child for entry in node.value for child in (entry if isinstance(entry, tuple) else (entry,))
        )
        for child in children:
            yield from _quoted(child)


def written(value: str) -> str:
    """A string as YAML: plain where it reads back the same in flow and block style."""
    plain = all(_reads_back(value, text) for text in (f"- [{value}]", f"- - {value}", f"- k: {value}"))
    return value if plain else json.dumps(value, ensure_ascii=False)


def _reads_back(value: str, text: str) -> bool:
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return False
    while isinstance(node, yaml.CollectionNode):
        if len(node.value) != 1:
            return False
        node = node.value[0][1] if isinstance(node, yaml.MappingNode) else node.value[0]
    return node is not None and node.tag == "tag:yaml.org,2002:str" and node.value == value


Entry = tuple[yaml.Node, yaml.Node]


def _misplaced(text: str, node: yaml.Node, model: Any) -> Iterator[tuple[yaml.Node, str]]:
    """Mappings whose keys stand out of order, innermost first, each with the text that puts it right."""
    if isinstance(node, yaml.SequenceNode):
        for child in node.value:
            yield from _misplaced(text, child, model)
    if not isinstance(node, yaml.MappingNode) or not all(
        isinstance(key, yaml.ScalarNode) for key, _ in node.value
    ):
        return
    chosen = _chosen(model, node)
    order = _order(chosen) if chosen else {}
    for key, value in node.value:
        yield from _misplaced(text, value, order.get(key.value))
    ranks = {key: rank for rank, key in enumerate(order)}
    wanted = sorted(node.value, key=lambda entry: ranks.get(entry[0].value, len(ranks)))
    if wanted != node.value:
        yield node, (_flow(text, node, wanted) if node.flow_style else _block(text, node, wanted))


def _flow(text: str, node: yaml.MappingNode, wanted: list[Entry]) -> str:
    pieces = [text[key.start_mark.index : value.end_mark.index] for key, value in wanted]
    start, end = node.start_mark.index, node.end_mark.index
    return f"{text[:start]}{{{', '.join(pieces)}}}{text[end:]}"


def _block(text: str, node: yaml.MappingNode, wanted: list[Entry]) -> str:
    """Entries as runs of lines, each with the comments and blank lines that stand above its key."""
    lines = text.split("\n")
    first, column = node.start_mark.line, node.start_mark.column
    last = last_line(lines, node)
    head = lines[first][:column]  # "- " where the mapping is an item of a list
    lines[first] = " " * column + lines[first][column:]
    starts = [first] + [_above(lines, key.start_mark.line) for key, _ in node.value[1:]] + [last + 1]
    runs = {id(entry[0]): lines[a:b] for entry, (a, b) in zip(node.value, pairwise(starts), strict=True)}
    moved = [line for entry in wanted for line in runs[id(entry[0])]]
    while not moved[0].strip():
        moved.append(moved.pop(0))
    top = next(place for place, line in enumerate(moved) if not line.lstrip().startswith("#"))
    moved[top] = head + moved[top][column:]
    return "\n".join(lines[:first] + moved + lines[last + 1 :])


def _above(lines: list[str], line: int) -> int:
    while not lines[line - 1].strip() or lines[line - 1].lstrip().startswith("#"):
        line -= 1
    return line


def last_line(lines: list[str], node: yaml.Node) -> int:
    line = min(node.end_mark.line, len(lines) - 1)
    if node.end_mark.column == 0 or not lines[line][: node.end_mark.column].strip():
        line -= 1
    while not lines[line].strip() or lines[line].lstrip().startswith("#"):
        line -= 1
    return line


def _chosen(model: Any, node: yaml.MappingNode) -> type[BaseModel] | None:
    """The model of a mapping: of a union, the one whose `kind` the mapping states."""
    models = list(_models(model))
    if len(models) < 2:
        return models[0] if models else None
    kind = next((value.value for key, value in node.value if key.value == "kind"), None)
    return next((one for one in models if kind in get_args(one.model_fields["kind"].annotation)), None)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) is not dict:
        for inner in get_args(annotation):
            yield from _models(inner)


def _order(model: type[BaseModel]) -> dict[str, Any]:
    """Keys in canonical order with what stands under them; a single sheet's keys come before `sheets`."""
    order = {key: field.annotation for key, field in model.model_fields.items()}
    if model is not Resource:
        return order
    sheets = order.pop("sheets")
    single = {key: Sheet.model_fields[key].annotation for key in ("parties", "key", "checks", "fields")}
    return order | single | {"sheets": sheets}
