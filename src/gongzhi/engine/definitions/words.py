"""Texts that users read and words that builders use: findings, roles, glossary."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field as Also
from pydantic import model_validator

from .purpose import Quota
from .resource import FieldType, Sensitivity
from .strict import Key, Strict, Text, Title


class Finding(Strict):
    """What a fault is called and says; `{places}` are filled with what was found.

    `severity`: block sets the row aside, explain lets it in and asks why, hint informs; refuse turns
    the whole file away; repair says what was put right on reading. `waivable`: the office may agree with a
    unit that this is not asked of it until a day; never what the law asks, or what leaves nothing to keep.
    `cuts`: what it is about was more than may be handed in; it is kept nowhere and in no copy handed on.
    """

    code: Key
    title: Title
    severity: Literal["refuse", "block", "explain", "hint", "repair"]
    waivable: bool = False
    cuts: bool = False
    message: Text
    mend: Text

    @model_validator(mode="after")
    def _asked(self) -> Self:
        if self.waivable and self.severity not in {"block", "explain"}:
            raise ValueError("waivable 只用于 block、explain")
        return self


class FindingsFile(Strict):
    findings: tuple[Finding, ...]


class Role(Strict):
    """A role of the house with its duties; it and a role in `excludes` are never one
    person's, whichever of the two names the other.

    A role of scope `machine` is nobody's: it says what a key of a unit's machine may do.
    """

    key: Key
    title: Title
    purpose: Title
    scope: Literal["own_unit", "own_cell", "all_units", "own_taxpayer", "system", "public", "machine"]
    duties: tuple[Key, ...]
    clause: Title | None = None
    excludes: tuple[Key, ...] = ()
    second_factor: bool = True
    quota: Quota | None = None  # how much of personal data its holder may look at
    handbook: Title | None = None  # which handbook of docs/handbook is written for its holder


class Duty(Strict):
    """Something that may be done or seen; the gate decides on duties, never on roles.

    `opens` names the sensitivities beyond `open` that come into sight with it (design.md 5): who has no
    duty that opens `tax` never sees an amount that was declared or paid. Whoever holds a duty of `apart`,
    through whatever role, does not hold this one.
    """

    key: Key
    title: Title
    clause: Title | None = None  # of the notice, or the rule that demands it
    opens: tuple[Sensitivity, ...] = ()
    apart: tuple[Key, ...] = ()


class RolesFile(Strict):
    duties: tuple[Duty, ...]
    roles: Annotated[tuple[Role, ...], Also(min_length=1)]


class Term(Strict):
    """One concept with the one English word that code, tests and pages' addresses use for it."""

    chinese: Title
    english: Title
    meaning: Text | None = None
    avoid: tuple[Title, ...] = ()  # English words that must not be used for it


class GlossaryFile(Strict):
    terms: tuple[Term, ...]


class TypeChange(Strict):
    """To which types a column may change in a new edition and still be one column with what was accepted."""

    source: FieldType
    targets: Annotated[tuple[FieldType, ...], Also(min_length=1)]
    note: Text


class CompatibleFile(Strict):
    changes: tuple[TypeChange, ...]
