"""A definitions folder as one frozen object, with every reference resolved or refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from .duty import (
    Clause,
    ClausesFile,
    CollaborationFile,
    CollaborationItem,
    FrequenciesFile,
    Frequency,
    GridTask,
    GridTasksFile,
)
from .law import CasesFile, Parameter, ParametersFile, Rule
from .organisation import Cell, CellsFile, District, Post, PostsFile, Unit, UnitsFile
from .references import unresolved
from .resource import Resource, Sheet
from .strict import DefinitionError, Model, Problem, Source, read
from .words import Duty, Finding, FindingsFile, GlossaryFile, Role, RolesFile, Term

Item = TypeVar("Item")


@dataclass(frozen=True)
class RuleFolder:
    """A rule with its SQL and its worked examples."""

    rule: Rule
    sql: str
    cases: CasesFile


@dataclass(frozen=True)
class Definitions:
    """Everything that a definitions folder says, frozen; `digest` is its content hash (SM3, hex)."""

    district: District
    units: Mapping[str, Unit]
    posts: Mapping[str, Post]
    cells: Mapping[str, Cell]
    frequencies: Mapping[str, Frequency]
    resources: Mapping[str, Resource]  # by number
    parameters: Mapping[str, Parameter]
    rules: Mapping[str, RuleFolder]
    grid_tasks: Mapping[str, GridTask]
    collaboration: Mapping[int, CollaborationItem]
    clauses: Mapping[str, Clause]
    findings: Mapping[str, Finding]
    duties: Mapping[str, Duty]
    roles: Mapping[str, Role]
    terms: Mapping[str, Term]
    digest: str

    @cached_property
    def _by_code(self) -> dict[str, str]:
        return {resource.code: number for number, resource in self.resources.items()}

    @cached_property
    def tables(self) -> Mapping[str, tuple[Resource, Sheet]]:
        """Every lake table by its name, with the resource and sheet that fill it."""
        pairs = ((resource, sheet) for resource in self.resources.values() for sheet in resource.sheets)
        return MappingProxyType({sheet.code: (resource, sheet) for resource, sheet in pairs})

    def resource(self, name: str) -> Resource:
        """A resource by number (`15.3`) or code; KeyError with the name when there is none."""
        return self.resources[self._by_code.get(name, name)]

    def sheet(self, name: str) -> tuple[Resource, Sheet]:
        """A resource and one of its sheets by `3.1/a`; the letter may be left out where there is one."""
        number, _, letter = name.partition("/")
        resource = self.resource(number)
        if not letter and len(resource.sheets) != 1:
            raise KeyError(name)
        return resource, resource.sheet(letter)

    def unit(self, name: str) -> Unit:
        """A unit by key, official name or annex name; KeyError with the name when there is none."""
        if name in self.units:
            return self.units[name]
        return self._units_by_name[name]

    @cached_property
    def _units_by_name(self) -> dict[str, Unit]:
        return {name: unit for unit in self.units.values() for name in unit.names}

    def providers(self, resource: Resource) -> tuple[Unit, ...]:
        """The units that owe this resource, classes opened into their members."""
        found: dict[str, Unit] = {}
        for key in resource.providers:
            unit = self.units[key]
            members = unit.members if (unit.members or unit.members_open) else (unit.key,)
            found |= {member: self.units[member] for member in members}
        return tuple(found.values())


class _Folder:
    """Reads file by file and gathers every fault before refusing."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []
        self.sources: dict[str, Source] = {}
        self.seen: set[str] = set()

    def one(self, name: str, model: type[Model]) -> Model | None:
        path = self.root / name
        if not path.is_file():
            self.problems.append(Problem(name, 1, "缺少这个文件"))
            return None
        self.seen.add(name)
        try:
            source = self.sources[name] = read(path, self.root)
            return source.into(model)
        except DefinitionError as error:
            self.problems += error.problems
            return None

    def many(self, pattern: str, model: type[Model]) -> Iterator[tuple[str, Model]]:
        for path in sorted(self.root.glob(pattern)):
            name = path.relative_to(self.root).as_posix()
            found = self.one(name, model)
            if found is not None:
                yield name, found

    def index(
        self, items: Iterable[tuple[str, Item]], key: Callable[[Item], str], word: str
    ) -> Mapping[str, Item]:
        """Items by key; a repeated key is a fault in the file that repeats it."""
        result: dict[str, Item] = {}
        for name, item in items:
            if key(item) in result:
                self.problems.append(self.sources[name].problem((), f"{word}“{key(item)}”重复"))
            result[key(item)] = item
        return MappingProxyType(result)

    def rules(self) -> Iterator[tuple[str, RuleFolder]]:
        for name, rule in list(self.many("rules/*/*/rule.yml", Rule)):
            folder = Path(name).parent
            cases = self.one(f"{folder.as_posix()}/cases.yml", CasesFile)
            sql = self.root / folder / "rule.sql"
            self.seen.add(f"{folder.as_posix()}/rule.sql")
            if not sql.is_file():
                self.problems.append(Problem(f"{folder.as_posix()}/rule.sql", 1, "缺少这个文件"))
            elif folder.name != rule.code or folder.parent.name != rule.theme:
                self.problems.append(Problem(name, 1, f"应放在 rules/{rule.theme}/{rule.code}/ 下"))
            elif cases is not None:
                yield name, RuleFolder(rule, sql.read_text("utf-8"), cases)

    def strangers(self) -> Iterator[Problem]:
        """Files that no kind of definition claims: a misplaced file must not be silence."""
        for path in sorted(self.root.rglob("*")):
            name = path.relative_to(self.root).as_posix()
            if path.is_file() and name not in self.seen and not name.startswith("linkage/"):
                yield Problem(name, 1, "不认识的文件（位置或扩展名不对）")

    def digest(self) -> str:
        summary = hashlib.new("sm3")
        for name in sorted(self.seen):
            content = hashlib.new("sm3", (self.root / name).read_bytes()).hexdigest()
            summary.update(f"{name}\0{content}\n".encode())
        return summary.hexdigest()


def load(root: Path) -> Definitions:
    """Read a definitions folder; DefinitionError lists every fault with file and line."""
    folder = _Folder(root)
    resources = list(folder.many("catalogue/*/*.yml", Resource))
    parameters = [
        (name, parameter)
        for name, file in folder.many("parameters/*.yml", ParametersFile)
        for parameter in file.parameters
    ]
    rules = list(folder.rules())
    district = folder.one("district.yml", District)
    units = _entries(folder, "organisation/units.yml", UnitsFile, "units")
    roles_file = folder.one("roles.yml", RolesFile)
    definitions = Definitions(
        district=district or _NOWHERE,
        units=folder.index(units, lambda unit: unit.key, "单位"),
        posts=folder.index(
            _entries(folder, "organisation/posts.yml", PostsFile, "posts"), lambda post: post.key, "岗位"
        ),
        cells=folder.index(
            _entries(folder, "organisation/cells.yml", CellsFile, "cells"), lambda cell: cell.code, "网格"
        ),
        frequencies=folder.index(
            _entries(folder, "calendar/frequencies.yml", FrequenciesFile, "frequencies"),
            lambda frequency: frequency.wording,
            "频率",
        ),
        resources=folder.index(resources, lambda resource: resource.number, "资源编号"),
        parameters=folder.index(parameters, lambda parameter: parameter.key, "参数"),
        rules=folder.index(rules, lambda found: found.rule.code, "规则"),
        grid_tasks=folder.index(
            _entries(folder, "grid_tasks/tasks.yml", GridTasksFile, "tasks"), lambda task: task.number, "任务"
        ),
        collaboration=_by_number(folder),
        clauses=folder.index(
            _entries(folder, "policy/clauses.yml", ClausesFile, "clauses"), lambda clause: clause.id, "条款"
        ),
        findings=folder.index(
            _entries(folder, "findings.yml", FindingsFile, "findings"), lambda finding: finding.code, "提示"
        ),
        duties=folder.index(
            [("roles.yml", duty) for duty in (roles_file.duties if roles_file else ())],
            lambda duty: duty.key,
            "职责",
        ),
        roles=folder.index(
            [("roles.yml", role) for role in (roles_file.roles if roles_file else ())],
            lambda role: role.key,
            "角色",
        ),
        terms=folder.index(
            _entries(folder, "glossary.yml", GlossaryFile, "terms"), lambda term: term.chinese, "术语"
        ),
        digest=folder.digest(),
    )
    problems = folder.problems + list(folder.strangers())
    if not problems:
        problems = list(unresolved(definitions, folder.sources))
    if problems:
        raise DefinitionError(problems)
    return definitions


def _entries(folder: _Folder, name: str, model: type[Model], attribute: str) -> list[tuple[str, Item]]:
    file = folder.one(name, model)
    return [(name, item) for item in getattr(file, attribute)] if file else []


def _by_number(folder: _Folder) -> Mapping[int, CollaborationItem]:
    items: list[tuple[str, CollaborationItem]] = _entries(
        folder, "collaboration/items.yml", CollaborationFile, "items"
    )
    found = folder.index(items, lambda item: str(item.number), "协作事项")
    return MappingProxyType({int(number): item for number, item in found.items()})


_NOWHERE = District.model_construct(code="000000", name="")


@lru_cache(maxsize=8)
def load_once(root: Path) -> Definitions:
    """`load`, once per folder and process: definitions do not change under a running process."""
    return load(root)
