"""What stands behind a unit's figures: columns, each place's first try, files in which a fault was found."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from gongzhi.dashboard import queries
from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions import Unit
from gongzhi.gate import needs
from gongzhi.intake.queries.pages import period_label
from gongzhi.lists import Column, Listing, Mark, back_to, listing
from gongzhi.lists.workbook import exported
from gongzhi.organisation.queries import myself

from .units import chosen_span, seen_unit, stretch


def _file(row: dict[str, Any]) -> str:
    return f"/submissions/{row['submission']}"


def _passed(row: dict[str, Any]) -> Mark:
    return Mark("是", "good") if row["passed"] else Mark("否", "warn")


TRIES = (
    Column("resource", "资源", lambda r: r["resource"], order="resource"),
    Column("period", "所属期", lambda r: period_label(r["period"]), order="period"),
    Column("file", "第一次交来的文件", lambda r: r["file_name"], link=_file),
    Column("received", "接收时间", lambda r: r["received_at"], "instant", order="received_at"),
    Column("passed", "一次通过", _passed, "mark", order="passed"),
    Column("rows", "行数", lambda r: r["rows"], "number", order="rows"),
    Column("good", "合格行", lambda r: r["rows_passed"], "number", order="rows_passed"),
    Column("tries", "第几份入库", lambda r: r["tries"], "number", order="tries"),
)


@needs("see_own_batches", "see_all_batches")
def tries(request: HttpRequest, unit: str) -> HttpResponseBase:
    """The first file for each filled place of a unit: what 一次通过率 is made of."""
    found, span = seen_unit(request, unit), chosen_span(request)
    now, _ = stretch(request, span, unit=unit)
    page = listing(
        request, "第一次交来的文件", TRIES, queries.try_lines(now), guarded=False,
        order=("passed", "submission"),
        filters=[("单位", found.name), ("范围", span.title)], identity=lambda r: r["submission"],
        empty="这段时间还没有入库的文件", empty_next="入库后，每期第一次交来的文件会列在这里。",
    )  # fmt: skip
    context = _context(request, page, found, span) | {"purpose": queries.MEANS["passed"]}
    return exported(request, page, by=myself(request)) or render(request, "dashboard/files.html", context)


def _context(request: HttpRequest, page: Listing, unit: Unit, span: queries.Span) -> dict[str, Any]:
    back = back_to(request, f"/units/{unit.key}/picture?span={span.key}")
    return {"page": page, "unit": unit, "span": span, "title": page.title, "purpose": "", "back": back}


FILLS = (
    Column("resource", "资源", lambda r: r["resource"], order="place"),
    Column("sheet", "表", lambda r: r["sheet"], order="sheet", hidden=True),
    Column("column", "列", lambda r: r["column"], order="column"),
    Column("asked", "要求", lambda r: r["asked"], order="asked"),
    Column("filled", "有内容", lambda r: r["filled"], "number", order="filled", unit="格"),
    Column("applies", "应填", lambda r: r["applies"], "number", order="applies", unit="格"),
    Column("empty", "缺填", lambda r: r["empty"], "number", order="empty", unit="格"),
    Column("rate", "填报率", lambda r: r["rate"], "number", order="rate", unit="%"),
)


@needs("see_calendar")
def fills(request: HttpRequest, unit: str) -> HttpResponseBase:
    """The columns that 填报完整率 of a unit is made of, with what is filled of each."""
    found, span = seen_unit(request, unit), chosen_span(request)
    now, _ = stretch(request, span, unit=unit)
    page = listing(
        request, "各列填了多少", FILLS, queries.fill_lines(now), guarded=False, order=("-empty", "place"),
        filters=[("单位", found.name), ("范围", span.title)], identity=lambda r: str(r["place"]),
        empty="这段时间还没有入库的数据", empty_next="入库后，各列填了多少会列在这里。",
    )  # fmt: skip
    context = _context(request, page, found, span) | {"purpose": queries.MEANS["filled"]}
    return exported(request, page, by=myself(request)) or render(request, "dashboard/files.html", context)


FAULTY = (
    Column("resource", "资源", lambda r: r["resource"], order="resource"),
    Column("period", "所属期", lambda r: period_label(r["period"]), order="period"),
    Column(
        "file", "文件", lambda r: r["file_name"], link=lambda r: f"{_file(r)}?code={r['code']}"
    ),
    Column("received", "接收时间", lambda r: r["received_at"], "instant", order="received_at"),
    Column("columns", "所在列", lambda r: r["columns"]),
    Column("count", "处数", lambda r: r["count"], "number", order="count"),
)  # fmt: skip


@needs("see_own_batches", "see_all_batches")
def faulty(request: HttpRequest, unit: str, code: str) -> HttpResponseBase:
    """The files of a unit in which one kind of fault was found, each opening at those findings."""
    found, span = seen_unit(request, unit), chosen_span(request)
    known = in_force().findings.get(code)
    if known is None:
        raise Http404
    now, _ = stretch(request, span, unit=unit)
    page = listing(
        request, f"{known.title}的文件", FAULTY, queries.fault_files(now, code), guarded=False,
        order=("-count", "submission"), filters=[("单位", found.name), ("范围", span.title)],
        identity=lambda r: r["submission"], empty="这段时间没有这种问题", empty_next="可以换一段时间看看。",
    )  # fmt: skip
    context = _context(request, page, found, span)
    return exported(request, page, by=myself(request)) or render(request, "dashboard/files.html", context)
