"""For what somebody may look at personal data: purposes, quotas, and the duties that stand apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field as Also
from pydantic import model_validator

from .resource import Field, FieldType, Sensitivity
from .strict import Key, Location, Source, Strict, Text, Title

if TYPE_CHECKING:
    from .contents import Definitions

REVEAL = "reveal_person"
"""The duty without which nobody looks at personal data, whatever the purpose."""


class Purpose(Strict):
    """事由: why one row's personal values may be shown (notice, 三(三); personal information law 6, 34).

    `about` says for which kinds of open matter it is; where it is empty a reason in words is asked. Only
    fields of the types in `fields` are shown, and sensitive ones only with `sensitive`.
    """

    key: Key
    title: Title
    meaning: Text
    document: Title
    clause: Title
    basis: Annotated[tuple[Title, ...], Also(min_length=1)]
    since: dt.date
    roles: Annotated[tuple[Key, ...], Also(min_length=1)]
    fields: Annotated[tuple[FieldType, ...], Also(min_length=1)]
    sensitive: bool = False
    about: tuple[Literal["hit", "work"], ...] = ()
    reason: bool = False

    @model_validator(mode="after")
    def _grounded(self) -> Self:
        if not self.about and not self.reason:
            raise ValueError("about 和 reason 至少有一个：没有依据的事由不能查看")
        return self

    def covers(self, field: Field) -> bool:
        """Whether a field may be shown for this purpose."""
        return field.type in self.fields and (self.sensitive or field.sight is not Sensitivity.SENSITIVE)


class Quota(Strict):
    """How many rows' personal values a role may look at: in a day, and within some minutes."""

    day: Annotated[int, Also(ge=1, le=1_000)]
    burst: Annotated[int, Also(ge=1, le=100)]
    minutes: Annotated[int, Also(ge=1, le=60)]


def purpose_faults(definitions: Definitions, source: Source) -> Iterator[tuple[Location, str]]:
    """Roles that a purpose names and that nobody knows.

    A role that lacks the duty is no fault: it looks at nothing, and an older edition of the roles may stand
    beside a newer purpose.
    """
    for place, key in enumerate(source.value["roles"]):
        if key not in definitions.roles:
            yield ("roles", place), f"没有这个角色：{key}"


def apart_faults(definitions: Definitions, source: Source) -> Iterator[tuple[Location, str]]:
    """Roles that hold duties which no role may hold together, or a quota for looking without that duty."""
    for place, duty in enumerate(source.value["duties"]):
        for other in duty.get("apart", ()):
            if other not in definitions.duties:
                yield ("duties", place, "apart"), f"没有这个职责：{other}"
    for place, role in enumerate(source.value["roles"]):
        held = set(role["duties"])
        for duty in definitions.duties.values():
            if duty.key in held and (clash := sorted(held & set(duty.apart))):
                yield ("roles", place, "duties"), f"{duty.key} 不得与 {'、'.join(clash)} 由同一角色承担"
        if "quota" in role and REVEAL not in held:
            yield ("roles", place, "quota"), f"没有职责 {REVEAL} 的角色没有限额"
