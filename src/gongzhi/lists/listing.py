"""One page of a list, and the addresses of its neighbours. The address bar holds the whole state."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

import polars as pl
from django.db.models import Model, QuerySet
from django.http import HttpRequest, QueryDict

from .cells import cells
from .choosing import Bulk
from .columns import Column
from .sources import BadCursor, Given, Source, source_of, turned

PAGE = 50
Rows = QuerySet[Any] | pl.LazyFrame | Source


def _pk(row: Any) -> Any:
    return getattr(row, "pk", None)


@dataclass(frozen=True)
class Cut:
    """The rows of one page, and whether there are more on either side."""

    rows: list[Any]
    before: bool
    after: bool


@dataclass
class Listing:
    """A page of `rows` in the order of `order`, continued by keyset: any page costs the same.

    `rows` are a query of the database, a frame of the lake, or a source of a room's own. With `bulk` rows can
    be chosen (those that `choosable` allows) and several are taken to a page together (`choosing`).
    """

    request: HttpRequest
    title: str
    columns: Sequence[Column]
    rows: Rows
    order: tuple[str, ...]
    empty: str = "没有符合条件的记录"
    empty_next: str = ""
    size: int = PAGE
    filters: Sequence[tuple[str, str]] = field(default_factory=tuple)  # what is filtered, in words
    key: str = "list"  # id of the block; lists that share a page need different ones
    bulk: Sequence[Bulk] = ()
    choosable: Callable[[Any], bool] = bool
    exportable: bool = True  # whether this reader may take the rows away in a file
    guarded: bool = False  # says more of enterprises or persons than the public knows: see web/exports.py
    identity: Callable[[Any], Any] = _pk  # what a row is called in addresses; None where it has no name

    @cached_property
    def source(self) -> Source:
        return source_of(self.rows)

    @cached_property
    def total(self) -> int:
        return self.source.count()

    @cached_property
    def shown(self) -> list[Column]:
        """The chosen columns, or all that are not hidden."""
        chosen = self.request.GET.getlist("column")
        if chosen:
            return [column for column in self.columns if column.key in chosen]
        return [column for column in self.columns if not column.hidden]

    @cached_property
    def ordering(self) -> tuple[str, ...]:
        """Chosen sort first, then the list's own order, which ends with a unique key."""
        wanted = self.request.GET.get("sort", "")
        key, descending = wanted.lstrip("-"), wanted.startswith("-")
        for column in self.columns:
            if column.key == key and column.order:
                return (("-" if descending else "") + column.order, *self.order)
        return self.order

    @cached_property
    def _cut(self) -> Cut:
        for name in ("after", "before"):
            if place := self._cursor(name):
                with suppress(BadCursor):  # an address that was cut or written by hand shows the first page
                    return self._behind(place) if name == "after" else self._ahead(place)
        return self._first()

    def _first(self) -> Cut:
        rows = self.source.page(self.ordering, None, self.size + 1)
        return Cut(rows[: self.size], before=False, after=len(rows) > self.size)

    def _behind(self, place: list[Any]) -> Cut:
        rows = self.source.page(self.ordering, place, self.size + 1)
        return Cut(rows[: self.size], before=True, after=len(rows) > self.size)

    def _ahead(self, place: list[Any]) -> Cut:
        """The page that ends before a place; the first page is always a whole one."""
        rows = self.source.page(turned(self.ordering), place, self.size + 1)
        if len(rows) <= self.size:
            return self._first()
        return Cut(rows[: self.size][::-1], before=True, after=True)

    def every(self, most: int) -> Iterator[Any]:
        """All rows in order, up to `most`, without holding them."""
        return self.source.every(self.ordering, most)

    @property
    def items(self) -> list[Any]:
        return self._cut.rows

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        """Rows with their cells, ready for the template."""
        return [self._line(row) for row in self.items]

    def _line(self, row: Any) -> dict[str, Any]:
        name = self.identity(row)
        anchor = f"r-{name}" if name is not None else ""
        place = f"{self.here}#{anchor}" if anchor else self.here
        return {
            "name": name,
            "anchor": anchor,
            "choosable": bool(self.bulk) and self.choosable(row),
            "first": self.shown[0].text(row) if self.bulk else "",
            "cells": cells(self.shown, row, place),
        }

    @cached_property
    def choosing(self) -> bool:
        """Whether a row of this page can be chosen."""
        return any(line["choosable"] for line in self.lines)

    @cached_property
    def here(self) -> str:
        """The address of this page of the list, with all its state."""
        query = self._query()
        return f"{self.request.path}?{query}" if query else self.request.path

    def _cursor(self, name: str) -> list[Any] | None:
        text = self.request.GET.get(name, "")
        try:
            values = json.loads(base64.urlsafe_b64decode(text.encode())) if text else None
        except (ValueError, binascii.Error):
            return None
        return values if isinstance(values, list) and len(values) == len(self.ordering) else None

    def _place_of(self, row: Any) -> str:
        return placed(row, self.ordering)

    @property
    def next_query(self) -> str | None:
        if not self._cut.after:
            return None
        return self._query(after=self._place_of(self.items[-1]), before=None)

    @property
    def previous_query(self) -> str | None:
        if not self._cut.before or not self.items:
            return None
        return self._query(before=self._place_of(self.items[0]), after=None)

    @property
    def first_query(self) -> str | None:
        """The way to the first page, from every other one."""
        return self._query(after=None, before=None) if self._cut.before else None

    @property
    def export_name(self) -> str:
        """What the address says of the file of this list; lists that share a page have different ones."""
        return "xlsx" if self.key == "list" else self.key

    @property
    def export_query(self) -> str:
        return self._query(after=None, before=None, export=self.export_name)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """The state that a form of this page must hand on: all but the columns and the place."""
        left_out = {"column", "after", "before", "export"}
        return [
            (key, value)
            for key, values in self.request.GET.lists()
            if key not in left_out
            for value in values
        ]

    @property
    def settled(self) -> list[tuple[str, str]]:
        """How the reader has set the list up: what a new filter leaves as it is."""
        return [(name, value) for name in ("sort", "column") for value in self.request.GET.getlist(name)]

    @property
    def heads(self) -> list[dict[str, Any]]:
        """Column heads with the address that sorts by them and the direction in force."""
        now = self.request.GET.get("sort", "")
        heads = []
        for column in self.shown:
            other = f"-{column.key}" if now == column.key else column.key
            direction = {column.key: "ascending", f"-{column.key}": "descending"}.get(now, "")
            query = self._query(sort=other, after=None, before=None) if column.order else ""
            heads.append({"column": column, "query": query, "direction": direction})
        return heads

    def _query(self, **changes: str | None) -> str:
        query: QueryDict = self.request.GET.copy()
        for name, value in changes.items():
            query.pop(name, None)
            if value is not None:
                query[name] = value
        if "export" not in changes:
            query.pop("export", None)
        return query.urlencode()


def listing(
    request: HttpRequest,
    title: str,
    columns: Sequence[Column],
    rows: Rows,
    *,
    order: tuple[str, ...],
    **more: Any,
) -> Listing:
    """A list of `rows` (already limited to what may be seen) for this request."""
    return Listing(request, title, columns, rows, order, **more)


def placed(row: Any, ordering: Sequence[str]) -> str:
    """The place of a row in an ordering, as addresses hold it."""
    values = [_portable(_value(row, name.lstrip("-"))) for name in ordering]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


def table(
    request: HttpRequest, title: str, columns: Sequence[Column], rows: Sequence[Any], **more: Any
) -> Listing:
    """A table that a page draws itself, as a list: for its workbook."""
    return Listing(request, title, columns, Given(rows), (), **more)


def _value(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = row.get(name) if isinstance(row, dict) else getattr(row, name, None)
    return row.pk if isinstance(row, Model) else row


def _portable(value: Any) -> Any:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | Decimal) else value
