"""Sight: the one place that decides who may do and see what (notice, 三(三)).

A policy on every URL, scope on every query, default deny. It has no tables of its own: it learns
grants, lets signed calls of machines in and writes refusals through three small protocols that `web`
binds at start.
"""

from .asked import number_in, text_in
from .decisions import Decision, allowed, explain
from .policies import Policy, needs, public, signed, signed_in
from .sight import (
    KEPT,
    NOBODY,
    CallDoor,
    Everywhere,
    GrantSource,
    RefusalLog,
    Sight,
    bind,
    refuse,
    sight_of,
)

__all__ = [
    "KEPT", "NOBODY", "CallDoor", "Decision", "Everywhere", "GrantSource", "Policy", "RefusalLog", "Sight",
    "allowed", "bind", "explain", "needs", "number_in", "public", "refuse", "sight_of", "signed", "signed_in",
    "text_in",
]  # fmt: skip
