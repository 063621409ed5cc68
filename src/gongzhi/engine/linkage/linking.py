"""From rows to taxpayers: a cascade of ever weaker evidence, each step taking what the one before left
open."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from .register import Register
from .run import Run
from .tiers import by_code, by_core, by_name, by_score


@dataclass(frozen=True)
class Links:
    """The answer of :func:`link`.

    ``links``: one row per input row: ``row``, ``entity`` (null unless linked), ``method`` (code,
    organisation_code, old_code, name, former_name, core_name, scored, decision, none), ``score`` (0–1),
    ``status`` (linked, doubtful, unlinked, conflict), ``branch_of`` (the registered whole of which an
    unlinked row names a part). ``candidates``: for doubtful and conflicting rows ``row``, ``entity``,
    ``score`` and ``why``, a struct of the features of :mod:`pairs`; best first, ten at most.
    """

    links: pl.DataFrame
    candidates: pl.DataFrame


def link(rows: pl.DataFrame, register: Register, decisions: pl.DataFrame | None = None) -> Links:
    """Say for every row which registered taxpayer it is about.

    ``rows``: ``row`` (UInt32, unique) and, where there are any, ``code`` (canonical) with ``code_kind``,
    ``organisation_code``, ``name``, ``address``, ``phone_token``, ``person_token``, ``day`` (Date: when the
    row was true; it tells names apart that were borne at different times). ``decisions``: ``key`` (see
    :func:`decisions.row_keys`), ``entity``, ``verdict`` ('same' or 'different'); what a person decided stands
    above all. A mention never makes a taxpayer: what joins nothing stays unlinked.
    """
    run = Run(rows, register, decisions)
    for tier in (by_code, by_name, by_core, by_score):
        tier(run)
    return Links(*run.finish())
