"""One file, in whatever format, into the parcel: what the child does once it is in its cage."""

from __future__ import annotations

import mmap
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import sniff
from .biff import scan_biff
from .container import Package
from .delimited import NotUtf8, TooNarrow, delimited_grid
from .encoding import broken_line, open_text
from .grid import Grid
from .header import HeadingSet
from .html_rows import html_grids
from .json_rows import json_grids, surrogate_line
from .layout import lay_out
from .model import Limits, Mark, Notice, Unreadable
from .ole import inspect_ole
from .package import inspect_package, mark_of
from .parcel import ParcelWriter
from .sheet import Seen
from .sheet_xml import sheet_xml_grids
from .workbook import MARK_SHEET, open_workbook, sheet_values, workbook_grids

_SUFFIXES = {
    "xlsx": {".xlsx"},
    "xls": {".xls", ".et"},
    "ods": {".ods"},
    "delimited": {".csv", ".tsv", ".txt"},
    "json": {".json", ".ndjson", ".jsonl"},
    "html": {".html", ".htm"},
    "sheet_xml": {".xml"},
}
_WORDS = {
    "xlsx": "Excel 工作簿（.xlsx）",
    "xls": "旧版 Excel 工作簿（.xls）",
    "ods": "开放文档表格（.ods）",
    "delimited": "文本表格（.csv）",
    "json": "JSON",
    "html": "网页表格（.html）",
    "sheet_xml": "XML 表格 2003（.xml）",
}


@dataclass
class Content:
    """What was found, ready to be sent as JSON; the rows themselves are in the parcel."""

    format: str
    tables: list[dict[str, Any]]
    notices: list[Notice] = field(default_factory=list)
    encoding: str | None = None
    mark: Mark | None = None


@dataclass
class Job:
    """A file to read: its descriptor, its name's ending, the expected headings, the limits, the parcel."""

    fd: int
    suffix: str
    wanted: HeadingSet
    limits: Limits
    parcel: ParcelWriter

    def lay_out(self, form: str, grids: Sequence[Grid]) -> Content:
        """Find the tables in the grids and write their rows."""
        tables, notices = lay_out(grids, self.wanted, self.parcel, self.limits)
        return Content(form, tables, notices)


def read_content(
    fd: int, suffix: str, headings: Collection[str], limits: Limits, parcel: ParcelWriter
) -> Content:
    """Read the file behind `fd`; raises Unreadable with the reason of a refusal."""
    size = os.fstat(fd).st_size
    if size > limits.file_bytes:
        raise Unreadable("file_too_large", {"bytes": str(size), "limit": str(limits.file_bytes)})
    kind = sniff.kind_of(os.pread(fd, 8192, 0), suffix)
    content = _READERS[kind](Job(fd, suffix, HeadingSet(headings), limits, parcel))
    if suffix not in _SUFFIXES[content.format]:
        content.notices.insert(0, Notice("extension_mismatch", None, suffix, _WORDS[content.format]))
    return content


def _read_delimited(job: Job) -> Content:
    text = open_text(job.fd)
    for extra in (1, 16, 256, job.limits.columns):
        try:
            grid = delimited_grid(text, job.wanted, job.limits, extra)
            content = job.lay_out("delimited", [grid])
        except TooNarrow:
            job.parcel.rewind()
        except NotUtf8 as error:
            job.parcel.rewind()
            if text.encoding != "utf-8":
                raise Unreadable("mixed_encoding", {"line": str(broken_line(text))}) from error
            text = open_text(job.fd, gb18030=True)
        else:
            content.encoding = text.encoding
            return content
    raise Unreadable(
        "too_many_columns", {"columns": f">{job.limits.columns}", "limit": str(job.limits.columns)}
    )


def _read_json(job: Job) -> Content:
    text = open_text(job.fd)
    try:
        content = job.lay_out("json", json_grids(text, job.limits))
    except UnicodeEncodeError as error:
        line = surrogate_line(text.data[text.start :].decode("utf-8"))
        raise Unreadable("broken_json", {"reason": "surrogate", "line": str(line)}) from error
    content.encoding = text.encoding
    return content


def _read_html(job: Job) -> Content:
    text = open_text(job.fd)
    content = job.lay_out("html", html_grids(text, job.limits))
    content.encoding = text.encoding
    return content


def _read_sheet_xml(job: Job) -> Content:
    text = open_text(job.fd)
    content = job.lay_out("sheet_xml", sheet_xml_grids(text, job.limits))
    content.encoding = text.encoding
    return content


def _read_zip(job: Job) -> Content:
    data = mmap.mmap(job.fd, 0, prot=mmap.PROT_READ)
    inspected = inspect_package(Package(data, job.limits), job.limits)
    content = _read_book(job, inspected.kind, inspected.sheets)
    content.notices = [*inspected.notices, *content.notices]
    content.mark = inspected.mark() or content.mark
    return content


def _read_ole(job: Job) -> Content:
    with mmap.mmap(job.fd, 0, prot=mmap.PROT_READ) as data:
        sheets = scan_biff(inspect_ole(data))
    return _read_book(job, "xls", sheets)


def _read_book(job: Job, form: str, sheets: Mapping[str, Seen] | Sequence[Seen]) -> Content:
    """Read a workbook; `sheets`: what our own look at each sheet showed, by its name or in order."""
    with open(job.fd, "rb", closefd=False) as file:
        book = open_workbook(file)
        names = book.sheet_names
        seen = dict(sheets) if isinstance(sheets, Mapping) else dict(zip(names, sheets, strict=False))
        grids = workbook_grids(book, job.limits, seen)
        for grid in grids:
            if grid.name in seen:
                grid.notices += seen[grid.name].notices()
        content = job.lay_out(form, grids)
    content.mark = mark_of(sheet_values(book, MARK_SHEET))
    return content


_READERS = {
    "zip": _read_zip,
    "ole": _read_ole,
    "html": _read_html,
    "sheet_xml": _read_sheet_xml,
    "json": _read_json,
    "delimited": _read_delimited,
}
