"""The rows of one table as a list reads them: filtered, sorted, cut after a place.

Only the columns that are filtered and sorted by are read whole; what else the few rows of a page hold is then
fetched from the pages of their files that hold it. What is the same for every row of a file (whose it is, of
which period) is known before and never read. So any page of a million rows costs the same, and no copy of the
rows is kept but the places that were found last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from .conditions import BadPlace, Condition, after
from .kept import Kept

PLACE = ("_batch", "_part", "_row")
"""What names a row of the lake: every order ends with them."""
CHUNK_ROWS = 20_000
_FACTS = {"_batch": "batch", "_part": "part", "_unit": "unit", "_period": "period"}
_AT = "_at"  # where a row stands among all rows of the files, in their order
_SCHEMAS_KEPT = 4_096
Ordering = Sequence[str]  # names of columns, with "-" before those that go down

KEPT = Kept()


@dataclass(frozen=True)
class ListedFile:
    """A file of a table, and what is the same for every row of it."""

    path: str
    rows: int
    batch: str
    part: int
    unit: str = ""
    period: str = ""

    def fact(self, name: str) -> Any:
        return getattr(self, _FACTS[name])


@dataclass(frozen=True)
class _Order:
    """An ordering taken apart: a column, then what is the same within a file, then the row."""

    column: str | None
    down: bool  # the column
    facts: tuple[str, ...]  # as they order the files when rows go up
    back: bool  # rows, and files with them, from the last to the first
    width: int

    @classmethod
    def of(cls, ordering: Ordering) -> _Order:
        back = ordering[-1].startswith("-")
        first, column = ordering[0].lstrip("-"), None
        facts = tuple(ordering[:-1])
        if first not in _FACTS and len(ordering) > 1:
            column, facts = first, facts[1:]
        if back:
            facts = tuple(name[1:] if name.startswith("-") else f"-{name}" for name in facts)
        return cls(column, ordering[0].startswith("-"), facts, back, len(ordering))

    def files(self, files: Sequence[ListedFile]) -> list[ListedFile]:
        found = list(files)
        for name in reversed(self.facts):
            found.sort(key=lambda one: one.fact(name.lstrip("-")), reverse=name.startswith("-"))
        return found


@dataclass(frozen=True)
class ListedRows:
    """Rows of some files of one table.

    `types` are the columns, named by the definition of the table, never by a reader. One that the definition
    gained after a file was written is there, and empty.
    """

    root: Path
    files: Sequence[ListedFile]
    types: Mapping[str, pl.DataType]

    def count(self, conditions: Sequence[Condition]) -> int:
        """How many rows meet the conditions."""
        if not conditions:
            return sum(one.rows for one in self.files)
        return self._found(self.files, conditions, None).height

    def keys(
        self, conditions: Sequence[Condition], ordering: Ordering, behind: Sequence[Any] | None, most: int
    ) -> tuple[pl.DataFrame, int | None]:
        """The places of up to `most` rows in order, with what they are ordered by.

        And how many rows meet the conditions, where that was counted on the way. `ordering` is one column or
        none, what is the same within a file, and `_row`. Raises BadPlace.
        """
        order = _Order.of(ordering)
        files = order.files(self.files)
        bounds = _bounds(files, order, behind) if behind is not None else None
        whole = bool(conditions) or order.column is not None
        near = slice(0, None) if whole else _near(files, bounds, most, back=order.back)
        found = self._found(
            files[near], conditions, order.column, sum(one.rows for one in files[: near.start])
        )
        lazy = found.lazy()
        if behind is not None and bounds is not None:
            lazy = lazy.filter(self._beyond(order, behind, bounds))
        names = [order.column, _AT] if order.column else [_AT]
        down = [order.down, order.back] if order.column else [order.back]
        keys = lazy.sort(names, descending=down, nulls_last=down).head(most).collect()
        return _placed(keys, files), found.height if conditions else None

    def fetch(self, keys: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
        """The rows at these places, in their order, with `columns` beside what the keys hold."""
        wanted = [name for name in columns if name not in keys.columns]
        paths = {(one.batch, one.part): one.path for one in self.files}
        parts = [
            self._of_file(paths[str(batch), int(part)], rows["_row"], wanted).with_columns(
                pl.lit(batch, pl.String).alias("_batch"), pl.lit(part, pl.UInt16).alias("_part")
            )
            for (batch, part), rows in (keys.group_by("_batch", "_part") if wanted else ())
        ]
        if not parts:
            return keys.with_columns(pl.lit(None, self.types[name]).alias(name) for name in wanted)
        return keys.join(pl.concat(pl.collect_all(parts)), on=PLACE, how="left", maintain_order="left")

    def every(
        self, conditions: Sequence[Condition], ordering: Ordering, columns: Sequence[str], most: int
    ) -> Iterator[pl.DataFrame]:
        """All rows in order, up to `most`, a piece at a time: no more than their places is held."""
        keys, _ = self.keys(conditions, ordering, None, most)
        for piece in keys.iter_slices(CHUNK_ROWS):
            yield self.fetch(piece, columns)

    def _of_file(self, path: str, rows: pl.Series, columns: Sequence[str]) -> pl.LazyFrame:
        lazy = pl.scan_parquet(self.root / path, parallel="prefiltered", glob=False)
        return lazy.filter(pl.col("_row").is_in(rows.implode())).select(
            self._columns([path], ("_row", *columns))
        )

    def _found(
        self, files: Sequence[ListedFile], conditions: Sequence[Condition], column: str | None, start: int = 0
    ) -> pl.DataFrame:
        """Where the rows stand that meet the conditions, with the column that they are sorted by."""
        names = dict.fromkeys([*(one.column for one in conditions), "_row", *([column] if column else [])])
        paths = tuple(one.path for one in files)
        kinds = tuple((name, self.types[name]) for name in names)
        key = (self.root, paths, start, tuple(conditions), column, kinds)
        return KEPT.get(key, lambda: self._scan(files, conditions, column, list(names), start))

    def _scan(
        self,
        files: Sequence[ListedFile],
        conditions: Sequence[Condition],
        column: str | None,
        names: Sequence[str],
        start: int,
    ) -> pl.DataFrame:
        tests = [one.test(self.types[one.column]) for one in conditions]
        kept = [_AT, "_row", *([column] if column and column != "_row" else [])]
        lazies = [pl.LazyFrame(schema={_AT: pl.UInt32} | {name: self.types[name] for name in kept[1:]})]
        for _, group in groupby(
            files, lambda one: [_types(self.root / one.path).get(name) for name in names]
        ):
            run = list(group)
            lazies.append(self._run([one.path for one in run], names, start).filter(*tests).select(kept))
            start += sum(one.rows for one in run)
        return pl.concat(lazies).collect()

    def _run(self, paths: Sequence[str], names: Sequence[str], start: int) -> pl.LazyFrame:
        """Some columns of files that hold them alike, with where each row stands."""
        there = _types(self.root / paths[0])
        lazy = pl.scan_parquet(
            [self.root / path for path in paths],
            schema={name: there[name] for name in names if name in there},
            extra_columns="ignore", row_index_name=_AT, row_index_offset=start, glob=False,
        )  # fmt: skip
        return lazy.select(_AT, *self._columns(paths, names))

    def _columns(self, paths: Sequence[str], names: Sequence[str]) -> Iterator[pl.Expr]:
        there = _types(self.root / paths[0])
        for name in dict.fromkeys(names):
            kind = self.types[name]
            if name not in there:
                yield pl.lit(None, kind).alias(name)
            else:
                yield pl.col(name) if there[name] == kind else pl.col(name).cast(kind)

    def _beyond(self, order: _Order, behind: Sequence[Any], bounds: tuple[int, int]) -> pl.Expr:
        """Rows after a place; `bounds` are where the rows of its file begin and end."""
        row, _ = after("_row", self.types["_row"], behind[-1], down=order.back)
        at = pl.col(_AT)
        if order.back:
            further = (at < bounds[0]) | ((at < bounds[1]) & row)
        else:
            further = (at >= bounds[1]) | ((at >= bounds[0]) & row)
        if order.column is None:
            return further
        beyond, same = after(order.column, self.types[order.column], behind[0], down=order.down)
        return beyond | (same & further)


@lru_cache(maxsize=_SCHEMAS_KEPT)
def _types(path: Path) -> dict[str, pl.DataType]:
    """The columns of a file, which never changes."""
    return dict(pl.read_parquet_schema(path))


def _bounds(files: Sequence[ListedFile], order: _Order, behind: Sequence[Any]) -> tuple[int, int]:
    """Where the rows of the file of a place begin and end, or would, if that file is among them no more."""
    values = behind[-1 - len(order.facts) : -1]
    if len(behind) != order.width:
        raise BadPlace
    start = end = 0
    for one in files:
        facts = [one.fact(name.lstrip("-")) for name in order.facts]
        if any(type(fact) is not type(value) for fact, value in zip(facts, values, strict=True)):
            raise BadPlace
        if facts == list(values):
            end += one.rows
        elif _before(facts, values, order.facts):
            start += one.rows
    return start, start + end


def _before(facts: Sequence[Any], values: Sequence[Any], names: Sequence[str]) -> bool:
    for fact, value, name in zip(facts, values, names, strict=True):
        if fact != value:
            return bool(fact > value if name.startswith("-") else fact < value)
    return False


def _near(files: Sequence[ListedFile], bounds: tuple[int, int] | None, most: int, *, back: bool) -> slice:
    """The files that can hold the next rows of a list that is neither filtered nor sorted by a column."""
    ends = np.cumsum([one.rows for one in files])
    if back:
        last = int(bounds[1] if bounds else ends[-1])
        first = max(last - most - (bounds[1] - bounds[0] if bounds else 0), 0)
    else:
        first = bounds[0] if bounds else 0
        last = first + most + (bounds[1] - bounds[0] if bounds else 0)
    begin = int(np.searchsorted(ends, first, side="right"))
    return slice(begin, int(np.searchsorted(ends, last)) + 1)


def _placed(keys: pl.DataFrame, files: Sequence[ListedFile]) -> pl.DataFrame:
    """The keys with what the file of each says of it, instead of where it stands."""
    ends = np.cumsum([one.rows for one in files])
    which = np.searchsorted(ends, keys[_AT].to_numpy(), side="right")
    kinds = {"_batch": pl.String(), "_part": pl.UInt16(), "_unit": pl.String(), "_period": pl.String()}
    facts = [pl.Series(name, [one.fact(name) for one in files], kind)[which] for name, kind in kinds.items()]
    return keys.drop(_AT).with_columns(facts)
