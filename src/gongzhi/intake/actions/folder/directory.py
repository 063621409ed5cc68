"""A folder that others write to as well: nothing in it is reached through a link, nothing outside it at all.

Every step goes by an open descriptor and a single name (`openat`, O_NOFOLLOW), so that swapping a folder for
a link between looking and opening gains nothing.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Entry:
    """Something in a folder, as it looks now. `kind`: folder, file, or other (links, pipes, devices)."""

    name: str
    kind: str
    size: int
    changed_ns: int


class Directory:
    """An open folder below the root; `parts` are the names that lead to it."""

    def __init__(self, descriptor: int, parts: tuple[str, ...] = ()) -> None:
        self._at, self.parts = descriptor, parts

    def entry(self, name: str) -> Entry:
        """One thing that lies here; OSError when it does not."""
        return _entry(name, os.stat(_single(name), dir_fd=self._at, follow_symlinks=False))

    def entries(self) -> Iterator[Entry]:
        """What lies here, by name; what is gone before it was looked at is left out."""
        for name in sorted(os.listdir(self._at)):
            with suppress(FileNotFoundError):
                yield self.entry(name)

    @contextmanager
    def below(self, name: str, *, make: bool = False) -> Iterator[Directory]:
        """A folder in this one; OSError when it is none (a link is none) or may not be read."""
        if make:
            with suppress(FileExistsError):  # opened next, unless it is something else
                os.mkdir(_single(name), 0o777, dir_fd=self._at)
        descriptor = os.open(_single(name), _FOLDER, dir_fd=self._at)
        try:
            yield Directory(descriptor, (*self.parts, name))
        finally:
            os.close(descriptor)

    def copy(self, name: str, target: Path, limit: int) -> Entry:
        """Copy a plain file to `target`; how it looked after the last byte. OSError for anything else."""
        opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=self._at)
        with os.fdopen(opened, "rb") as source, target.open("xb") as out:
            if not stat.S_ISREG(os.fstat(opened).st_mode):
                raise OSError("not a plain file")
            left = limit + 1
            while left > 0 and (chunk := source.read(min(_CHUNK, left))):
                left -= len(chunk)
                out.write(chunk)
            return _entry(name, os.fstat(opened))

    def put(self, name: str, content: bytes) -> None:
        """Write a file whole or not at all, in the place of one of this name; through no link."""
        aside = f".{secrets.token_hex(8)}.part"
        opened = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666, dir_fd=self._at)
        try:
            with os.fdopen(opened, "wb") as out:
                out.write(content)
            os.rename(aside, name, src_dir_fd=self._at, dst_dir_fd=self._at)
        except BaseException:
            os.unlink(aside, dir_fd=self._at)
            raise

    def move(self, name: str, other: Directory, new: str) -> None:
        """Move a file to another folder of the same root."""
        os.rename(name, new, src_dir_fd=self._at, dst_dir_fd=other._at)


def _entry(name: str, found: os.stat_result) -> Entry:
    kind = "folder" if stat.S_ISDIR(found.st_mode) else "file" if stat.S_ISREG(found.st_mode) else "other"
    return Entry(name, kind, found.st_size, found.st_mtime_ns)


@contextmanager
def opened(root: str, parts: Sequence[str] = (), *, make: bool = False) -> Iterator[Directory]:
    """The folder that `parts` lead to below `root`, a name at a time. `root` itself may be a link."""
    with ExitStack() as stack:
        descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        stack.callback(os.close, descriptor)
        here = Directory(descriptor)
        for name in parts:
            here = stack.enter_context(here.below(name, make=make))
        yield here


def _single(name: str) -> str:
    if name in {"", ".", ".."} or "/" in name:
        raise OSError("not a single name")
    return name
