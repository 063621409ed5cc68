"""A definitions folder as one frozen object, with every reference resolved or refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from .contents import Definitions, RuleFolder
from .holidays import Holidays
from .kinds import LISTS, WORD_LISTS, List
from .law import CasesFile, ParametersFile, Rule
from .organisation import District
from .references import unresolved
from .resource import Resource
from .strict import DefinitionError, Location, Model, Problem, Source, Strict, read

Entry = TypeVar("Entry")


class _Folder:
    """Reads file by file and gathers every fault before refusing."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []
        self.sources: dict[str, Source] = {}
        self.files_read: dict[str, Strict | None] = {}
        self.claimed: set[str] = set()

    def one(self, name: str, model: type[Model]) -> Model | None:
        """The file as its model; None after noting why it cannot be had."""
        path = self.root / name
        if not path.is_file():
            self.problems.append(Problem(name, 1, "缺少这个文件"))
            return None
        self.claimed.add(name)
        try:
            source = self.sources[name] = read(path, self.root)
            return source.into(model)
        except DefinitionError as error:
            self.problems += error.problems
            return None

    def many(self, pattern: str, model: type[Model]) -> Iterator[tuple[str, Model]]:
        """Every file that fits the pattern, with its name, as its model."""
        for path in sorted(self.root.glob(pattern)):
            name = path.relative_to(self.root).as_posix()
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

    def rules(self) -> Iterator[tuple[str, RuleFolder]]:
        """Every rule with its SQL and cases; a folder that lacks one of them is a fault."""
        for name, rule in self.many("rules/*/*/rule.yml", Rule):
            folder = name.removesuffix("/rule.yml")
            cases = self.one(f"{folder}/cases.yml", CasesFile)
            sql = self.root / folder / "rule.sql"
            self.claimed.add(f"{folder}/rule.sql")
            if not sql.is_file():
                self.problems.append(Problem(f"{folder}/rule.sql", 1, "缺少这个文件"))
            elif folder != f"rules/{rule.theme}/{rule.code}":
                self.problems.append(Problem(name, 1, f"应放在 rules/{rule.theme}/{rule.code}/ 下"))
            elif cases is not None:
                yield name, RuleFolder(rule, sql.read_text("utf-8"), cases)

    def files(self) -> list[str]:
        found = (path for path in self.root.rglob("*") if path.is_file())
        return sorted(path.relative_to(self.root).as_posix() for path in found)

    def strangers(self) -> Iterator[Problem]:
        """Files that no kind of definition claims: a misplaced file must not be silence."""
        for name in self.files():
            if name not in self.claimed and not name.startswith(WORD_LISTS):
                yield Problem(name, 1, "不认识的文件（位置或扩展名不对）")

    def digest(self) -> str:
        """SM3 over the names and contents of all files, so that any byte changes it."""
        summary = hashlib.new("sm3")
        for name in self.files():
            content = hashlib.new("sm3", (self.root / name).read_bytes()).hexdigest()
            summary.update(f"{name}\0{content}\n".encode())
        return summary.hexdigest()


def load(root: Path) -> Definitions:
    """Read a definitions folder; DefinitionError lists every fault with file and line.

    Faults inside files are reported first and alone: only when every file can be read are the references
    between them followed.
    """
    folder = _Folder(root)
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
        **{name: folder.listed(kind) for name, kind in LISTS.items()},
    }
    folder.problems += folder.strangers()
    if folder.problems or district is None or holidays is None:
        raise DefinitionError(folder.problems)
    definitions = Definitions(district=district, holidays=holidays, digest=folder.digest(), **parts)
    if problems := list(unresolved(definitions, folder.sources)):
        raise DefinitionError(problems)
    return definitions


@lru_cache(maxsize=8)
def load_once(root: Path) -> Definitions:
    """`load`, once per folder and process: definitions do not change under a running process."""
    return load(root)
