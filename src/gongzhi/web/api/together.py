"""Write what several calls bring in one transaction: whoever comes while one is being written joins the next.

The first to come writes at once, alone; nobody waits for company. So a quiet door answers as fast as before,
and the busier it is, the more calls share a transaction and its sync.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(eq=False)
class _Place(Generic[T]):
    """A place in the queue; `turn` comes when it was written, or when it is its turn to write."""

    content: T
    turn: threading.Event = field(default_factory=threading.Event)
    done: bool = False
    error: BaseException | None = None


class Together(Generic[T]):
    """A queue before `write`, which one of those who wait calls for itself and for those behind it.

    `write` writes all or nothing. When it raises `apart`, one of them does not go with the others: then each
    is written by itself. Whatever else it raises, each of them raises.
    """

    def __init__(self, write: Callable[[Sequence[T]], None], *, most: int, apart: type[Exception]) -> None:
        self._write, self._most, self._apart = write, most, apart
        self._guard = threading.Lock()
        self._waiting: list[_Place[T]] = []
        self._writing = False

    def put(self, content: T) -> None:
        """Return when it is written; raise what writing it has raised."""
        place = _Place(content)
        with self._guard:
            self._waiting.append(place)
            first, self._writing = not self._writing, True
        if not first:
            place.turn.wait()
        if not place.done:
            self._lead()
        if place.error is not None:
            raise place.error

    def _lead(self) -> None:
        """Write the first of the queue (the caller's own place leads it), then pass the turn on."""
        with self._guard:
            mine, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        if isinstance(self._written(mine), self._apart) and len(mine) > 1:
            for place in mine:
                self._written([place])
        with self._guard:
            follower = self._waiting[0] if self._waiting else None
            self._writing = follower is not None
        for place in [*mine, *filter(None, [follower])]:
            place.turn.set()

    def _written(self, places: Sequence[_Place[T]]) -> BaseException | None:
        """Write them; what that has raised is raised by each of them in its own thread (`put`)."""
        error: BaseException | None = None
        try:
            self._write([place.content for place in places])
        except BaseException as raised:
            error = raised
        for place in places:
            place.done, place.error = True, error
        return error
