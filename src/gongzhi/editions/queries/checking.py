"""What is wrong with a draft: loading the whole set with it, the rules that read it, what was accepted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from django.utils import timezone

from gongzhi.editions.models import Edition
from gongzhi.engine.definitions import (
    DefinitionError,
    Definitions,
    FieldType,
    Resource,
    load_contents,
    understood,
)
from gongzhi.engine.definitions.canonical import faults
from gongzhi.engine.definitions.editing import plain
from gongzhi.engine.definitions.kinds import model_of

from .counting import contents_in_force, in_force, wordings
from .pieces import Piece, piece_of, title_of
from .seen import history
from .words import type_word


def with_texts(edition: Edition) -> dict[str, bytes]:
    """The files of the day from which the edition would count, with its texts in the place of the piece's."""
    day = max(edition.since or timezone.localdate(), timezone.localdate())
    piece = Piece(edition.kind, edition.code)
    others = {name: text for name, text in contents_in_force(day).items() if piece_of(name) != piece}
    return others | {name: text.encode() for name, text in edition.texts.items()}


def problems(edition: Edition) -> list[str]:
    """Every fault in a sentence, gravest first; an empty list when the draft may be approved."""
    contents = with_texts(edition)
    key = tuple(sorted(contents.items()))
    found = list(_problems(edition.kind, edition.code, tuple(sorted(edition.texts.items())), key))
    if not found and edition.code == "calendar/frequencies":
        found = list(_rhythms_gone(edition))
    return found or list(_incompatible(edition))


@lru_cache(maxsize=8)
def _problems(
    kind: str, code: str, texts: tuple[tuple[str, str], ...], contents: tuple[tuple[str, bytes], ...]
) -> tuple[str, ...]:
    unformed = [
        f"第 {fault.line} 行：{fault.message}"
        for name, text in texts if name.endswith(".yml")
        for fault in faults(name, text.encode(), model_of(name))
    ]  # fmt: skip
    if unformed:
        return tuple(unformed)
    try:
        definitions = load_contents(dict(contents))
    except DefinitionError as error:
        named = {name for name, _ in texts}
        return tuple(_told(problem, named, dict(contents)) for problem in error.problems)
    return (*_rules(kind, code, definitions), *_examples(kind, code, definitions))


def _told(problem: Any, named: set[str], contents: Mapping[str, bytes]) -> str:
    """A fault of the draft by its line; one of another file by what that file is called."""
    if problem.file in named:
        return f"第 {problem.line} 行：{problem.message}"
    return f"{_called(problem.file, contents)}引用了它：{problem.message}"


def _called(name: str, contents: Mapping[str, bytes]) -> str:
    parts = name.split("/")
    if parts[0] == "rules":
        rule = in_force().rules.get(parts[2])
        return f"规则 {parts[2]}“{rule.rule.name}”" if rule else f"规则 {parts[2]}"
    piece = piece_of(name)
    return f"“{title_of(piece, {name: contents[name].decode()})}”" if piece else f"文件 {name} "


def _rules(kind: str, code: str, definitions: Definitions) -> Iterator[str]:
    """Every rule that reads the piece, run on its worked examples."""
    from gongzhi.engine.rules import check_rule  # noqa: PLC0415  # loads the analytic libraries

    for found in reading(kind, code, definitions):
        folder = definitions.rules[found]
        for failure in check_rule(folder, definitions):
            yield failure if kind == "rule" else f"规则 {found}“{folder.rule.name}”读不成了：{failure}"


def _examples(kind: str, code: str, definitions: Definitions) -> Iterator[str]:
    """The examples of every check that knows history and reads the piece, run."""
    from gongzhi.engine.checks import failures  # noqa: PLC0415  # loads the analytic libraries

    tables = {sheet.code for sheet in definitions.resource(code).sheets} if kind == "resource" else set()
    for key, check in definitions.history_checks.items():
        if code == f"checks/{key}" or tables & {one.table for one in check.each}:
            yield from failures(definitions, check)


def reading(kind: str, code: str, definitions: Definitions) -> list[str]:
    """The rules that read a piece: its tables, its parameters, or itself."""
    if kind == "rule":
        return [code] if code in definitions.rules else []
    names: set[str] = set()
    if kind == "resource":
        now = {sheet.code for sheet in definitions.resource(code).sheets}
        names = now | {sheet.code for sheet in _before(code)}
    elif kind == "parameters":
        names = _keys_in(code)
    rules = ((number, folder.rule) for number, folder in definitions.rules.items())
    return [number for number, rule in rules if names & {*rule.tables, *rule.parameters}]


def _before(code: str) -> tuple[Any, ...]:
    try:
        return in_force().resource(code).sheets
    except KeyError:
        return ()


def _keys_in(code: str) -> set[str]:
    content = contents_in_force().get(f"parameters/{code}.yml", b"parameters: []")
    return {one["key"] for one in plain(content.decode())["parameters"]}


def _incompatible(edition: Edition) -> Iterator[str]:
    """Columns whose accepted rows could no longer be read as one with the new ones."""
    if edition.kind != "resource":
        return
    new = _resource(edition)
    allowed = in_force().compatible
    for earlier in history(Piece(edition.kind, edition.code)):
        old = _resource(earlier)
        if old.number != new.number:
            yield f"资源编号是 {old.number}，不能改：已有的报送都用它"
        for sheet in new.sheets:
            known = {f.key: f for s in old.sheets if s.code == sheet.code for f in s.fields}
            for field in sheet.fields:
                was = known.get(field.key)
                if was is None or was.type is field.type:
                    continue
                change = allowed.get(was.type)
                if change is None or field.type not in change.targets:
                    yield _refused(earlier, was.title, was.type, field.type)


def _rhythms_gone(edition: Edition) -> Iterator[str]:
    """Rhythms by which some edition of a resource is still owed, for periods that are over or running."""
    kept = {one["wording"] for one in plain(next(iter(edition.texts.values())))["frequencies"]}
    for number in in_force().resources:
        for _, _, resource in wordings(number):
            if resource.frequency not in kept:
                yield f"报送要求“{resource.frequency}”不能去掉：{number}“{resource.title}”用它"


def _refused(earlier: Edition, title: str, was: FieldType, now: FieldType) -> str:
    return (
        f"第 {earlier.version} 版里“{title}”是{type_word(was)}，不能改为{type_word(now)}："
        "已入库的数据会读不成一列。请停用这一列，另加一列"
    )


def _resource(edition: Edition) -> Resource:
    ((name, text),) = edition.texts.items()
    return understood(name, text.encode(), Resource)[1]
