"""The Excel file of a list: exactly the rows and columns shown, with title, filters, time and name."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import content_disposition_header

from gongzhi.engine.documents import MOST_ROWS, ListColumn, write_list

from .listing import Listing

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ExportLog(Protocol):
    """Where exports are written down (bound to the room `audit`)."""

    def exported(self, *, by: Any, title: str, rows: int, filters: Sequence[tuple[str, str]]) -> None: ...


class ExportDesk(Protocol):
    """Where an export goes that is not given at once (bound to the room `disclosure`)."""

    def instead(self, request: HttpRequest, page: Listing, *, by: Any) -> HttpResponseBase | None:
        """The page that says so; None when the file may be had now."""
        ...


@dataclass
class _Bound:
    log: ExportLog | None = None
    desk: ExportDesk | None = None


_bound = _Bound()


def bind(log: ExportLog, desk: ExportDesk) -> None:
    """Tell the lists where exports are written down or wait; called once when the application starts."""
    _bound.log, _bound.desk = log, desk


def attachment(name: str) -> str:
    """Content-Disposition of a file to be saved under a Chinese name."""
    return content_disposition_header(as_attachment=True, filename=name) or "attachment"


def exported(request: HttpRequest, *pages: Listing, by: Any) -> HttpResponseBase | None:
    """The workbook of the list that the address asks for, else None; the export leaves an event."""
    wanted = request.GET.get("export")
    page = next((one for one in pages if one.export_name == wanted and one.exportable), None)
    if page is None:
        return None
    if _bound.log is None or _bound.desk is None:
        raise RuntimeError("the lists are not bound to a log of exports")
    if instead := _bound.desk.instead(request, page, by=by):
        return instead
    file = tempfile.TemporaryFile()  # noqa: SIM115  # FileResponse closes it
    count = _write(file, page, getattr(by, "name", ""))
    _bound.log.exported(by=by, title=page.title, rows=count, filters=page.filters)
    file.seek(0)
    name = f"{page.title}-{timezone.localtime():%Y%m%d%H%M}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=TYPE)


def _write(file: Any, page: Listing, name: str) -> int:
    cut = f"。共{page.total}条，只含前{MOST_ROWS}条" if page.total > MOST_ROWS else ""
    words = "；".join(f"{title}：{value}" for title, value in page.filters) or "全部"
    said = f"筛选：{words}。导出：{timezone.localtime():%Y-%m-%d %H:%M} {name}{cut}"
    columns = [
        ListColumn(one.head, 24 if one.kind in {"text", "code"} else 14, money=one.kind in {"yuan", "wan"})
        for one in page.shown
    ]
    rows = ([column.plain(row) for column in page.shown] for row in page.every(MOST_ROWS))
    return write_list(file, page.title, said, columns, rows)
