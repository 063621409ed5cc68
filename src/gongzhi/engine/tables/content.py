"""One file, in whatever format, into the parcel: what the child does once it is in its cage."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from . import sniff
from .grid import Grid
from .header import HeadingSet
from .layout import lay_out
from .model import Limits, Mark, Notice, Unreadable
from .parcel import ParcelWriter

_SUFFIXES = {
    "xlsx": {".xlsx"},
    "xls": {".xls", ".et"},
    "ods": {".ods"},
    "delimited": {".csv", ".tsv", ".txt"},
    "json": {".json", ".ndjson", ".jsonl"},
    "html": {".html", ".htm"},
}


@dataclass
class Content:
    """What was found, ready to be sent as JSON; the rows themselves are in the parcel."""

    format: str
    encoding: str | None
    tables: list[dict[str, Any]]
    notices: list[Notice]
    mark: Mark | None = None


def read_content(
    fd: int, suffix: str, headings: Collection[str], limits: Limits, parcel: ParcelWriter
) -> Content:
    """Read the file behind `fd`; raises Unreadable with the reason of a refusal."""
    size = os.fstat(fd).st_size
    if size > limits.file_bytes:
        raise Unreadable("file_too_large", {"bytes": str(size), "limit": str(limits.file_bytes)})
    kind = sniff.kind_of(os.pread(fd, 8192, 0), suffix)
    wanted = HeadingSet(headings)
    content = _READERS[kind](fd, suffix, wanted, limits, parcel)
    if suffix not in _SUFFIXES.get(content.format, {suffix}):
        content.notices.insert(0, Notice("extension_mismatch", None, suffix, content.format))
    return content


def _content(
    form: str, grids: Sequence[Grid], wanted: HeadingSet, limits: Limits, parcel: ParcelWriter, **more: Any
) -> Content:
    tables, notices = lay_out(grids, wanted, parcel, limits)
    return Content(form, more.get("encoding"), tables, [*more.get("notices", ()), *notices], more.get("mark"))


def _read_delimited(
    fd: int, suffix: str, wanted: HeadingSet, limits: Limits, parcel: ParcelWriter
) -> Content:
    from .delimited import NotUtf8, TooNarrow, delimited_grid
    from .encoding import open_text

    text = open_text(fd)
    for extra in (1, 16, 256, limits.columns):
        try:
            grid = delimited_grid(text, wanted, limits, extra)
            return _content("delimited", [grid], wanted, limits, parcel, encoding=text.encoding)
        except TooNarrow:
            parcel.rewind()
        except NotUtf8 as error:
            parcel.rewind()
            if text.fd != fd or text.encoding != "utf-8":
                raise Unreadable("mixed_encoding", {"line": "?"}) from error
            text = open_text(fd, gb18030=True)
    raise Unreadable("too_many_columns", {"columns": f">{limits.columns}", "limit": str(limits.columns)})


def _read_json(fd: int, suffix: str, wanted: HeadingSet, limits: Limits, parcel: ParcelWriter) -> Content:
    from .encoding import open_text
    from .json_rows import json_grids

    text = open_text(fd)
    return _content("json", json_grids(text, limits), wanted, limits, parcel, encoding=text.encoding)


def _read_zip(fd: int, suffix: str, wanted: HeadingSet, limits: Limits, parcel: ParcelWriter) -> Content:
    from .container import inspect
    from .workbook import open_workbook, workbook_grids

    with open(fd, "rb", closefd=False) as file:
        package = inspect(file, limits)
        file.seek(0)
        book = open_workbook(file)
        return _content(package.kind, workbook_grids(book, limits), wanted, limits, parcel)


def _read_ole(fd: int, suffix: str, wanted: HeadingSet, limits: Limits, parcel: ParcelWriter) -> Content:
    from .workbook import open_workbook, workbook_grids

    with open(fd, "rb", closefd=False) as file:
        book = open_workbook(file)
        return _content("xls", workbook_grids(book, limits), wanted, limits, parcel)


def _read_html(fd: int, suffix: str, wanted: HeadingSet, limits: Limits, parcel: ParcelWriter) -> Content:
    raise Unreadable("html_page")


_READERS = {
    "zip": _read_zip,
    "ole": _read_ole,
    "html": _read_html,
    "json": _read_json,
    "delimited": _read_delimited,
}
