"""Which files a definitions folder has and what each of them holds."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from .agreement import Agreement
from .duty import ClausesFile, CollaborationFile, FrequenciesFile, GridTasksFile
from .history import HistoryCheck
from .holidays import Holidays
from .law import CasesFile, ParametersFile, Rule
from .organisation import CellsFile, District, PostsFile, UnitsFile
from .purpose import Purpose
from .register import RegisterFile
from .resource import Resource
from .scores import ScoreItemsFile
from .strict import Strict
from .words import CompatibleFile, FindingsFile, GlossaryFile, RolesFile
from .work import Ladder, LetterTemplate, WorkKind


@dataclass(frozen=True)
class List:
    """A kind of definition that is a list in one file: where it stands and what names an entry."""

    file: str
    model: type[Strict]
    attribute: str
    key: str
    word: str


LISTS = {
    "units": List("organisation/units.yml", UnitsFile, "units", "key", "单位"),
    "posts": List("organisation/posts.yml", PostsFile, "posts", "key", "岗位"),
    "cells": List("organisation/cells.yml", CellsFile, "cells", "code", "网格"),
    "frequencies": List("calendar/frequencies.yml", FrequenciesFile, "frequencies", "wording", "频率"),
    "register_sources": List("registry/sources.yml", RegisterFile, "sources", "table", "登记来源"),
    "coverage": List("registry/sources.yml", RegisterFile, "coverage", "table", "覆盖率口径"),
    "grid_tasks": List("grid_tasks/tasks.yml", GridTasksFile, "tasks", "number", "任务"),
    "collaboration": List("collaboration/items.yml", CollaborationFile, "items", "number", "协作事项"),
    "score_items": List("assessment/items.yml", ScoreItemsFile, "items", "key", "评分项"),
    "clauses": List("policy/clauses.yml", ClausesFile, "clauses", "id", "条款"),
    "compatible": List("compatible.yml", CompatibleFile, "changes", "source", "类型变更"),
    "findings": List("findings.yml", FindingsFile, "findings", "code", "提示"),
    "duties": List("roles.yml", RolesFile, "duties", "key", "职责"),
    "roles": List("roles.yml", RolesFile, "roles", "key", "角色"),
    "terms": List("glossary.yml", GlossaryFile, "terms", "chinese", "术语"),
}

WORD_LISTS = (
    "linkage/"  # vocabulary that the part `linkage` reads in its own form; here it only counts in the digest
)
SINGLES: dict[str, type[Strict]] = {"district.yml": District, "calendar/holidays.yml": Holidays}
MANY: dict[str, type[Strict]] = {
    "catalogue/*/*.yml": Resource,
    "parameters/*.yml": ParametersFile,
    "rules/*/*/rule.yml": Rule,
    "rules/*/*/cases.yml": CasesFile,
    "work/*.yml": WorkKind,
    "reminders/*.yml": Ladder,
    "agreements/*.yml": Agreement,
    "purposes/*.yml": Purpose,
    "letters/*.yml": LetterTemplate,
    "checks/*.yml": HistoryCheck,
}


def model_of(name: str) -> type[Strict] | None:
    """The model of a file by its name within the folder; None for a file that no kind claims."""
    stated = SINGLES | {kind.file: kind.model for kind in LISTS.values()}
    patterned = (model for pattern, model in MANY.items() if fnmatchcase(name, pattern))
    return stated.get(name) or next(patterned, None)
