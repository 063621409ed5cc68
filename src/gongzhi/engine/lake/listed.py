"""The rows of one table as a list reads them: filtered, sorted, cut after a place.

The engine reads the columns that are filtered and sorted by and those that name a row, and no others; what
else the few rows of a page hold is then fetched from the pages of their files that hold it. So any page of a
million rows costs the same, and no copy of the rows is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import duckdb
import polars as pl

from .snapshot import Session, Snapshot

PLACE = ("_batch", "_part", "_row")
"""What names a row of the lake: every order ends with them."""
CHUNK_ROWS = 20_000
_MEMORY = "512MB"
_KEPT_OPEN = 4
_TABLE = "listed"
_SQL_TYPES = {
    pl.String: "VARCHAR", pl.Date: "DATE", pl.Int32: "INTEGER", pl.Int64: "BIGINT", pl.Boolean: "BOOLEAN",
    pl.UInt16: "USMALLINT", pl.UInt32: "UINTEGER", pl.Decimal: "DECIMAL(18, 4)",
}  # fmt: skip
_BARE = {"empty": "IS NULL", "filled": "IS NOT NULL"}
_COMPARED = {"has": "contains({}, {})", "is": "{} = {}", "from": "{} >= {}", "until": "{} <= {}"}
How = Literal["has", "is", "from", "until", "empty", "filled"]
Ordering = Sequence[str]  # names of columns, with "-" before those that go down


class BadPlace(Exception):
    """What was given as the place of a row cannot be one: a value of another type than its column's."""


@dataclass(frozen=True)
class Condition:
    """What a column must hold; `value` as its lake type writes it (whole 分, 2026-03-12)."""

    column: str
    how: How
    value: str = ""


@dataclass(frozen=True)
class ListedRows:
    """Rows of the files of one table; `files` says which file holds which batch and part.

    `types` are the columns, named by the definition of the table, never by a reader. One that the definition
    gained after a file was written is there, and empty.
    """

    root: Path
    files: Mapping[tuple[str, int], str]
    types: Mapping[str, pl.DataType]

    def count(self, conditions: Sequence[Condition]) -> int:
        """How many rows meet the conditions."""
        values: dict[str, Any] = {}
        where = self._where(conditions, values)
        return int(self._run(_said("SELECT count(*) AS n FROM", _TABLE, where), values)["n"][0])

    def keys(
        self, conditions: Sequence[Condition], ordering: Ordering, behind: Sequence[Any] | None, most: int
    ) -> tuple[pl.DataFrame, int | None]:
        """The places of up to `most` rows in order, with what they are ordered by.

        And how many rows meet the conditions, where that was counted on the way. `ordering` ends with PLACE.
        Raises BadPlace.
        """
        values: dict[str, Any] = {}
        columns = ", ".join(_quoted(name.lstrip("-")) for name in ordering)
        source, total, before = _TABLE, "NULL", ""
        if conditions:
            inner = _said("SELECT", columns, "FROM", _TABLE, self._where(conditions, values))
            before = f"WITH found AS MATERIALIZED ({inner})"
            source, total = "found", "(SELECT count(*) FROM found)"
        cut = f"WHERE {self._beyond(ordering, behind, values)}" if behind is not None else ""
        order = ", ".join(_term(name) for name in ordering)
        picked = _said("SELECT", columns, f", {total} AS _total FROM", source, cut)
        found = self._run(_said(before, picked, f"ORDER BY {order} LIMIT {int(most)}"), values)
        return found.drop("_total"), found["_total"][0] if conditions and found.height else None

    def fetch(self, keys: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
        """The rows at these places, in their order, with `columns` beside what the keys hold."""
        parts = [
            self._of_file(str(batch), int(part), rows["_row"], columns)
            for (batch, part), rows in keys.group_by("_batch", "_part")
        ]
        if not parts:
            return keys.with_columns(pl.lit(None, self.types[name]).alias(name) for name in columns)
        found = pl.concat(pl.collect_all(parts))
        return keys.join(found, on=PLACE, how="left", maintain_order="left", suffix="_again").select(
            *keys.columns, *(name for name in columns if name not in keys.columns)
        )

    def every(
        self, conditions: Sequence[Condition], ordering: Ordering, columns: Sequence[str], most: int
    ) -> Iterator[pl.DataFrame]:
        """All rows in order, up to `most`, a piece at a time: no more than their places is held."""
        keys, _ = self.keys(conditions, ordering, None, most)
        for piece in keys.iter_slices(CHUNK_ROWS):
            yield self.fetch(piece, columns)

    def _of_file(self, batch: str, part: int, rows: pl.Series, columns: Sequence[str]) -> pl.LazyFrame:
        lazy = pl.scan_parquet(self.root / self.files[batch, part], parallel="prefiltered")
        there = lazy.collect_schema().names()
        wanted = {name: self.types[name] for name in (*PLACE, *columns)}
        return lazy.filter(pl.col("_row").is_in(rows.implode())).select(
            pl.col(name).cast(kind) if name in there else pl.lit(None, kind).alias(name)
            for name, kind in wanted.items()
        )

    def _where(self, conditions: Sequence[Condition], values: dict[str, Any]) -> str:
        tests = []
        for one in conditions:
            quoted = _quoted(one.column)
            if one.how in _BARE:
                tests.append(f"{quoted} {_BARE[one.how]}")
            else:
                tests.append(_COMPARED[one.how].format(quoted, self._bound(one.column, one.value, values)))
        return f"WHERE {' AND '.join(tests)}" if tests else ""

    def _bound(self, column: str, value: Any, values: dict[str, Any]) -> str:
        name = f"v{len(values)}"
        values[name] = str(value)
        return f"CAST(${name} AS {_SQL_TYPES[type(self.types[column])]})"

    def _beyond(self, ordering: Ordering, behind: Sequence[Any], values: dict[str, Any]) -> str:
        """Rows after a place; empty values come first going up and last going down."""
        ways: list[str] = []
        equal: list[str] = []
        for name, value in zip(ordering, behind, strict=True):
            column, down = name.lstrip("-"), name.startswith("-")
            quoted = _quoted(column)
            if value is None:
                beyond, same = "false" if down else f"{quoted} IS NOT NULL", f"{quoted} IS NULL"
            else:
                bound = self._bound(column, value, values)
                beyond = f"({quoted} < {bound} OR {quoted} IS NULL)" if down else f"{quoted} > {bound}"
                same = f"{quoted} = {bound}"
            ways.append(" AND ".join([*equal, beyond]))
            equal.append(same)
        return f"({' OR '.join(f'({way})' for way in ways)})"

    def _run(self, sql: str, values: dict[str, Any]) -> pl.DataFrame:
        names = tuple(sorted(self.files.values()))
        opened = _opened(self.root, names, tuple(self.types.items()))
        with opened.lock:
            try:
                return opened.session.rows(sql, values)
            except duckdb.ConversionException as error:
                raise BadPlace from error


@dataclass(frozen=True)
class _Opened:
    session: Session
    lock: Lock


@lru_cache(maxsize=_KEPT_OPEN)
def _opened(root: Path, names: tuple[str, ...], types: tuple[tuple[str, pl.DataType], ...]) -> _Opened:
    """A session over some files.

    Files of the lake never change, so the latest few sessions stay open: to read the foot of every file takes
    longer than a page.
    """
    shape = pl.DataFrame(schema=dict(types))
    snapshot = Snapshot(root, {_TABLE: names}, {_TABLE: shape})
    return _Opened(Session(snapshot, memory=_MEMORY), Lock())


def _quoted(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _term(name: str) -> str:
    down = name.startswith("-")
    return _quoted(name[1:]) + " DESC NULLS LAST" if down else _quoted(name) + " ASC NULLS FIRST"


def _said(*pieces: str) -> str:
    """A query out of its pieces; values are bound, columns quoted before."""
    return " ".join(pieces)
