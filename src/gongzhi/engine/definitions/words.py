"""Texts that users read and words that builders use: findings, roles, glossary."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field as Also

from .resource import Key, Title
from .strict import Strict


class Finding(Strict):
    """What a fault is called and says; `{places}` are filled with what was found.

    `severity`: block sets the row aside, explain lets it in and asks why, hint informs; refuse turns
    the whole file away; repair says what was put right on reading.
    """

    code: Key
    title: Title
    severity: Literal["refuse", "block", "explain", "hint", "repair"]
    message: Title
    mend: Title


class FindingsFile(Strict):
    findings: tuple[Finding, ...]


class Role(Strict):
    """A role of the house with its duties; two roles in `excludes` are never one person's."""

    key: Key
    title: Title
    purpose: Title
    scope: Literal["own_unit", "own_cell", "all_units", "own_taxpayer", "system", "public"]
    duties: tuple[Key, ...]
    excludes: tuple[Key, ...] = ()
    second_factor: bool = True


class Duty(Strict):
    """Something that may be done or seen; the gate decides on duties, never on roles."""

    key: Key
    title: Title


class RolesFile(Strict):
    duties: tuple[Duty, ...]
    roles: Annotated[tuple[Role, ...], Also(min_length=1)]


class Term(Strict):
    chinese: Title
    english: Title
    meaning: Title | None = None
    avoid: tuple[Title, ...] = ()  # English words that must not be used for it


class GlossaryFile(Strict):
    terms: tuple[Term, ...]
