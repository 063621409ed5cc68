"""One page of a list, and the addresses of its neighbours. The address bar holds the whole state."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest, QueryDict

from .columns import Column

PAGE = 50


@dataclass
class Listing:
    """A page of `rows` in the order of `order`, continued by keyset: any page costs the same."""

    request: HttpRequest
    title: str
    columns: Sequence[Column]
    rows: QuerySet[Any]
    order: tuple[str, ...]
    empty: str = "没有符合条件的记录"
    empty_next: str = ""
    size: int = PAGE
    filters: Sequence[tuple[str, str]] = field(default_factory=tuple)  # what is filtered, in words
    key: str = "list"  # id of the block; lists that share a page need different ones

    @cached_property
    def total(self) -> int:
        return self.rows.count()

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
    def _page(self) -> list[Any]:
        rows = self.sorted_rows
        if after := self._cursor():
            # An address that was cut or written by hand shows the first page.
            with suppress(TypeError, ValueError, ValidationError):
                rows = rows.filter(_behind(self.ordering, after))
        return list(rows[: self.size + 1])

    @property
    def sorted_rows(self) -> QuerySet[Any]:
        """All rows in order; empty values first going up and last going down, on every database."""
        return self.rows.order_by(*(_in_order(name) for name in self.ordering))

    @property
    def items(self) -> list[Any]:
        return self._page[: self.size]

    @property
    def cells(self) -> list[tuple[Any, list[dict[str, Any]]]]:
        """Rows with their cells, ready for the template."""
        return [(row, [_cell(column, row) for column in self.shown]) for row in self.items]

    def _cursor(self) -> list[Any] | None:
        text = self.request.GET.get("after", "")
        try:
            values = json.loads(base64.urlsafe_b64decode(text.encode())) if text else None
        except (ValueError, binascii.Error):
            return None
        return values if isinstance(values, list) and len(values) == len(self.ordering) else None

    @property
    def next_query(self) -> str | None:
        if len(self._page) <= self.size:
            return None
        last = self.items[-1]
        values = [_portable(_value(last, name.lstrip("-"))) for name in self.ordering]
        return self._query(after=base64.urlsafe_b64encode(json.dumps(values).encode()).decode())

    @property
    def first_query(self) -> str | None:
        return self._query(after=None) if self.request.GET.get("after") else None

    @property
    def export_query(self) -> str:
        return self._query(after=None, export="xlsx")

    @property
    def kept(self) -> list[tuple[str, str]]:
        """The state that a form of this page must hand on: all but the columns and the place."""
        left_out = {"column", "after", "export"}
        return [
            (key, value)
            for key, values in self.request.GET.lists()
            if key not in left_out
            for value in values
        ]

    @property
    def heads(self) -> list[dict[str, Any]]:
        """Column heads with the address that sorts by them and the direction in force."""
        now = self.request.GET.get("sort", "")
        heads = []
        for column in self.shown:
            turned = f"-{column.key}" if now == column.key else column.key
            direction = {column.key: "ascending", f"-{column.key}": "descending"}.get(now, "")
            query = self._query(sort=turned, after=None) if column.order else ""
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
    rows: QuerySet[Any],
    *,
    order: tuple[str, ...],
    **more: Any,
) -> Listing:
    """A list of `rows` (already limited to what may be seen) for this request."""
    return Listing(request, title, columns, rows, order, **more)


def _in_order(name: str) -> OrderBy:
    if name.startswith("-"):
        return F(name[1:]).desc(nulls_last=True)
    return F(name).asc(nulls_first=True)


def _cell(column: Column, row: Any) -> dict[str, Any]:
    value = column.value(row)
    return {
        "column": column,
        "text": column.text(row),
        "raw": value,
        "link": column.link(row) if column.link else "",
    }


def _value(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name, None)
    return row.pk if isinstance(row, Model) else row


def _portable(value: Any) -> Any:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | Decimal) else value


def _behind(ordering: Sequence[str], after: Sequence[Any]) -> Q:
    """Rows that come after the cursor in a mixed ascending and descending order; nulls come first."""
    condition, equal = Q(), Q()
    for name, value in zip(ordering, after, strict=True):
        key, descending = name.lstrip("-"), name.startswith("-")
        if value is None:
            beyond = Q() if descending else Q(**{f"{key}__isnull": False})
            beyond = Q(pk__in=[]) if descending else beyond
            same = Q(**{f"{key}__isnull": True})
        else:
            beyond = Q(**{f"{key}__{'lt' if descending else 'gt'}": value})
            if descending:
                beyond |= Q(**{f"{key}__isnull": True})
            same = Q(**{key: value})
        condition |= equal & beyond
        equal &= same
    return condition
