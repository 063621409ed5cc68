"""Strict YAML: every key known, none repeated, every fault named with file and line.

The text of a definition is read once into plain values plus a map from path to line, so that a
fault found later (an unknown key, an unresolved reference) can still say where it stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
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
    """One fault in a definitions folder: `file` is relative to the folder, `line` counts from 1."""

    file: str
    line: int
    message: str

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

    def problem(self, location: Location, message: str) -> Problem:
        """A fault at the deepest part of `location` that stands in the text."""
        if location[:2] == ("sheets", 0) and location[:1] not in self.lines:
            location = location[2:]  # a resource with one table writes its fields directly
        while location and location not in self.lines:
            location = location[:-1]
        return Problem(self.file, self.lines.get(location, 1), message)

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
            where = ".".join(str(step) for step in (*at, *fault["loc"]))
            message = _WORDS.get(fault["type"], fault["msg"])
            yield self.problem((*at, *fault["loc"]), f"{where}: {message}" if where else message)


_WORDS = {
    "extra_forbidden": "不认识的键",
    "missing": "缺少必填的键",
    "string_type": "应为文字（数字和日期请加引号）",
    "bool_type": "应为 true 或 false",
}


def read(path: Path, root: Path) -> Source:
    """Read one YAML file; a repeated key or broken syntax raises DefinitionError with its line."""
    name = path.relative_to(root).as_posix()
    try:
        node = yaml.compose(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DefinitionError([Problem(name, line, f"不是合法的 YAML：{error.problem}")]) from error
    except UnicodeDecodeError as error:
        raise DefinitionError([Problem(name, 1, "不是 UTF-8 编码")]) from error
    if node is None:
        raise DefinitionError([Problem(name, 1, "文件是空的")])
    reader = _Reader(name)
    value = reader.value(node, ())
    if reader.problems:
        raise DefinitionError(reader.problems)
    return Source(name, value, reader.lines)


class _Reader:
    """Turns YAML nodes into values, noting lines and refusing what YAML would let pass."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Location, int] = {}
        self.problems: list[Problem] = []
        self._scalars = yaml.constructor.SafeConstructor()

    def value(self, node: yaml.Node, at: Location) -> Any:
        self.lines[at] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*at, index)) for index, child in enumerate(node.value)]
        return self._scalars.construct_object(node)  # type: ignore[no-untyped-call]  # untyped in PyYAML

    def _mapping(self, node: yaml.MappingNode, at: Location) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, child in node.value:
            key, line = key_node.value, key_node.start_mark.line + 1
            if key in result:
                self.problems.append(Problem(self.file, line, f"键“{key}”重复"))
            if key == "<<":
                self.problems.append(Problem(self.file, line, "不允许合并键（<<）"))
            result[key] = self.value(child, (*at, key))
            self.lines[*at, key] = line
        return result
