"""Faults from inside: every call of the commit to the file system and the database is a place to break."""

from __future__ import annotations

import builtins
import errno
import io
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from children import in_child
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from gongzhi.engine.lake import store

FILE_CALLS = ("fsync", "rename", "mkdir", "open", "unlink", "utime", "rmdir", "scandir", "stat")
KINDS = ("kill before", "kill after", "EIO", "ENOSPC", "EIO after")


class Places:
    """Counts the calls, and breaks the process at one of them. Only in a forked child."""

    def __init__(self, at: int = 0, kind: str = "") -> None:
        self.at, self.kind = at, kind
        self.count = 0
        self.names: list[str] = []

    def wrap(self) -> None:
        for name in FILE_CALLS:
            setattr(os, name, self._broken(name, getattr(os, name)))
        io.open = builtins.open = self._broken("open file", io.open)
        for owner, name in ((BaseDatabaseWrapper, "_commit"), (CursorWrapper, "_execute")):
            setattr(owner, name, self._broken(name, getattr(owner, name)))
        # What a full disk does to the rows themselves: a part is written, then it fails.
        frame = store.pl.DataFrame
        frame.write_parquet = self._broken("write rows", frame.write_parquet, torn=True)

    def _broken(self, name: str, real: Callable[..., Any], *, torn: bool = False) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            self.count += 1
            self.names.append(name)
            if self.count != self.at:
                return real(*args, **more)
            if self.kind == "kill before":
                os.kill(os.getpid(), signal.SIGKILL)
            if self.kind in {"kill after", "EIO after"}:
                result = real(*args, **more)
                if self.kind == "kill after":
                    os.kill(os.getpid(), signal.SIGKILL)
                self._close(result)
                raise self._error(name, "EIO")
            if torn:
                args[1].write(b"PAR1 torn")
            raise self._error(name, self.kind)

        return call

    @staticmethod
    def _close(result: Any) -> None:
        if isinstance(result, io.IOBase):
            result.close()

    @staticmethod
    def _error(name: str, code: str) -> Exception:
        if name in {"_commit", "_execute"}:
            return OperationalError("disk I/O error")
        return OSError(getattr(errno, code), code)


def plan(bench, taken_in, trials: int, random) -> Iterator[tuple[str, Callable[..., tuple[bool, bool]]]]:
    """Every place with every kind, as often as it takes; names of trials and what breaks them."""
    names = census(bench, taken_in)
    every = [(at, kind) for at in range(1, len(names) + 1) for kind in KINDS]
    while len(every) < trials:
        every += every
    chosen = every if len(every) == trials else random.sample(every, trials)

    def broken(at: int, kind: str) -> Callable[..., tuple[bool, bool]]:
        def trial(submission) -> tuple[bool, bool]:
            def work(acknowledge) -> None:
                Places(at, kind).wrap()
                taken_in(submission, acknowledge)

            status, said = in_child(work)
            return status != 0, bool(said)

        return trial

    for at, kind in chosen:
        yield f"{kind} at call {at} ({names[at - 1]})", broken(at, kind)


def census(bench, taken_in) -> list[str]:
    """The calls of an unbroken commit, in order."""
    submission = bench.clone()
    told = Path(bench.folder) / "census"

    def work(acknowledge) -> None:
        places = Places()
        places.wrap()
        taken_in(submission, acknowledge)
        names = list(places.names)
        told.write_text("\n".join(names))

    status, said = in_child(work)
    assert not status, "an unbroken commit failed"
    assert said
    return told.read_text().split("\n")


__all__ = ["KINDS", "Places", "census", "plan"]
