"""For what a reader may look at the personal values of a row, and what is wrong with what she asks.

Purposes come from the caller: the rooms above know which edition is in force.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from gongzhi.audit.queries import in_force
from gongzhi.engine.definitions import REVEAL, Definitions, Field, Purpose, Resource, Use
from gongzhi.gate import Sight

LEAST_REASON = 10
ABOUT_WORDS = {"hit": "疑点", "work": "交办事项"}
_NEVER = {Use.VERIFY, Use.COUNTS}  # answers of yes or no, and numbers: nobody is looked up there
_NUMBERS = re.compile(r"\d{7,}")
"""What a reason must not hold: a number long enough to be an id, a phone or an account."""


@dataclass(frozen=True)
class MaskedRow:
    """One row of a batch with the fields that are masked in it, as the rooms above bring it."""

    batch: UUID
    number: str
    unit: str
    resource: Resource
    part: int
    row: int
    fields: tuple[Field, ...]
    codes: frozenset[str] = frozenset()  # credit codes that stand in the row in the clear

    def chosen(self, keys: Collection[str]) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.key in keys)


@dataclass(frozen=True)
class About:
    """The open matter for which somebody looks: a hit, a work item."""

    kind: str
    id: str
    title: str

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.id}"


def roles_over(sight: Sight, unit: str) -> frozenset[str]:
    """The roles through which the reader may look at rows of a unit; none where a wall stands.

    Who also holds a duty that must stand apart (`apart` in definitions/roles) looks at nothing, whatever
    else was granted; a role bound to a unit reaches that unit's rows alone. Roles and walls are those in
    force: an edition may take the duty from a role. What it gives to a role counts once the gate knows it
    too, with the next release of the folder: nobody opens a door to herself by editing a list.
    """
    known = in_force()
    duty = known.duties.get(REVEAL)
    if duty is None or sight.duties & set(duty.apart):
        return frozenset()
    looking = {key for key, role in known.roles.items() if REVEAL in role.duties}
    held = (one for one in sight.held if REVEAL in one.duties and one.role in looking)
    return frozenset(
        one.role for one in held if one.everywhere or (one.unit is not None and one.unit == unit)
    )


def may_reveal(sight: Sight, unit: str, resource: Resource) -> bool:
    """Whether the reader may look at any personal value of a unit's rows of this resource."""
    return resource.use not in _NEVER and bool(roles_over(sight, unit))


def _fitting(sight: Sight, row: MaskedRow, known: Definitions, today: dt.date) -> Iterator[Purpose]:
    """The purposes of the reader's roles that cover a masked field of this row."""
    if not may_reveal(sight, row.unit, row.resource):
        return
    roles = roles_over(sight, row.unit)
    for purpose in known.purposes.values():
        if purpose.since <= today and roles & set(purpose.roles) and any(map(purpose.covers, row.fields)):
            yield purpose


def offered(
    sight: Sight, row: MaskedRow, abouts: Iterable[About], known: Definitions, today: dt.date
) -> list[Purpose]:
    """The purposes for which the reader may look at this row now: those about a matter at hand come first."""
    kinds = {about.kind for about in abouts}
    fitting = _fitting(sight, row, known, today)
    there = [one for one in fitting if not one.about or kinds & set(one.about)]
    return sorted(there, key=lambda one: not one.about)


def not_offered(
    sight: Sight, row: MaskedRow, abouts: Iterable[About], known: Definitions, today: dt.date
) -> list[str]:
    """Why the other purposes of the reader's roles are not there, in words."""
    there = {one.key for one in offered(sight, row, abouts, known, today)}
    return [
        f"{one.title}：没有可作依据、未办结的{'、'.join(ABOUT_WORDS[kind] for kind in one.about)}"
        for one in _fitting(sight, row, known, today)
        if one.key not in there
    ]


def faults(
    purpose: Purpose, fields: Collection[Field], about: About | None, reason: str
) -> Iterator[tuple[str, str]]:
    """What is wrong with what is asked: the part of the form, and how to mend it."""
    if not fields:
        yield "fields", "请勾选要看的数据项"
    elif beyond := [field.title for field in fields if not purpose.covers(field)]:
        yield "fields", f"事由“{purpose.title}”不能看：{'、'.join(beyond)}"
    if purpose.about and (about is None or about.kind not in purpose.about):
        words = "、".join(ABOUT_WORDS[kind] for kind in purpose.about)
        yield "about", f"事由“{purpose.title}”须选一件未办结的{words}"
    if purpose.reason and len(reason) < LEAST_REASON:
        yield "reason", f"请写明原因，不少于{LEAST_REASON}个字"
    if _NUMBERS.search(re.sub(r"[\s-]", "", reason)):
        yield "reason", "原因里不要写证件号码、电话等号码"
