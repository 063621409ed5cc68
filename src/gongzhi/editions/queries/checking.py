"""What is wrong with a draft: loading the whole set with it, the rules that read it, what was accepted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.utils import timezone

from gongzhi.editions.models import Edition
from gongzhi.engine.definitions import (
    DefinitionError,
    Definitions,
    FieldType,
    Resource,
    digest_of,
    load_contents,
    understood,
)
from gongzhi.engine.definitions.canonical import faults
from gongzhi.engine.definitions.editing import plain, sheets_of
from gongzhi.engine.definitions.kinds import model_of
from gongzhi.engine.definitions.words import CompatibleFile

from .counting import contents_in_force, in_force, wordings
from .needed import taken_away
from .pieces import Piece, piece_of, title_of
from .placing import placed
from .seen import history
from .values import odd_values
from .words import type_word

TRIED = 256
"""Rules whose trial is remembered; a district has some ninety."""


def day_of(edition: Edition) -> dt.date:
    """The day on whose set an edition is checked: its first one, today where that is past or not said."""
    return max(edition.since or timezone.localdate(), timezone.localdate())


def with_texts(*editions: Edition) -> dict[str, bytes]:
    """The files of the last of the days from which the editions would count, with their texts in place."""
    day = max(map(day_of, editions))
    pieces = {Piece(one.kind, one.code) for one in editions}
    contents = {name: text for name, text in contents_in_force(day).items() if piece_of(name) not in pieces}
    return contents | {name: text.encode() for one in editions for name, text in one.texts.items()}


def problems(edition: Edition) -> list[str]:
    """Every fault in a sentence, gravest first; an empty list when the draft may be approved."""
    return list(_problems([(edition, "")]))


def problems_together(editions: Sequence[Edition]) -> list[str]:
    """Every fault of several drafts as they will stand together, each with the name of its piece.

    Looked at on each day from which one of them counts, with those that count by then: a set may hold
    together where its members alone do not, and must hold on the way to its last day.
    """
    found: dict[str, None] = {}
    for day in sorted({day_of(one) for one in editions}):
        begun = [(one, f"“{one.title}”") for one in editions if day_of(one) <= day]
        found |= dict.fromkeys(_problems(begun))
    return list(found)


def unfilled(edition: Edition) -> str:
    """What a resource lacks before anything else can be said of it: a first column."""
    if edition.kind != "resource" or any(one.get("fields") for one in sheets_of(*edition.texts.values())):
        return ""
    return "还没有列，请至少增加一列"


def _problems(named: Sequence[tuple[Edition, str]]) -> tuple[str, ...]:
    if bare := tuple(called + text for one, called in named if (text := unfilled(one))):
        return bare
    contents = tuple(sorted(with_texts(*(one for one, _ in named)).items()))
    pieces = tuple(Piece(one.kind, one.code) for one, _ in named)
    texts = tuple((name, called) for one, called in named for name in sorted(one.texts))
    return _unsound(pieces, texts, contents) or tuple(_broken_with(named, dict(contents)))


def _broken_with(named: Sequence[tuple[Edition, str]], contents: Mapping[str, bytes]) -> Iterator[str]:
    """What a set that holds together would break: what the program reads, what is owed, what was accepted."""
    for one, called in named:
        found = list(_rhythms_gone(one)) if one.code == "calendar/frequencies" else []
        found += (*odd_values(one), *taken_away(one, day_of(one)))
        yield from (called + text for text in found or _incompatible(one, contents))


@lru_cache(maxsize=8)
def _unsound(
    pieces: tuple[Piece, ...], texts: tuple[tuple[str, str], ...], contents: tuple[tuple[str, bytes], ...]
) -> tuple[str, ...]:
    """Faults of form, of references, of rules and checks on their examples; `texts` names the new files."""
    files, names = dict(contents), dict(texts)
    unformed = [
        f"{called}第 {fault.line} 行：{placed(fault, files[name].decode())}"
        for name, called in texts if name.endswith(".yml")
        for fault in faults(name, files[name], model_of(name))
    ]  # fmt: skip
    if unformed:
        return tuple(unformed)
    try:
        definitions = load_contents(files)
    except DefinitionError as error:
        return tuple(_told(problem, names, files) for problem in error.problems)
    shown = tuple(_shown(pieces, definitions))
    return shown or (*_rules(pieces, definitions, files), *_examples(pieces, definitions))


def _told(problem: Any, named: Mapping[str, str], contents: Mapping[str, bytes]) -> str:
    """A fault of a draft by its line; one of another file by what that file is called."""
    if problem.file in named:
        said = placed(problem, contents[problem.file].decode())
        return f"{named[problem.file]}第 {problem.line} 行：{said}"
    text = contents.get(problem.file, b"").decode()
    return f"{_called(problem.file, contents)}引用了它：{placed(problem, text)}"


def _called(name: str, contents: Mapping[str, bytes]) -> str:
    parts = name.split("/")
    if parts[0] == "rules":
        rule = in_force().rules.get(parts[2])
        return f"规则 {parts[2]}“{rule.rule.name}”" if rule else f"规则 {parts[2]}"
    piece = piece_of(name)
    return f"“{title_of(piece, {name: contents[name].decode()})}”" if piece else f"文件 {name} "


def _rules(pieces: Sequence[Piece], definitions: Definitions, contents: Mapping[str, bytes]) -> Iterator[str]:
    """Every rule that reads one of the pieces, run on its worked examples."""
    own = {piece.code for piece in pieces if piece.kind == "rule"}
    for code in sorted({code for piece in pieces for code in reading(*piece, definitions)}):
        name = definitions.rules[code].rule.name
        for failure in _tried(code, definitions, contents):
            yield failure if code in own else f"规则 {code}“{name}”读不成了：{failure}"


_results: dict[tuple[str, str], tuple[str, ...]] = {}
"""What trying a rule gave, by its code and what it was tried on."""


def _tried(code: str, definitions: Definitions, contents: Mapping[str, bytes]) -> tuple[str, ...]:
    from gongzhi.engine.rules import check_rule  # noqa: PLC0415  # loads the analytic libraries

    folder = definitions.rules[code]
    files = {f"{definitions.tables[table][0].code}.yml" for table in folder.rule.tables}
    read = {
        name: content for name, content in contents.items()
        if name.startswith((f"rules/{folder.rule.theme}/{code}/", "parameters/", "district.yml"))
        or (name.startswith("catalogue/") and name.rsplit("/", 1)[1] in files)
    }  # fmt: skip
    key = code, digest_of(read)
    if key not in _results:
        while len(_results) >= TRIED:
            _results.pop(next(iter(_results)), None)
        _results[key] = tuple(check_rule(folder, definitions))
    return _results[key]


def _shown(pieces: Sequence[Piece], definitions: Definitions) -> Iterator[str]:
    """The examples of columns that a file could not bring: the template's worked row is made of them."""
    for piece in pieces:
        if piece.kind == "resource":
            yield from examples_unfit(definitions.resource(piece.code), definitions)


def examples_unfit(resource: Resource, definitions: Definitions) -> Iterator[str]:
    """Each column of a resource whose example does not pass the column's own checks, in a sentence."""
    from gongzhi.engine.checks import example_faults  # noqa: PLC0415  # loads the analytic libraries

    for sheet in resource.sheets:
        for field, fault in example_faults(sheet, definitions.findings):
            yield f"列“{field.title}”的示例“{field.example}”不能用：{fault}"


def _examples(pieces: Sequence[Piece], definitions: Definitions) -> Iterator[str]:
    """The examples of every check that knows history and reads one of the pieces, run."""
    from gongzhi.engine.checks import failures  # noqa: PLC0415  # loads the analytic libraries

    codes = {piece.code for piece in pieces if piece.kind == "list"}
    resources = {piece.code for piece in pieces if piece.kind == "resource"}
    tables = {table for table, (resource, _) in definitions.tables.items() if resource.code in resources}
    for key, check in definitions.history_checks.items():
        if f"checks/{key}" in codes or tables & {one.table for one in check.each}:
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


def _incompatible(edition: Edition, contents: Mapping[str, bytes]) -> Iterator[str]:
    """Columns whose accepted rows could no longer be read as one with the new ones."""
    if edition.kind != "resource":
        return
    new = _resource(edition)
    told = understood("compatible.yml", contents["compatible.yml"], CompatibleFile)[1]
    allowed = {change.source: change for change in told.changes}
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
