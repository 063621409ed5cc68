"""Write batches so that a crash at any point loses nothing and shows nothing half-done.

The order is that of reference/security.md 4.3: written aside, fsync, read back, renamed, folder fsync;
only then may the ledger name the file. A file that the ledger does not name is an orphan, and the
sweeper removes it. An fsync that fails is never tried again on the same file (the lesson of
PostgreSQL 2018): the attempt fails and its file becomes an orphan.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import polars as pl
import pyarrow.parquet as pq

from gongzhi.engine.crypto import file_sm3

_PAGE_BYTES = 65_536
"""Small enough that the few rows of a list's page are read without the rest of their column."""


class Damaged(Exception):
    """A file of the lake does not read back as it was written."""


@dataclass(frozen=True)
class Stored:
    """One file of the lake as the ledger keeps it: path relative to the lake, rows, bytes, SM3 (hex)."""

    path: str
    rows: int
    size: int
    digest: str


@dataclass(frozen=True)
class Loss:
    """A file that the ledger names and the lake does not hold as named."""

    path: str
    reason: str


class Lake:
    """The folder of immutable batches. Nothing in it is ever changed; files come, and orphans go."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._aside = root / "tmp"

    def path(self, stored: str) -> Path:
        """Absolute path of a stored file; refuses to leave the lake."""
        path = (self.root / stored).resolve()
        if self.root.resolve() not in path.parents:
            raise ValueError(f"{stored} lies outside the lake")
        return path

    def write(self, name: str, frame: pl.DataFrame, *, group: int = 262_144) -> Stored:
        """Store a frame as Parquet under `name` (relative, without suffix); durable when it returns.

        `group`: rows of a row group. Of sorted rows, the smaller it is, the less is read to find one.
        """

        def parquet(file: BinaryIO) -> None:
            frame.write_parquet(
                file,
                compression="zstd",
                compression_level=1,
                row_group_size=group,
                data_page_size=_PAGE_BYTES,
            )

        return self._place(f"{name}.parquet", parquet, frame.height)

    def write_bytes(self, name: str, content: bytes) -> Stored:
        """Store bytes (a sealed sidecar) under `name`; durable when it returns."""

        def whole(file: BinaryIO) -> None:
            file.write(content)

        return self._place(name, whole, 0)

    def _place(self, name: str, fill: Callable[[BinaryIO], None], rows: int) -> Stored:
        target = self.path(name)
        self._folder(target.parent)
        self._folder(self._aside)
        aside = self._aside / name.replace("/", "-")
        try:
            stored = self._set_aside(aside, name, fill, rows)
            aside.rename(target)
        except BaseException:
            # What failed is never tried again on the same file; nothing names it yet, so it may go at once.
            with contextlib.suppress(OSError):
                aside.unlink()
            raise
        _sync_folder(target.parent)
        return stored

    def _set_aside(self, aside: Path, name: str, fill: Callable[[BinaryIO], None], rows: int) -> Stored:
        """Write a file where nobody reads, durably, and read it back."""
        with aside.open("wb") as file:
            fill(file)
            file.flush()
            # The disk is waited for while the bytes are digested.
            with ThreadPoolExecutor(1) as hand:
                digesting = hand.submit(digest_of, aside)
                os.fsync(file.fileno())
        if name.endswith(".parquet") and pq.read_metadata(aside).num_rows != rows:
            raise Damaged(f"{name}: 写入后读回的行数不符")
        return Stored(name, rows, aside.stat().st_size, digesting.result())

    def _folder(self, folder: Path) -> None:
        """Make a folder of the lake; the entry of a new one is made durable in the folder above it."""
        if folder.is_dir():
            return
        if folder != self.root:
            self._folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync_folder(folder.parent)

    def discard(self, stored: Iterable[Stored]) -> None:
        """Take back files of an attempt of which it is certain that no ledger names them."""
        for one in stored:
            with contextlib.suppress(OSError):  # the sweeper takes what cannot be removed now
                self.path(one.path).unlink()

    def give_up(self, stored: str) -> None:
        """Let a file that the ledger is about to forget look new: somebody may be at reading it.

        The sweeper then leaves it the time that it leaves to a file under way.
        """
        with contextlib.suppress(FileNotFoundError):
            os.utime(self.path(stored))

    def read(self, stored: str) -> pl.DataFrame:
        return pl.read_parquet(self.path(stored))

    def files(self) -> Iterator[Path]:
        """Every file in the lake, those still aside included."""
        return (path for path in self.root.rglob("*") if path.is_file())

    def sweep(self, known: Collection[str], before: float) -> list[str]:
        """Remove orphans last changed before `before` (seconds since 1970); returns their names.

        `known` is all that the ledger names. A file younger than `before` may belong to a commit that
        is under way.
        """
        removed = []
        for path in self.files():
            name = path.relative_to(self.root).as_posix()
            try:
                if name not in known and path.stat().st_mtime < before:
                    path.unlink()
                    removed.append(name)
            except FileNotFoundError:
                continue  # another sweeper, or the commit that gave it up, was first
        return sorted(removed)

    def losses(self, ledger: Collection[Stored]) -> Iterator[Loss]:
        """Files that the ledger names but that are missing or changed; never repaired silently."""
        for stored in ledger:
            try:
                path = self.path(stored.path)
            except ValueError:
                yield Loss(stored.path, "账本上的路径不在数据湖内")
                continue
            if not path.is_file():
                yield Loss(stored.path, "文件不在")
            elif path.stat().st_size != stored.size or digest_of(path) != stored.digest:
                yield Loss(stored.path, "文件内容与账本不符")


def digest_of(path: Path) -> str:
    """SM3 (hex) of a file's bytes."""
    with path.open("rb") as file:
        return file_sm3(file).hex()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
