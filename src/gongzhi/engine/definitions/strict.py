"""Strict YAML: every key known, none repeated, every fault named with file and line.

The text of a definition is read once into plain values plus a map from path to line, so that a
fault found later (an unknown key, an unresolved reference) can still say where it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
Title = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Location = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


class Strict(BaseModel):
    """Base of every definition: unknown keys are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


@dataclass(frozen=True, order=True)
class Problem:
    """One fault in a definitions folder: `file` is relative to the folder, `line` counts from 1.

    `at` is the path of keys and places in lists to what is wrong, where the fault has one.
    """

    file: str
    line: int
    said: str
    at: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        """What is wrong, with its path as builders read it."""
        return f"{'.'.join(self.at)}: {self.said}" if self.at else self.said

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class DefinitionError(Exception):
    """The definitions were refused; `problems` holds every fault found, in order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True)
class Source:
    """A definition file as plain values, with the line of every path in it."""

    file: str
    value: Any
    lines: dict[Location, int]

    def problem(self, location: Location, said: str, at: Location = ()) -> Problem:
        """A fault at the deepest part of `location` that stands in the text; `at` is told with it."""
        if location[:2] == ("sheets", 0) and location[:1] not in self.lines:
            location = location[2:]  # a resource with one table writes its fields directly
        while location and location not in self.lines:
            location = location[:-1]
        return Problem(self.file, self.lines.get(location, 1), said, tuple(map(str, at)))

    def into(self, model: type[Model], at: Location = ()) -> Model:
        """The value at `at` as a model; DefinitionError names the line of each fault."""
        value = self.value
        for step in at:
            value = value[step]
        try:
            return model.model_validate(value)
        except ValidationError as error:
            raise DefinitionError(self._faults(error, at)) from error

    def _faults(self, error: ValidationError, at: Location) -> Iterable[Problem]:
        for fault in error.errors():
            where = (*at, *fault["loc"])
            yield self.problem(where, in_words(fault), where)


_WORDS = {
    "extra_forbidden": "不认识的键",
    "missing": "缺少必填的键",
    "string_type": "应为文字（数字和日期请加引号）",
    "bool_type": "应为 true 或 false",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "date_type": "应为日期，如 2026-09-15",
    "date_parsing": "应为日期，如 2026-09-15",
    "date_from_datetime_parsing": "应为日期，如 2026-09-15",
    "list_type": "应为清单",
    "tuple_type": "应为清单",
    "dict_type": "应为若干行“键: 值”",
    "model_type": "应为若干行“键: 值”",
    "string_pattern_mismatch": "写法不对，应合于 {pattern}",
    "string_too_short": "不能是空的",
    "string_too_long": "最多 {max_length} 个字",
    "too_short": "至少要有 {min_length} 项",
    "too_long": "最多 {max_length} 项",
    "literal_error": "应为其中之一：{expected}",
    "enum": "应为其中之一：{expected}",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "不得小于 {ge}",
    "less_than_equal": "不得大于 {le}",
    "decimal_parsing": "应为数字",
    "decimal_type": "应为数字",
    "float_parsing": "应为数字",
    "float_type": "应为数字",
    "union_tag_invalid": "不认识的类别“{tag}”",
    "union_tag_not_found": "没有写明类别",
}


def in_words(fault: Mapping[str, Any]) -> str:
    """What a model refuses, in Chinese."""
    if words := _WORDS.get(fault["type"]):
        told = dict(fault.get("ctx", {}))
        if "expected" in told:  # 'a', 'b' or 'c'
            told["expected"] = (
                str(told["expected"]).replace(" or ", "、").replace(", ", "、").replace("'", "")
            )
        return words.format(**told)
    return str(fault["msg"]).removeprefix("Value error, ")


def composed(text: str, name: str) -> yaml.Node:
    """The text as YAML nodes; DefinitionError with the line where it is broken or empty."""
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        said = "不是合法的 YAML，请核对这里的缩进、引号、括号和冒号后的空格"
        raise DefinitionError([Problem(name, line, said)]) from error
    except yaml.reader.ReaderError as error:
        odd = yaml.reader.Reader.NON_PRINTABLE.search(text)
        line = text.count("\n", 0, odd.start()) + 1 if odd else 1
        raise DefinitionError([Problem(name, line, "含有看不见的控制字符，请删去")]) from error
    if node is None:
        raise DefinitionError([Problem(name, 1, "文件是空的")])
    return node


def read(name: str, content: bytes) -> Source:
    """Read one YAML file; a repeated key or broken syntax raises DefinitionError with its line."""
    try:
        node = composed(content.decode("utf-8"), name)
    except UnicodeDecodeError as error:
        raise DefinitionError([Problem(name, 1, "不是 UTF-8 编码")]) from error
    reader = _Reader(name)
    value = reader.root(node)
    if reader.problems:
        raise DefinitionError(reader.problems)
    return Source(name, value, reader.lines)


class _Reader:
    """Turns YAML nodes into values, noting lines and refusing what YAML would let pass."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Location, int] = {}
        self.problems: list[Problem] = []
        self._met: set[int] = set()
        self._resolver: Any = yaml.resolver.Resolver()
        self._scalars = yaml.constructor.SafeConstructor()

    def root(self, node: yaml.Node) -> Any:
        if not isinstance(node, yaml.MappingNode):
            self._refuse(node, "最外层应为键和值")
            return None
        return self._value(node, ())

    def _value(self, node: yaml.Node, at: Location) -> Any:
        self.lines[at] = node.start_mark.line + 1
        if id(node) in self._met:
            self._refuse(node, "不允许锚点引用（&、*）")
            return None
        self._met.add(id(node))
        match node:
            case yaml.MappingNode():
                return self._mapping(node, at)
            case yaml.SequenceNode():
                return [self._value(child, (*at, index)) for index, child in enumerate(node.value)]
            case yaml.ScalarNode():
                return self._scalar(node)
            case _:
                raise TypeError(node)

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        plain = not node.style  # plain text has the type that it looks like, quoted text is text
        looks = self._resolver.resolve(yaml.ScalarNode, node.value, (plain, not plain))
        if node.tag != looks:
            self._refuse(node, f"不允许写明类型：{node.tag}")
            return None
        try:
            return self._scalars.construct_object(node)
        except ValueError:
            self._refuse(node, f"不认识的值：{node.value}")
            return None

    def _mapping(self, node: yaml.MappingNode, at: Location) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, child in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._refuse(key_node, "键应为文字")
                continue
            key = key_node.value
            if key in result:
                self._refuse(key_node, f"键“{key}”重复")
            if key == "<<":
                self._refuse(key_node, "不允许合并键（<<）")
            result[key] = self._value(child, (*at, key))
            self.lines[*at, key] = key_node.start_mark.line + 1
        return result

    def _refuse(self, node: yaml.Node, message: str) -> None:
        self.problems.append(Problem(self.file, node.start_mark.line + 1, message))
