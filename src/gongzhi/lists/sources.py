"""Where the rows of a list come from: the database, a frame, or what a room brings. All page by keyset.

Empty values come first going up and last going down, whatever holds the rows, so that a cursor means the
same everywhere. A cursor that does not fit (an address cut or written by hand) raises BadCursor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import polars as pl
from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy

CHUNK = 2_000
Ordering = Sequence[str]  # names, with "-" before those that go down; the last is unique


class BadCursor(Exception):
    """The cursor is not a place in this list."""


class Source(Protocol):
    """Rows that can be counted, cut after a place, and walked to the end."""

    def count(self) -> int: ...

    def page(self, ordering: Ordering, behind: Sequence[Any] | None, most: int) -> list[Any]: ...

    def every(self, ordering: Ordering, most: int) -> Iterator[Any]: ...


class Stored:
    """Rows of the database.

    A page is found by its keys first, then fetched: to sort whole rows, with all that is joined to show them,
    takes several times as long as to sort their keys.
    """

    def __init__(self, rows: QuerySet[Any]) -> None:
        self._rows = rows

    def count(self) -> int:
        """What is joined only to be shown does not change the number; it is left out of the count."""
        return self._rows.order_by().select_related(None).count()

    def page(self, ordering: Ordering, behind: Sequence[Any] | None, most: int) -> list[Any]:
        rows = self._rows
        if behind is not None:
            try:
                rows = rows.filter(_behind(ordering, behind))
            except (TypeError, ValueError, ValidationError) as error:
                raise BadCursor from error
        keys = list(_in_order(rows, ordering).values_list("pk", flat=True)[:most])
        held = {row.pk: row for row in self._rows.order_by().filter(pk__in=keys)}
        return [held[key] for key in keys if key in held]

    def every(self, ordering: Ordering, most: int) -> Iterator[Any]:
        return iter(_in_order(self._rows, ordering)[:most].iterator(chunk_size=CHUNK))


class Framed:
    """Rows of a frame, as dicts."""

    def __init__(self, rows: pl.LazyFrame) -> None:
        self._rows = rows

    def count(self) -> int:
        return int(self._rows.select(pl.len()).collect().item())

    def page(self, ordering: Ordering, behind: Sequence[Any] | None, most: int) -> list[Any]:
        rows = self._rows
        if behind is not None:
            rows = rows.filter(_beyond(rows.collect_schema(), ordering, behind))
        try:
            return _sorted(rows, ordering).head(most).collect().to_dicts()
        except pl.exceptions.PolarsError as error:
            if behind is None:
                raise
            raise BadCursor from error

    def every(self, ordering: Ordering, most: int) -> Iterator[Any]:
        for part in _sorted(self._rows, ordering).head(most).collect().iter_slices(CHUNK):
            yield from part.to_dicts()


class Given:
    """Rows that a page has made already, in their own order: shown whole, taken away in a file."""

    def __init__(self, rows: Sequence[Any]) -> None:
        self._rows = rows

    def count(self) -> int:
        return len(self._rows)

    def page(self, ordering: Ordering, behind: Sequence[Any] | None, most: int) -> list[Any]:
        return list(self._rows[:most])

    def every(self, ordering: Ordering, most: int) -> Iterator[Any]:
        return iter(self._rows[:most])


def source_of(rows: QuerySet[Any] | pl.LazyFrame | Source) -> Source:
    if isinstance(rows, pl.LazyFrame):
        return Framed(rows)
    return Stored(rows) if isinstance(rows, QuerySet) else rows


def turned(ordering: Ordering) -> tuple[str, ...]:
    """The same order from the other end."""
    return tuple(name[1:] if name.startswith("-") else f"-{name}" for name in ordering)


def _in_order(rows: QuerySet[Any], ordering: Ordering) -> QuerySet[Any]:
    return rows.order_by(*(_term(rows, name) for name in ordering))


def _term(rows: QuerySet[Any], name: str) -> OrderBy | str:
    """A field that is never empty is named plainly: only then does SQLite read it off an index."""
    if name.lstrip("-") == "pk" or not _may_be_empty(rows, name.lstrip("-")):
        return name
    return F(name[1:]).desc(nulls_last=True) if name.startswith("-") else F(name).asc(nulls_first=True)


def _may_be_empty(rows: QuerySet[Any], path: str) -> bool:
    options = rows.model._meta
    for step in path.split("__"):
        if step not in {field.name for field in options.get_fields()}:
            return True  # an annotation
        field = options.get_field(step)
        if getattr(field, "null", True):
            return True
        if field.related_model and not isinstance(field.related_model, str):
            options = field.related_model._meta
    return False


def _behind(ordering: Ordering, after: Sequence[Any]) -> Q:
    """Rows that come after the cursor in a mixed ascending and descending order; nulls come first.

    The first term also stands alone, as a bound that an index can be entered at.
    """
    condition, equal, bound = Q(), Q(), Q()
    for name, value in zip(ordering, after, strict=True):
        key, descending = name.lstrip("-"), name.startswith("-")
        if value is None:
            beyond = Q(pk__in=[]) if descending else Q(**{f"{key}__isnull": False})
            same = Q(**{f"{key}__isnull": True})
        else:
            beyond = Q(**{f"{key}__{'lt' if descending else 'gt'}": value})
            if descending:
                beyond |= Q(**{f"{key}__isnull": True})
            same = Q(**{key: value})
        if name == ordering[0] and value is not None and not descending:
            bound = Q(**{f"{key}__gte": value})
        condition |= equal & beyond
        equal &= same
    return bound & condition


def _sorted(rows: pl.LazyFrame, ordering: Ordering) -> pl.LazyFrame:
    down = [name.startswith("-") for name in ordering]
    return rows.sort([name.lstrip("-") for name in ordering], descending=down, nulls_last=down)


def _beyond(schema: pl.Schema, ordering: Ordering, after: Sequence[Any]) -> pl.Expr:
    condition, equal = pl.lit(value=False), pl.lit(value=True)
    for name, value in zip(ordering, after, strict=True):
        key, descending = name.lstrip("-"), name.startswith("-")
        column = pl.col(key)
        if value is None:
            beyond = pl.lit(value=False) if descending else column.is_not_null()
            same = column.is_null()
        else:
            bound = _literal(value, schema[key])
            beyond = (column < bound) | column.is_null() if descending else column > bound
            beyond, same = beyond.fill_null(value=False), (column == bound).fill_null(value=False)
        condition |= equal & beyond
        equal &= same
    return condition


def _literal(value: Any, kind: pl.DataType) -> pl.Expr:
    if not isinstance(value, str | int | float):
        raise BadCursor
    if kind == pl.Date:
        return pl.lit(str(value)).str.to_date()
    return pl.lit(value).cast(kind)
