"""What a definitions folder says, as one frozen object with its look-ups."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from .agreement import Agreement
from .duty import Clause, CollaborationItem, Frequency, GridTask
from .history import HistoryCheck
from .holidays import Holidays
from .law import CasesFile, Parameter, Rule
from .organisation import Cell, District, Post, Unit
from .purpose import Purpose
from .register import Coverage, RegisterSource
from .resource import FieldType, Resource, Sheet
from .scores import ScoreItem
from .words import Duty, Finding, Role, Term, TypeChange
from .work import Ladder, LetterTemplate, WorkKind


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
    frequencies: Mapping[str, Frequency]  # by the notice's wording
    holidays: Holidays
    resources: Mapping[str, Resource]  # by number
    register_sources: Mapping[str, RegisterSource]  # by table
    coverage: Mapping[str, Coverage]  # by table: who of the register should appear in it
    parameters: Mapping[str, Parameter]
    rules: Mapping[str, RuleFolder]
    grid_tasks: Mapping[str, GridTask]
    work: Mapping[str, WorkKind]
    ladders: Mapping[str, Ladder]  # when and whom the machine reminds
    agreements: Mapping[str, Agreement]
    purposes: Mapping[str, Purpose]  # for what somebody may look at personal data
    letters: Mapping[str, LetterTemplate]
    history_checks: Mapping[str, HistoryCheck]  # against earlier periods, other tables, the register
    collaboration: Mapping[int, CollaborationItem]
    score_items: Mapping[str, ScoreItem]
    clauses: Mapping[str, Clause]
    compatible: Mapping[FieldType, TypeChange]
    findings: Mapping[str, Finding]
    duties: Mapping[str, Duty]
    roles: Mapping[str, Role]
    terms: Mapping[str, Term]
    digest: str
    versions: Mapping[str, str]  # resource number → digest of its file, which its templates carry

    @cached_property
    def _by_code(self) -> dict[str, str]:
        return {resource.code: number for number, resource in self.resources.items()}

    @cached_property
    def tables(self) -> Mapping[str, tuple[Resource, Sheet]]:
        """Every lake table by its name, with the resource and sheet that fill it."""
        pairs = ((resource, sheet) for resource in self.resources.values() for sheet in resource.sheets)
        return MappingProxyType({sheet.code: (resource, sheet) for resource, sheet in pairs})

    @cached_property
    def _checks_by_table(self) -> Mapping[str, tuple[HistoryCheck, ...]]:
        found: dict[str, list[HistoryCheck]] = {}
        for check in self.history_checks.values():
            for one in check.each:
                found.setdefault(one.table, []).append(one)
        return MappingProxyType({table: tuple(checks) for table, checks in found.items()})

    def checks_of(self, table: str) -> tuple[HistoryCheck, ...]:
        """The checks that know history, as they are asked in this table."""
        return self._checks_by_table.get(table, ())

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

    def opened(self, keys: Iterable[str], day: dt.date | None = None) -> tuple[Unit, ...]:
        """Units by key, classes opened into their members: of a day, or whoever is or was one."""
        found: dict[str, Unit] = {}
        for key in keys:
            unit = self.units[key]
            members = [one.unit for one in unit.members if day is None or one.on(day)]
            found |= {one: self.units[one] for one in (members if unit.is_class else [key])}
        return tuple(found.values())

    def providers(self, resource: Resource, day: dt.date | None = None) -> tuple[Unit, ...]:
        """The units that owe this resource on a day (or ever did), classes opened into their members."""
        return self.opened(resource.providers, day)
