"""Write what several calls bring in one transaction: whoever comes while one is being written joins the next.

Whoever writes waits a moment for those who are known to be on the way (`coming`), and for nobody else. So
a quiet door answers as fast as if each wrote by itself, and the busier it is, the more calls share a
transaction, its statements and its sync.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")
PATIENCE = 0.02
"""Seconds for which those on the way are waited for. Longer, and the processors would idle meanwhile."""


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
        self._all_here = threading.Condition(self._guard)
        self._coming = 0
        self._way = threading.Lock()
        self._here = threading.local()
        self._waiting: list[_Place[T]] = []
        self._writing = False

    @contextmanager
    def coming(self) -> Iterator[None]:
        """This thread is on the way to `put`, or will turn out not to come.

        One at a time is: what is reckoned on the way uses one processor at most (Python's lock), and many
        that wait for that lock slow each other down. Nothing that takes long without reckoning belongs here.
        """
        with self._guard:
            self._coming += 1
        self._way.acquire()
        self._here.expected = True
        try:
            yield
        finally:
            with self._guard:
                self._arrived()

    def _arrived(self) -> None:
        """This thread is expected no longer, however often it says so; the guard is held."""
        if getattr(self._here, "expected", False):
            self._here.expected = False
            self._coming -= 1
            self._way.release()
            if not self._coming:
                self._all_here.notify_all()

    def put(self, content: T) -> None:
        """Return when it is written; raise what writing it has raised."""
        place = _Place(content)
        with self._guard:
            self._waiting.append(place)
            self._arrived()
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
            self._all_here.wait_for(lambda: not self._coming or len(self._waiting) >= self._most, PATIENCE)
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
