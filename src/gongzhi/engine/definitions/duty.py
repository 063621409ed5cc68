"""Duties that the notice lays down: frequencies, grid tasks, collaboration items, clauses."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field as Also
from pydantic import StringConstraints, model_validator

from .organisation import UnitKind
from .strict import Key, Strict, Text, Title


class Frequency(Strict):
    """How often, in the notice's own words, and what the calendar makes of them.

    `due_days` counts calendar days after the period's end; where the notice gives none it is null and
    `due_parameter` names the dated parameter that the office sets (shown as 暂定), counted in calendar
    days after the period's end or in working days after the event or request. A standing duty has
    neither: it is never late.
    """

    wording: Title
    period: Literal["month", "quarter", "half_year", "year", "event", "request", "standing"]
    due_days: int | None = None
    due_parameter: Key | None = None
    counted: Literal["days", "working_days"] = "days"
    at_least: int | None = None
    at_most: int | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _due(self) -> Self:
        stated = (self.due_days is not None) + (self.due_parameter is not None)
        if stated != (self.period != "standing"):
            raise ValueError("due_days 与 due_parameter 恰写一个；standing 两个都不写")
        return self


class FrequenciesFile(Strict):
    document: Title
    since: dt.date
    frequencies: tuple[Frequency, ...]


class GridTask(Strict):
    """One of the 17 tasks of annex 3."""

    number: Annotated[str, StringConstraints(pattern=r"^[一二三四]\.\d$")]
    key: Key
    title: Title
    category: Title
    grid_worker: bool  # what a level-3 worker may do alone (domain.md 5.6); otherwise she only assists
    note: Text | None = None


class GridTasksFile(Strict):
    document: Title
    clause: Title
    since: dt.date
    tasks: tuple[GridTask, ...]


class CollaborationItem(Strict):
    """One of the 41 items of annex 4."""

    number: Annotated[int, Also(ge=1, le=99)]
    key: Key
    title: Title
    source_title: str | None = None
    partners: Annotated[tuple[Key, ...], Also(min_length=1)]
    partners_source: Title  # the annex's own cell
    trigger: Literal["standing", "request", "periodic"]
    frequency: Title
    fields: tuple[Title, ...] = ()
    resource: str | None = None  # the periodic delivery `K.n` that this item owes
    due_parameter: Key | None = None  # days for an answer that a statute sets
    legal_review: bool = False  # a reminder only, after legal review (domain.md 0.2 row 9)
    note: Text | None = None


class CollaborationFile(Strict):
    document: Title
    clause: Title
    since: dt.date
    items: tuple[CollaborationItem, ...]


class Clause(Strict):
    """One of the 98 requirements of the notice; `done` names the journey that proves it."""

    id: Annotated[str, StringConstraints(pattern=r"^B\d{2}$")]
    section: Title
    text: Text
    actor: Title
    binds: tuple[UnitKind, ...] = ()  # the kinds of units that the actor means
    kind: Key
    room: Key | None = None  # the room of the house that serves it
    state: Literal["todo", "part", "done"]
    journey: str | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _proved(self) -> Self:
        if (self.state == "done") and not self.journey:
            raise ValueError("state: done 须写明证明它的 journey")
        return self


class ClausesFile(Strict):
    document: Title
    since: dt.date
    clauses: tuple[Clause, ...]
