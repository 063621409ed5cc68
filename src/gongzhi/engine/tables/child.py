"""Children for the cage, one for each file, forked from a process that has loaded what reads tables.

To load it takes a third of a second of the processor, longer than a small file takes to be read; a fork takes
a few thousandths. A process starts its nursery with the first file that it reads, or ahead by `warm`.
"""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from gongzhi import ALLOCATOR, KEEPING

_BOOT = (
    "import sys; sys.path[:] = sys.argv[2:]; "
    "from gongzhi.engine.tables.nursery import main; main(int(sys.argv[1]))"
)
_LONGEST_START = 120
"""Seconds until a child has to be there; a busy machine may take some."""

_UNTOLD = 255
"""The status of a child whose nursery was killed, and it with it."""


class NotBornError(Exception):
    """No child could be had, twice; the text is what the process said that should have borne it."""


@dataclass(frozen=True)
class Child:
    """A child at work: its number, its descriptor, and the line on which its end is told."""

    pid: int
    handle: int
    line: socket.socket

    def kill(self) -> None:
        """End it, if it has not ended yet."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.handle, signal.SIGKILL)

    def status(self) -> int:
        """Wait for its end: its exit code, or the negative number of the signal that killed it."""
        said = self.line.recv(16)
        return int(said) if said else _UNTOLD


@dataclass(frozen=True)
class _Nursery:
    running: subprocess.Popen[bytes]
    door: socket.socket
    complaints: int
    owner: int

    def usable(self) -> bool:
        return self.owner == os.getpid() and self.running.poll() is None

    def end(self) -> str:
        """Close it; what it said while it ran."""
        self.door.close()
        with self.running as running:
            running.kill()
        said = os.pread(self.complaints, 4000, 0).decode("utf-8", "replace")
        os.close(self.complaints)
        return said


_lock = threading.Lock()
_open: list[_Nursery] = []


def warm() -> None:
    """Start the nursery now, unless it is there already: it loads while something else is done."""
    with _lock:
        _nursery()


@contextmanager
def born(fds: tuple[int, int, int, int]) -> Iterator[Child]:
    """A child that has file, letter and parcel, and complains to the fourth. Ended at the end, if it was not.

    A nursery that has ended meanwhile (idle for long, or killed) is replaced once; NotBornError after that.
    """
    child = _asked(fds) or _asked(fds)
    if child is None:
        with _lock:
            raise NotBornError(_dismiss())
    try:
        yield child
    finally:
        child.kill()
        os.close(child.handle)
        child.line.close()


def _asked(fds: tuple[int, int, int, int]) -> Child | None:
    """A child of the nursery; None when there is none to be had from it."""
    line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    line.settimeout(_LONGEST_START)
    try:
        with theirs, _lock:
            socket.send_fds(_nursery().door, [b"\0"], [theirs.fileno(), *fds])
        number, handles, *_ = socket.recv_fds(line, 16, 1)
    except OSError:
        number, handles = b"", []
    if not (number and handles):  # it ended meanwhile, or no descriptor is left here
        line.close()
        return None
    line.settimeout(None)
    return Child(int(number), handles[0], line)


def _nursery() -> _Nursery:
    """The one of this process, started when it has none."""
    if not any(one.usable() for one in _open):
        _dismiss()
        _open[:] = [_start()]
    return _open[0]


@atexit.register
def _dismiss() -> str:
    """Nobody will read any more, or not with this one; what it said while it ran."""
    said = "".join(one.end() for one in _open if one.owner == os.getpid())
    _open.clear()
    return said


def _start() -> _Nursery:
    door, inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    complaints = os.memfd_create("complaints", os.MFD_CLOEXEC)
    with inside:
        running = subprocess.Popen(  # noqa: S603 - our own interpreter with our own code, arguments are a number and paths
            [sys.executable, "-I", "-X", "utf8", "-c", _BOOT, str(inside.fileno()), *sys.path],
            pass_fds=[inside.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            env={
                "LANG": "C.UTF-8",
                "POLARS_MAX_THREADS": str(min(4, os.cpu_count() or 1)),
                "OPENBLAS_NUM_THREADS": "1",
                ALLOCATOR: KEEPING,
            },
            cwd="/",
        )
    return _Nursery(running, door, complaints, os.getpid())
