"""The pictures of resources."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from gongzhi.catalogue import queries as catalogue
from gongzhi.dashboard import queries
from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions import Resource, Unit
from gongzhi.gate import needs, sight_of
from gongzhi.intake.queries.pages import period_label
from gongzhi.lists import Column, back_to, listing
from gongzhi.lists.workbook import exported
from gongzhi.organisation.queries import myself

from .tables import resource_tables
from .units import chosen_span, stretch

RESOURCES = (
    Column(
        "name", "资源", lambda r: r["name"], link=lambda r: f"/resources/{r['key']}/picture", order="place"
    ),
    Column("units", "提供单位", lambda r: r["units"], "number", order="units", unit="个"),
    Column("owed", "应报", lambda r: r["owed"], "number", order="owed", unit="期"),
    Column("timely", "按时率", lambda r: r["timely"], "number", order="timely", unit="%"),
    Column("reported", "报送率", lambda r: r["reported"], "number", order="reported", unit="%"),
    Column("missing", "逾期未报", lambda r: r["missing"], "number", order="missing", unit="期"),
    Column("passed", "一次通过率", lambda r: r["passed"], "number", order="passed", unit="%"),
    Column("rows", "入库行数", lambda r: r["rows"], "number", order="rows"),
    Column("linked", "关联率", lambda r: r["linked"], "number", order="linked", unit="%"),
)


@needs("see_calendar")
def resource_pictures(request: HttpRequest) -> HttpResponseBase:
    """Every resource in sight with its figures."""
    span = chosen_span(request)
    now, _ = stretch(request, span)
    page = listing(
        request, "资源质量", RESOURCES, queries.resource_lines(now), guarded=False, order=("place", "key"),
        filters=[("范围", span.title)], identity=lambda r: r["key"], empty="没有要提供的资源",
        empty_next="目录里由本单位提供的资源会列在这里。",
    )  # fmt: skip
    context = {"page": page, "span": span, "spans": queries.choices(catalogue.visible_to(now.sight))}
    answer = exported(request, page, by=myself(request))
    return answer or render(request, "dashboard/resources.html", context)


@needs("see_calendar")
def resource_picture(request: HttpRequest, number: str) -> HttpResponseBase:
    """How a resource comes in: timeliness, fill of its columns, coverage of the register, frequent faults."""
    resource = in_force().resources.get(number)
    units, whole = queries.providers_in_sight(resource, sight_of(request.user)) if resource else ([], False)
    if resource is None or not units:
        raise Http404
    context = _picture(request, resource, units) | {"whole": whole}
    context["tables"] = tables = resource_tables(request, context)
    context["fills"] = [(one, tables[f"fills{at}"]) for at, one in enumerate(context["sheets"])]
    answer = exported(request, *tables.values(), by=myself(request))
    return answer or render(request, "dashboard/resource.html", context)


def _picture(request: HttpRequest, resource: Resource, units: list[Unit]) -> dict[str, Any]:
    span, number = chosen_span(request), resource.number
    now, before = stretch(request, span, resource=number)
    return {
        "resource": resource, "span": span, "filled": queries.FILLED,
        "spans": queries.choices(catalogue.visible_to(now.sight).filter(resource=number)),
        "figures": queries.resource_figures(now, before, span, resource),
        "sheets": queries.sheet_fills(now, resource),
        "periods": [(one, period_label(one.period)) for one in queries.period_lines(now, resource)],
        "providers": queries.provider_lines(now, span, resource, units),
        "faults": queries.fault_lines(now, before),
        "back": back_to(request, "/pictures/resources"),
    }  # fmt: skip
