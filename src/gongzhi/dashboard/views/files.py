"""What stands behind the figures of a unit or a resource: columns, first tries, batches, files."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from gongzhi.dashboard import queries
from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions import Resource, Unit
from gongzhi.gate import needs, sight_of
from gongzhi.intake.queries.marks import batch_mark
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


def _unit_name(key: str) -> str:
    known = in_force().units.get(key)
    return known.name if known else key


UNIT = Column("unit", "单位", lambda r: _unit_name(r["unit"]), order="unit")
BATCHES = (
    Column("number", "批次", lambda b: b.number, link=lambda b: f"/batches/{b.pk}"),
    Column("period", "所属期", lambda b: period_label(b.slot.period), order="slot__period"),
    Column("unit", "单位", lambda b: _unit_name(b.slot.unit), order="slot__unit"),
    Column("rows", "入库行数", lambda b: b.rows, "number", order="rows"),
    Column("committed", "入库时间", lambda b: b.committed_at, "instant", order="committed_at"),
    Column("state", "状态", batch_mark, "mark"),
)


def _resource(request: HttpRequest, number: str) -> Resource:
    """The resource, when some unit in the reader's sight provides it; otherwise it is not there."""
    found = in_force().resources.get(number)
    if found is None or not queries.providers_in_sight(found, sight_of(request.user))[0]:
        raise Http404
    return found


def _of_resource(
    request: HttpRequest, page: Listing, found: Resource, span: queries.Span, purpose: str
) -> HttpResponseBase:
    back = back_to(request, f"/resources/{found.number}/picture?span={span.key}")
    said = {"of": f"资源：{found.number} {found.title}", "of_name": found.title, "title": page.title}
    context = {"page": page, "span": span, "purpose": purpose, "back": back, **said}
    return exported(request, page, by=myself(request)) or render(request, "dashboard/files.html", context)


@needs("see_own_batches", "see_all_batches")
def resource_tries(request: HttpRequest, number: str) -> HttpResponseBase:
    """The first file for each filled place of a resource: what its 一次通过率 is made of."""
    found, span = _resource(request, number), chosen_span(request)
    now, _ = stretch(request, span, resource=number)
    page = listing(
        request, "第一次交来的文件", (UNIT, *TRIES[1:]), queries.try_lines(now), guarded=False,
        order=("passed", "submission"), identity=lambda r: r["submission"],
        filters=[("资源", f"{number} {found.title}"), ("范围", span.title)],
        empty="这段时间还没有入库的文件", empty_next="入库后，每期第一次交来的文件会列在这里。",
    )  # fmt: skip
    return _of_resource(request, page, found, span, queries.MEANS["passed"])


@needs("see_own_batches", "see_all_batches")
def resource_batches(request: HttpRequest, number: str) -> HttpResponseBase:
    """The batches that 入库行数 of a resource is made of."""
    found, span = _resource(request, number), chosen_span(request)
    now, _ = stretch(request, span, resource=number)
    page = listing(
        request, "现在有效的批次", BATCHES, now.batches.select_related("slot", "review"), guarded=False,
        order=("-committed_at", "-pk"), empty="这段时间还没有入库的数据",
        filters=[("资源", f"{number} {found.title}"), ("范围", span.title)],
        empty_next="入库后，批次会列在这里。",
    )  # fmt: skip
    return _of_resource(request, page, found, span, "资源的入库行数是这些批次的行数之和。")


def _context(request: HttpRequest, page: Listing, unit: Unit, span: queries.Span) -> dict[str, Any]:
    back = back_to(request, f"/units/{unit.key}/picture?span={span.key}")
    said = {"of": f"单位：{unit.name}", "of_name": unit.name, "title": page.title, "purpose": ""}
    return {"page": page, "span": span, "back": back, **said}


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
