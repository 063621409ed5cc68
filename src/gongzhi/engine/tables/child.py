"""Children for the cage: one for each file, and one may be started ahead.

A child needs a fifth of a second to load what reads tables, as long as a small file takes to be read.
A process that will read again soon calls `warm`, and the next child loads while something else is done.
The file comes to the child through a socket, when there is one to read.
"""

from __future__ import annotations

import atexit
import os
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass

from gongzhi import ALLOCATOR, KEEPING

_BOOT = (
    "import sys; sys.path[:] = sys.argv[2:]; "
    "from gongzhi.engine.tables.cage import main; main(int(sys.argv[1]))"
)


@dataclass(frozen=True)
class Child:
    """A child that waits for its file at the other end of `door`; `owner` is the process that started it."""

    reader: subprocess.Popen[bytes]
    door: socket.socket
    owner: int

    def give(self, fds: tuple[int, int, int]) -> None:
        """File, letter and parcel, once."""
        with self.door:
            socket.send_fds(self.door, [b"\0"], fds)


_lock = threading.Lock()
_spare: list[Child] = []


def warm() -> None:
    """Start the child of the next `read` now, unless one waits already.

    It ends with the thread that calls this, so that has to be one that lives on.
    """
    with _lock:
        if not any(map(_usable, _spare)):
            _spare[:] = [_start()]


def take() -> Child:
    """The child that waits, or a new one."""
    with _lock:
        child = _spare.pop() if _spare else None
    return child if child and _usable(child) else _start()


@atexit.register
def _dismiss() -> None:
    """Nobody will read any more."""
    for child in _spare:
        if child.owner == os.getpid():
            child.door.close()
            with child.reader as reader:
                reader.kill()


def _usable(child: Child) -> bool:
    return child.owner == os.getpid() and child.reader.poll() is None


def _start() -> Child:
    door, inside = socket.socketpair()
    with inside:
        reader = subprocess.Popen(  # noqa: S603 - our own interpreter with our own code, arguments are a number and paths
            [sys.executable, "-I", "-X", "utf8", "-c", _BOOT, str(inside.fileno()), *sys.path],
            pass_fds=[inside.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={
                "LANG": "C.UTF-8",
                "POLARS_MAX_THREADS": str(min(4, os.cpu_count() or 1)),
                "OPENBLAS_NUM_THREADS": "1",
                ALLOCATOR: KEEPING,
            },
            cwd="/",
        )
    return Child(reader, door, os.getpid())
