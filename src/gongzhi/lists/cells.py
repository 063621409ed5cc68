"""The markup of the cells of a row. A page has hundreds; here they take a third of a template's time."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from django.utils.safestring import SafeString

from .back import with_back
from .columns import Column, Mark


def cells(columns: Iterable[Column], row: Any, place: str) -> SafeString:
    """The cells of `row`, whose list stands at `place`; whatever they hold is escaped."""
    return SafeString("".join(_cell(column, row, place) for column in columns))


def _cell(column: Column, row: Any, place: str) -> str:
    value = column.value(row)
    text = column.said(value)
    held = _held(column, value, escape(text), column.link(row) if column.link else "", place)
    return f'<td data-label="{escape(column.head)}" class="{column.dress(text)}">{held}</td>'


def _held(column: Column, value: Any, text: str, link: str, place: str) -> str:
    """What stands in a cell: a state, a link that knows the way back, a code that can be copied, or text."""
    if isinstance(value, Mark):
        return f'<span class="mark {value.meaning}">{text}</span>'
    dress = ' class="code"' if column.kind == "code" else ""
    if link:
        return f'<a href="{escape(with_back(link, place))}" hx-boost="false"{dress}>{text}</a>'
    return f"<span{dress}>{text}</span>" if dress else text
