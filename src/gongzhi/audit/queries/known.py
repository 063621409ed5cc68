"""The definitions in force for the rooms below `editions`, which keeps them; bound when the house starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gongzhi.engine.definitions import Definitions


@dataclass
class _Bound:
    source: Callable[[], Definitions] | None = None


_bound = _Bound()


def bind_definitions(source: Callable[[], Definitions]) -> None:
    """Tell the rooms where the definitions in force are; called once when the application starts."""
    _bound.source = source


def in_force() -> Definitions:
    """The definitions that count today, as the editions say: units, roles, purposes, quotas."""
    if _bound.source is None:
        raise RuntimeError("the rooms below editions are not bound to the definitions in force")
    return _bound.source()
