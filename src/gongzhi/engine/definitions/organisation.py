"""Units, posts, streets and communities (annexes 1, 2, 4, 5; division codes of the statistics bureau)."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Any, Self

from pydantic import Field as Also
from pydantic import StringConstraints, model_validator

from .strict import Key, Strict, Text, Title


class UnitKind(StrEnum):
    """What a unit is in the notice; a unit may be several."""

    LEADING = "leading"  # 领导小组及其办公室
    MEMBER = "member"  # 成员单位 (annex 1)
    PROVIDER = "provider"  # 数据提供单位 (annex 2)
    PARTNER = "partner"  # 协作单位 (annex 4)
    GRID = "grid"  # 网格单位
    BUREAU = "bureau"  # 区税务局


class Member(Strict):
    """A unit of a class: from which day, until which, by which document. The notice itself, or an act."""

    unit: Key
    since: dt.date
    until: dt.date | None = None  # the last day
    document: Title

    @property
    def words(self) -> str:
        """From when to when, by what: 2026-03-01 起，2026-12-31 止（越税领办〔2026〕2号）."""
        end = f"，{self.until.isoformat()} 止" if self.until else ""
        return f"{self.since.isoformat()} 起{end}（{self.document}）"

    def on(self, day: dt.date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.until is not None and self.until < self.since:
            raise ValueError("until 早于 since")
        return self


class Unit(Strict):
    """A unit by its official name (annex 1) with the names that annexes 2 and 4 and its seal use.

    A class of units has members. With `members_open` the notice leaves it open who they are (各金融机构,
    等…部门): the office designates them by dated act, and before that the class owes nothing.
    """

    key: Key
    name: Title
    annex_names: tuple[Title, ...] = ()
    kinds: Annotated[tuple[UnitKind, ...], Also(min_length=1)]
    annex2: int | None = None  # number of the provider in annex 2
    division: str | None = None  # division code of a street
    members: tuple[Member, ...] = ()
    members_open: bool = False
    note: Text | None = None

    @model_validator(mode="after")
    def _numbered(self) -> Self:
        if self.annex2 is not None and UnitKind.PROVIDER not in self.kinds:
            raise ValueError("annex2 只用于 kinds 含 provider 的单位")
        return self

    @model_validator(mode="after")
    def _once(self) -> Self:
        """A unit that leaves a class and comes back is named twice, for days that do not meet."""
        by_unit = sorted(self.members, key=lambda one: (one.unit, one.since))
        for before, after in pairwise(by_unit):
            if before.unit == after.unit and before.on(after.since):
                raise ValueError(f"成员 {before.unit} 的起止日期重叠")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.annex_names)

    @property
    def is_class(self) -> bool:
        """Whether it stands for other units and has no people of its own."""
        return bool(self.members) or self.members_open


class UnitsFile(Strict):
    document: Title
    since: dt.date
    units: tuple[Unit, ...]

    @model_validator(mode="before")
    @classmethod
    def _by_this_document(cls, said: Any) -> Any:
        """A member named by its key alone, as editions before members had days have it, is one by the
        document of the file, from its day on."""
        if not isinstance(said, dict) or not isinstance(said.get("units"), list):
            return said
        own = {name: said[name] for name in ("since", "document") if name in said}
        return said | {"units": [_with_entries(unit, own) for unit in said["units"]]}


def _with_entries(unit: Any, own: dict[str, Any]) -> Any:
    if not isinstance(unit, dict) or not isinstance(unit.get("members"), list):
        return unit
    entries = [{"unit": one, **own} if isinstance(one, str) else one for one in unit["members"]]
    return unit | {"members": entries}


class Post(Strict):
    """A post, never a person: who holds it is a fact of the running system."""

    key: Key
    unit: Key
    title: Title
    role: Title | None = None  # 组长, 副组长, 成员, 办公室主任
    clause: Title
    note: Text | None = None


class PostsFile(Strict):
    document: Title
    since: dt.date
    succession: Title  # what happens when a holder leaves
    posts: tuple[Post, ...]


_DIGITS = {1: 6, 2: 9, 3: 12}  # of a division code, by level


class Cell(Strict):
    """One grid cell: level 1 is the district, level 2 a street, level 3 a community or village.

    `aliases` are old names that mean the whole cell, so that an old address still finds it.
    """

    code: Annotated[str, StringConstraints(pattern=r"^\d{6}(\d{3}(\d{3})?)?$")]
    name: Title
    level: Annotated[int, Also(ge=1, le=3)]
    parent: str | None = None
    aliases: tuple[Title, ...] = ()

    @model_validator(mode="after")
    def _nested(self) -> Self:
        if len(self.code) != _DIGITS[self.level]:
            raise ValueError(f"第 {self.level} 级网格的代码应为 {_DIGITS[self.level]} 位")
        if self.parent != (self.code[: _DIGITS[self.level - 1]] if self.level > 1 else None):
            raise ValueError("parent 应为上一级网格的代码")
        return self


class CellsFile(Strict):
    source: Title
    since: dt.date
    note: Text | None = None
    cells: tuple[Cell, ...]


class District(Strict):
    """The district that this folder describes; another district is another folder."""

    code: Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
    name: Title
    city: Title
    province: Title
    notice: Title
    notice_title: Title
    since: dt.date
    office: Key  # unit in which the leading group's office sits
    bureau: Key
    weak_words: tuple[Title, ...] = ()  # of the place (pinyin): no password may contain them
    note: Text | None = None
