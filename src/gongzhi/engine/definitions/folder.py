"""A definitions folder as one frozen object, with every reference resolved or refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from .agreement import Agreement
from .contents import Definitions, RuleFolder
from .history import HistoryCheck
from .holidays import Holidays
from .kinds import LISTS, WORD_LISTS, List
from .law import CasesFile, ParametersFile, Rule
from .organisation import District
from .purpose import Purpose
from .references import unresolved
from .resource import Resource
from .strict import DefinitionError, Location, Model, Problem, Source, Strict, read
from .work import Ladder, LetterTemplate, WorkKind

Entry = TypeVar("Entry")


class _Folder:
    """Reads file by file and gathers every fault before refusing."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self.contents = contents
        self.problems: list[Problem] = []
        self.sources: dict[str, Source] = {}
        self.files_read: dict[str, Strict | None] = {}
        self.claimed: set[str] = set()

    def one(self, name: str, model: type[Model]) -> Model | None:
        """The file as its model; None after noting why it cannot be had."""
        if name not in self.contents:
            self.problems.append(Problem(name, 1, "缺少这个文件"))
            return None
        self.claimed.add(name)
        try:
            self.sources[name], found = understood(name, self.contents[name], model)
        except DefinitionError as error:
            self.problems += error.problems
            return None
        return found

    def many(self, pattern: str, model: type[Model]) -> Iterator[tuple[str, Model]]:
        """Every file that fits the pattern, with its name, as its model."""
        for name in sorted(filter(lambda name: _fits(name, pattern), self.contents)):
            found = self.one(name, model)
            if found is not None:
                yield name, found

    def listed(self, kind: List) -> Mapping[Any, Any]:
        """The entries of one list by key."""
        if kind.file not in self.claimed:
            self.files_read[kind.file] = self.one(kind.file, kind.model)
        file = self.files_read[kind.file]
        entries = getattr(file, kind.attribute) if file else ()
        pairs = [(kind.file, (kind.attribute, place), entry) for place, entry in enumerate(entries)]
        return self.keyed(pairs, lambda entry: getattr(entry, kind.key), kind.word)

    def keyed(
        self, entries: Iterable[tuple[str, Location, Entry]], key: Callable[[Entry], Any], word: str
    ) -> Mapping[Any, Entry]:
        """Entries by key; a repeated key is a fault at the line that repeats it."""
        result: dict[Any, Entry] = {}
        for name, place, entry in entries:
            if key(entry) in result:
                self.problems.append(self.sources[name].problem(place, f"{word}“{key(entry)}”重复"))
            result[key(entry)] = entry
        return MappingProxyType(result)

    def named(self, pattern: str, model: type[Model], word: str) -> Mapping[str, Any]:
        """One definition a file, by its `key`, which is the file's name."""
        found: list[tuple[str, Location, Any]] = [(name, (), one) for name, one in self.many(pattern, model)]
        for name, _, one in found:
            if name.rsplit("/", 1)[1] != f"{one.key}.yml":
                self.problems.append(self.sources[name].problem(("key",), f"文件名应为 {one.key}.yml"))
        return self.keyed(found, lambda one: one.key, word)

    def rules(self) -> Iterator[tuple[str, RuleFolder]]:
        """Every rule with its SQL and cases; a folder that lacks one of them is a fault."""
        for name, rule in self.many("rules/*/*/rule.yml", Rule):
            folder = name.removesuffix("/rule.yml")
            cases = self.one(f"{folder}/cases.yml", CasesFile)
            sql = f"{folder}/rule.sql"
            self.claimed.add(sql)
            if sql not in self.contents:
                self.problems.append(Problem(sql, 1, "缺少这个文件"))
            elif folder != f"rules/{rule.theme}/{rule.code}":
                self.problems.append(Problem(name, 1, f"应放在 rules/{rule.theme}/{rule.code}/ 下"))
            elif cases is not None:
                yield name, RuleFolder(rule, self.contents[sql].decode("utf-8"), cases)

    def strangers(self) -> Iterator[Problem]:
        """Files that no kind of definition claims: a misplaced file must not be silence."""
        for name in sorted(self.contents):
            if name not in self.claimed and not name.startswith(WORD_LISTS):
                yield Problem(name, 1, "不认识的文件（位置或扩展名不对）")


@lru_cache(maxsize=2_048)
def _understood(name: str, content: bytes, model: type[Strict]) -> tuple[Source, Strict]:
    source = read(name, content)
    return source, source.into(model)


def understood(name: str, content: bytes, model: type[Model]) -> tuple[Source, Model]:
    """One file as its model, faults raised; kept, so that a set that differs in one file costs one file."""
    return _understood(name, content, model)  # type: ignore[return-value]  # what `model` made


def _fits(name: str, pattern: str) -> bool:
    """Whether a name fits a pattern part by part; a star stops at a slash."""
    parts, wanted = name.split("/"), pattern.split("/")
    return len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted))


def digest_of(contents: Mapping[str, bytes]) -> str:
    """SM3 over the names and contents of all files, so that any byte changes it."""
    summary = hashlib.new("sm3")
    for name in sorted(contents):
        content = hashlib.new("sm3", contents[name]).hexdigest()
        summary.update(f"{name}\0{content}\n".encode())
    return summary.hexdigest()


def contents_of(root: Path) -> dict[str, bytes]:
    """Every file of a definitions folder by its name in it."""
    found = sorted(path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


def load(root: Path) -> Definitions:
    """Read a definitions folder; DefinitionError lists every fault with file and line."""
    return load_contents(contents_of(root))


def load_contents(contents: Mapping[str, bytes]) -> Definitions:
    """Definitions out of files by name, wherever they are kept; DefinitionError lists every fault.

    Faults inside files are reported first and alone: only when every file can be read are the references
    between them followed.
    """
    folder = _Folder(contents)
    district = folder.one("district.yml", District)
    holidays = folder.one("calendar/holidays.yml", Holidays)
    parameters = [
        (name, ("parameters", place), parameter)
        for name, file in folder.many("parameters/*.yml", ParametersFile)
        for place, parameter in enumerate(file.parameters)
    ]
    resources = [(name, (), found) for name, found in folder.many("catalogue/*/*.yml", Resource)]
    rules = [(name, (), found) for name, found in folder.rules()]
    parts: dict[str, Mapping[Any, Any]] = {
        "parameters": folder.keyed(parameters, lambda parameter: parameter.key, "参数"),
        "resources": folder.keyed(resources, lambda resource: resource.number, "资源编号"),
        "rules": folder.keyed(rules, lambda found: found.rule.code, "规则"),
        "work": folder.named("work/*.yml", WorkKind, "工作事项"),
        "ladders": folder.named("reminders/*.yml", Ladder, "提醒阶梯"),
        "agreements": folder.named("agreements/*.yml", Agreement, "承诺书"),
        "purposes": folder.named("purposes/*.yml", Purpose, "事由"),
        "history_checks": folder.named("checks/*.yml", HistoryCheck, "历史核对"),
        "letters": folder.named("letters/*.yml", LetterTemplate, "函件模板"),
        **{name: folder.listed(kind) for name, kind in LISTS.items()},
    }
    folder.problems += folder.strangers()
    if folder.problems or district is None or holidays is None:
        raise DefinitionError(folder.problems)
    versions = {found.number: digest_of({name: contents[name]}) for name, _, found in resources}
    definitions = Definitions(
        district=district, holidays=holidays, digest=digest_of(contents), versions=versions, **parts
    )
    if problems := list(unresolved(definitions, folder.sources)):
        raise DefinitionError(problems)
    return definitions


@lru_cache(maxsize=8)
def load_once(root: Path) -> Definitions:
    """`load`, once per folder and process: definitions do not change under a running process."""
    return load(root)
