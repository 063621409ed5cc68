"""A snapshot is a list of batches; a session opens it read-only in memory and runs restricted SQL.

DuckDB stores nothing. The session can read the files of its snapshot and nothing else: no other path,
no network, no extension, and its settings are locked (security.md 3.6).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

import duckdb
import polars as pl

Files = Mapping[str, Sequence[str]]
_AGAIN_SECONDS = 0.05
"""How often a stop is repeated: the first may fall between two queries, where it stops nothing."""


class TooLong(Exception):
    """The time allowed was over before the queries were."""


@dataclass(frozen=True)
class Snapshot:
    """Which files of the lake stand for which table; tables without files are empty."""

    root: Path
    files: Files
    empties: Mapping[str, pl.DataFrame] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Identity of the snapshot: SM3 (hex) over its sorted file names (files never change)."""
        names = sorted(f"{table}\0{name}" for table, found in self.files.items() for name in found)
        return hashlib.new("sm3", "\n".join(names).encode()).hexdigest()


class Session:
    """An in-memory DuckDB over one snapshot. Use as a context manager.

    `frames` are further tables given in memory (links, parameters, the ops facts of the register).
    """

    def __init__(
        self,
        snapshot: Snapshot,
        frames: Mapping[str, pl.DataFrame] | None = None,
        *,
        memory: str = "2GB",
        threads: int = 2,
    ) -> None:
        self._connection = duckdb.connect(":memory:")
        self._snapshot = snapshot
        self._over = Event()
        self._settle(memory, threads)
        for table, empty in snapshot.empties.items():
            if not snapshot.files.get(table):
                self.put(table, empty)
        for table, names in snapshot.files.items():
            if names:
                self._open(table, names)
        for table, frame in (frames or {}).items():
            self.put(table, frame)
        self._connection.execute("SET lock_configuration = true")

    def _settle(self, memory: str, threads: int) -> None:
        run = self._connection.execute
        run("SET memory_limit = ?", [memory])
        run("SET threads = ?", [threads])
        run("SET parquet_metadata_cache = true")  # files of the lake never change
        run("SET autoinstall_known_extensions = false")
        run("SET autoload_known_extensions = false")
        run("SET allow_community_extensions = false")
        run("SET allowed_directories = ?", [[str(self._snapshot.root.resolve())]])
        run("SET enable_external_access = false")

    def _open(self, table: str, names: Sequence[str]) -> None:
        paths = [str((self._snapshot.root / name).resolve()) for name in names]
        shape = self._snapshot.empties.get(table)
        if shape is None:
            self._connection.read_parquet(paths, union_by_name=True).create_view(table)
            return
        # Columns that a definition gained after these files were written are there, and empty.
        self._connection.read_parquet(paths, union_by_name=True).create_view(f"{table}__files")
        self.put(f"{table}__shape", shape)
        self._connection.execute(
            f"CREATE VIEW {table} AS FROM {table}__shape UNION ALL BY NAME FROM {table}__files"
        )

    def put(self, table: str, frame: pl.DataFrame) -> None:
        """Hold a frame as a table of this session; `table` is a name that the caller made, not text."""
        self._connection.from_arrow(frame.to_arrow()).create(table)

    def drop(self, table: str) -> None:
        """Let go of a table that `put` made."""
        self._connection.execute(f"DROP TABLE {table}")

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> pl.DataFrame:
        """Run one SELECT (parsed and restricted by the caller) and return its rows."""
        if self._over.is_set():
            raise TooLong
        try:
            result = self._connection.execute(sql, dict(parameters or {}))
            found = result.to_arrow_table()
        except duckdb.InterruptException as error:
            if self._over.is_set():
                raise TooLong from error
            raise
        return pl.from_arrow(found)  # type: ignore[return-value]  # a table gives a frame

    @contextmanager
    def limited(self, seconds: float | None) -> Iterator[None]:
        """Queries inside take no longer than `seconds` together: the one under way is stopped, with TooLong.

        None sets no limit. The session goes on being usable afterwards.
        """
        if seconds is None:
            yield
            return
        ended = Event()

        def watch() -> None:
            if ended.wait(seconds):
                return
            self._over.set()
            while not ended.wait(_AGAIN_SECONDS):
                self.interrupt()

        watcher = Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            ended.set()
            watcher.join()
            self._over.clear()

    def interrupt(self) -> None:
        """Stop the query under way (callable from another thread)."""
        self._connection.interrupt()

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
