"""What was found in files of the lake, kept for the next page while it is small.

Files never change, so what was found in them never goes stale; the oldest goes when there is too much.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

import polars as pl

MOST_BYTES = 128 << 20


class Kept:
    """Frames by name, up to so many bytes together; one that takes more than half of that is not kept."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._frames: OrderedDict[Hashable, pl.DataFrame] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, name: Hashable, find: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        """The frame of this name, found now where it is not kept."""
        with self._lock:
            if name in self._frames:
                self._frames.move_to_end(name)
                return self._frames[name]
        found = find()
        with self._lock:
            self._keep(name, found)
        return found

    def clear(self) -> None:
        with self._lock:
            self._frames.clear()
            self._bytes = 0

    def _keep(self, name: Hashable, found: pl.DataFrame) -> None:
        size = int(found.estimated_size())
        if name in self._frames or size > self._most // 2:
            return
        self._frames[name] = found
        self._bytes += size
        while self._bytes > self._most:
            _, gone = self._frames.popitem(last=False)
            self._bytes -= int(gone.estimated_size())
