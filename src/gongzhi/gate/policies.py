"""The policy that every view carries; a view without one stops the start (see `checks`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Policy:
    """Who may call a view: everybody, whoever is signed in, or whoever holds one of `duties`.

    Of kind `machine` the caller is a machine that signs its call, and nobody's session counts. `stream`:
    its body may be a whole file, which is set aside on disk as it comes. `together`: where nothing about it
    asks for a closer look, it is let in, carried out and answered in one transaction with others.

    `fresh` lets a person in whose sign-in is not complete (second factor, first or aged password), and
    only while this very page is the one that is still due: only the pages that do just that carry it.
    """

    kind: str
    duties: tuple[str, ...] = ()
    fresh: bool = False
    stream: bool = False
    together: bool = False

    def __call__(self, view: View) -> View:
        view.gongzhi_policy = self  # type: ignore[attr-defined]  # how Django views carry marks
        return view


public = Policy("public")
"""Policy of pages without sign-in: login, health, static texts."""


def signed_in(*, fresh: bool = False) -> Policy:
    """Policy of pages for everybody who is signed in."""
    return Policy("signed_in", fresh=fresh)


def needs(*duties: str) -> Policy:
    """Policy of pages for holders of at least one of the duties."""
    if not duties:
        raise ValueError("a policy needs at least one duty")
    return Policy("duty", duties)


def signed(*duties: str, stream: bool = False, together: bool = False) -> Policy:
    """Policy of what machines call: a signed call of a key that holds at least one of the duties."""
    if not duties:
        raise ValueError("a policy needs at least one duty")
    return Policy("machine", duties, stream=stream, together=together)


def policy_of(view: Callable[..., Any]) -> Policy | None:
    found: Policy | None = getattr(view, "gongzhi_policy", None)
    return found
