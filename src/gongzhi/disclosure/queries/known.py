"""The definitions in force, which a room above keeps; it is bound when the application starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone

from gongzhi.engine.definitions import Definitions


@dataclass
class _Bound:
    source: Callable[[], Definitions] | None = None


_bound = _Bound()


def bind_definitions(source: Callable[[], Definitions]) -> None:
    """Tell this room where the definitions in force are; called once when the application starts."""
    _bound.source = source


def in_force() -> Definitions:
    """The definitions that count today, as the editions say: purposes, roles, quotas, what stands apart."""
    if _bound.source is None:
        raise RuntimeError("disclosure is not bound to the definitions in force")
    return _bound.source()


def number_of(key: str) -> int:
    """A number of the definitions, as of today."""
    value = in_force().parameters[key].at(timezone.localdate())
    if value is None:
        raise RuntimeError(f"{key} has no value today")
    return int(value.value)
