"""From which resources the taxpayer register is made (design.md 3 "link")."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field as Also
from pydantic import StringConstraints, model_validator

from .strict import Key, Strict, Text, Title


class RegisterSource(Strict):
    """A table whose rows make taxpayers, and which of its columns say what.

    `where` limits the rows (column → values). Of several rows with one code the one with the greatest
    `latest_by` counts, then the one handed in last. A source with a higher `rank` overrides a lower one.
    """

    table: Key
    origin: Literal["bureau", "market"]
    rank: Annotated[int, Also(ge=1)]
    where: dict[Key, tuple[Title, ...]] = {}
    latest_by: Key | None = None
    code: Key
    name: Key
    old_code: Key | None = None
    former_name: Key | None = None
    kind: Key | None = None
    status: Key | None = None
    scale: Key | None = None
    industry: Key | None = None
    address: Key | None = None
    street: Key | None = None
    phone: Key | None = None
    person: Key | None = None
    opened_on: Key | None = None
    closed_on: Key | None = None

    @property
    def columns(self) -> dict[str, str]:
        """What the register calls it → the field of the table."""
        named = self.model_dump(exclude={"table", "origin", "rank", "where", "latest_by"})
        return {key: str(column) for key, column in named.items() if column}


class Coverage(Strict):
    """Which taxpayers of the register should appear in a table, as the party `role`; `counted` says so.

    Bounded by kind, by the first digits of the industry (GB/T 4754, without its letter) and by status.
    `confirm_locally` marks a reading that the office must check.
    """

    table: Key
    role: Key
    kinds: tuple[Title, ...] = ()
    industries: tuple[Annotated[str, StringConstraints(pattern=r"^\d{2,4}$")], ...] = ()
    statuses: tuple[Title, ...] = ()
    counted: Text
    confirm_locally: bool = False

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if not (self.kinds or self.industries):
            raise ValueError("kinds 与 industries 至少写一个")
        return self


class RegisterFile(Strict):
    sources: Annotated[tuple[RegisterSource, ...], Also(min_length=1)]
    coverage: tuple[Coverage, ...] = ()

    @model_validator(mode="after")
    def _ranked(self) -> Self:
        if len({source.rank for source in self.sources}) < len(self.sources):
            raise ValueError("rank 不得重复")
        return self
