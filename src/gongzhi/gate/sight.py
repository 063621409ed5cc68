"""What a person may do, and where: the grants in force, once per request, never changed in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol


class Everywhere:
    """The scope without bounds: contains every unit and every cell."""

    def __contains__(self, _: object) -> bool:
        return True

    def __repr__(self) -> str:
        return "everywhere"


EVERYWHERE = Everywhere()
KEPT = "kept"
"""Names in the sign-in's address to where something was sent that must not be lost."""


@dataclass(frozen=True)
class Held:
    """One grant in force: the duties of a role, in a unit or a grid cell or everywhere."""

    role: str
    duties: frozenset[str]
    unit: str | None = None
    cell: str | None = None
    everywhere: bool = False


@dataclass(frozen=True)
class Sight:
    """A person's grants as of one moment; the empty sight may do nothing."""

    person: str | None
    name: str = ""
    unit: str | None = None
    held: tuple[Held, ...] = ()
    duties: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "duties", frozenset().union(*(held.duties for held in self.held)))

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(held.role for held in self.held))

    def has(self, duty: str) -> bool:
        return duty in self.duties

    def units(self, duty: str) -> frozenset[str] | Everywhere:
        """The units for which the duty is held; `Everywhere` when it is bound to none."""
        holding = [held for held in self.held if duty in held.duties]
        if any(held.everywhere for held in holding):
            return EVERYWHERE
        return frozenset(held.unit for held in holding if held.unit)

    def cells(self, duty: str) -> frozenset[str] | Everywhere:
        """The grid cells (code prefixes) for which the duty is held."""
        holding = [held for held in self.held if duty in held.duties]
        if any(held.everywhere for held in holding):
            return EVERYWHERE
        return frozenset(held.cell for held in holding if held.cell)


NOBODY = Sight(person=None)


class GrantSource(Protocol):
    """Where grants come from (bound to the room `organisation`)."""

    def sight_of(self, user: Any) -> Sight: ...

    def known_duties(self) -> Iterable[str]: ...

    def unfinished(self, user: Any) -> str | None:
        """The path where the user must go before anything else; None when the sign-in is complete."""
        ...


class CallDoor(Protocol):
    """Where signed calls of machines are let in or turned away (bound to the room `organisation`)."""

    def admit(self, request: Any, *, stream: bool) -> Any:
        """In whose name the call is done; raises what the door answers with when it is not let in."""
        ...


class RefusalLog(Protocol):
    """Where refusals go (bound to the room `audit`)."""

    def refused(self, sight: Sight, duty: str, target: str, reason: str) -> None: ...


@dataclass
class _Bound:
    grants: GrantSource | None = None
    refusals: RefusalLog | None = None
    calls: CallDoor | None = None


_bound = _Bound()


def bind(*, grants: GrantSource, refusals: RefusalLog, calls: CallDoor) -> None:
    """Tell the gate where grants, refusals and calls live; called once when the application starts."""
    _bound.grants, _bound.refusals, _bound.calls = grants, refusals, calls


def sight_of(user: Any) -> Sight:
    """The sight of a signed-in user; `NOBODY` for everybody else. Cached on the user object."""
    if user is None or not getattr(user, "is_authenticated", False):
        return NOBODY
    cached: Sight | None = getattr(user, "_gongzhi_sight", None)
    if cached is None:
        cached = source().sight_of(user)
        user._gongzhi_sight = cached
    return cached


def source() -> GrantSource:
    if _bound.grants is None:
        raise RuntimeError("the gate is not bound to a source of grants")
    return _bound.grants


def caller_of(request: Any, *, stream: bool) -> Any:
    """In whose name a signed call is done."""
    if _bound.calls is None:
        raise RuntimeError("the gate is not bound to a door for calls")
    return _bound.calls.admit(request, stream=stream)


def refuse(sight: Sight, duty: str, target: str, reason: str) -> None:
    """Write down that something was refused."""
    if _bound.refusals is None:
        raise RuntimeError("the gate is not bound to a log of refusals")
    _bound.refusals.refused(sight, duty, target, reason)
