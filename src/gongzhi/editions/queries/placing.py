"""Where a fault of a definition's text stands, as who wrote the text calls the place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gongzhi.engine.definitions import DefinitionError, Problem
from gongzhi.engine.definitions.editing import plain

from .labels import COMMON
from .words import ABOUT, ATTRIBUTES, LISTED

KINDS = {"sheets": "表", "fields": "列", "evidence": "证据"}
ENTRIES = {"roles": "角色", "duties": "职责"}
"""What lists of whole entries are called, where a list of keys has another word (哪些角色可以用)."""
NAMES = ("title", "name", "wording", "chinese", "key", "code", "id", "number")
OWN = {"type": "类型", "required": "必填", "key": "键名", "name_of": "是谁的名称"}
WORDS = COMMON | ABOUT | ATTRIBUTES | LISTED | OWN


def placed(problem: Problem, text: str) -> str:
    """The fault in a sentence: the entry by its name, the key by its word, not by a path of the program."""
    if not problem.at:
        return problem.said
    steps = list(_steps(problem.at, _value(text)))
    return f"{'的'.join(steps)}：{problem.said}" if steps else problem.said


def _value(text: str) -> Any:
    try:
        return plain(text)
    except DefinitionError:  # told by the fault itself; no entry can be named
        return None


def _steps(at: tuple[str, ...], value: Any) -> Iterator[str]:
    """Each part of a path that says something; a list is named together with its entry."""
    if at[:2] == ("sheets", "0") and isinstance(value, dict) and "sheets" not in value:
        at = at[2:]  # a resource with one table writes its fields directly
    kind = ""
    for place, step in enumerate(at):
        last = place == len(at) - 1
        if step.isdigit() and isinstance(value, list):
            value = value[int(step)] if int(step) < len(value) else None
            yield kind + (_name(value) or f"第 {int(step) + 1} 项")
            kind = ""
            continue
        if kind:
            yield kind
        known = isinstance(value, dict) and step in value
        value = value.get(step) if isinstance(value, dict) else None
        whole = isinstance(value, list) and any(isinstance(one, dict) for one in value)
        word = KINDS.get(step) or (ENTRIES.get(step) if whole else None) or WORDS.get(step, "")
        kind = word if known else ""  # the name of a variant stands in no text
        if last:
            kind = word or f"“{step}”"
    if kind:
        yield kind


def _name(entry: Any) -> str:
    """What an entry of a list is called; empty where nothing in it names it."""
    if not isinstance(entry, dict):
        return ""
    return next((f"“{entry[key]}”" for key in NAMES if isinstance(entry.get(key), str) and entry[key]), "")
