"""The pictures of units, and the rows behind their figures."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from gongzhi.catalogue import queries as catalogue
from gongzhi.dashboard import queries
from gongzhi.dashboard.queries import Span, Stretch
from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions import Unit
from gongzhi.gate import needs, sight_of
from gongzhi.lists import Column, back_to, listing
from gongzhi.lists.workbook import exported
from gongzhi.organisation.queries import myself

from .tables import unit_tables

UNITS = (
    Column("name", "单位", lambda r: r["name"], link=lambda r: f"/units/{r['key']}/picture", order="place"),
    Column("owed", "应报", lambda r: r["owed"], "number", order="owed", unit="期"),
    Column("timely", "按时率", lambda r: r["timely"], "number", order="timely", unit="%"),
    Column("reported", "报送率", lambda r: r["reported"], "number", order="reported", unit="%"),
    Column("missing", "逾期未报", lambda r: r["missing"], "number", order="missing", unit="期"),
    Column("days", "迟报", lambda r: r["days"], "number", order="days", unit="天"),
    Column("passed", "一次通过率", lambda r: r["passed"], "number", order="passed", unit="%"),
    Column("rows", "一次合格行率", lambda r: r["rows"], "number", order="rows", unit="%"),
    Column("filled", "填报完整率", lambda r: r["filled"], "number", order="filled", unit="%"),
    Column("zero", "零报告", lambda r: r["zero"], "number", order="zero", unit="期", hidden=True),
)


def chosen_span(request: HttpRequest) -> Span:
    return queries.span_of(request.GET.get("span", ""), timezone.localdate())


def stretch(request: HttpRequest, span: Span, **narrowed: str) -> tuple[Stretch, Stretch | None]:
    """What is counted in the chosen span, and in the one before it where there is one."""
    sight, today = sight_of(request.user), timezone.localdate()
    now = Stretch(sight, (span.first, span.last), today, narrowed)
    return now, Stretch(sight, span.before, today, narrowed) if span.before else None


def seen_unit(request: HttpRequest, key: str) -> Unit:
    """The unit, when its calendar may be seen; otherwise it is not there."""
    found = in_force().units.get(key)
    if found is None or key not in sight_of(request.user).units("see_calendar"):
        raise Http404
    return found


@needs("see_calendar")
def pictures(request: HttpRequest) -> HttpResponseBase:
    """Every unit in sight with its figures; who sees one unit only is taken to it."""
    units = sight_of(request.user).units("see_calendar")
    if isinstance(units, frozenset) and len(units) == 1:
        return redirect("unit_picture", *units)
    span = chosen_span(request)
    now, _ = stretch(request, span)
    page = listing(
        request, "报送质量", UNITS, queries.unit_lines(now), guarded=False, order=("place", "key"),
        filters=[("范围", span.title)], empty="这段时间没有单位要报", empty_next="可以换一段时间看看。",
        identity=lambda r: r["key"],
    )  # fmt: skip
    choices = queries.choices(catalogue.visible_to(now.sight))
    context = {"page": page, "span": span, "spans": choices, "means": queries.MEANINGS}
    return exported(request, page, by=myself(request)) or render(request, "dashboard/pictures.html", context)


@needs("see_calendar")
def unit_picture(request: HttpRequest, unit: str) -> HttpResponseBase:
    """How a unit shares: figures with their definitions, a chart, and its most frequent faults."""
    found, span = seen_unit(request, unit), chosen_span(request)
    now, before = stretch(request, span, unit=unit)
    context: dict[str, Any] = {
        "unit": found,
        "span": span,
        "spans": queries.choices(catalogue.visible_to(now.sight).filter(unit=unit)),
        "figures": queries.unit_figures(now, before, span, unit),
        "outside": queries.outside(now, span, unit),
        "chart": queries.unit_chart(now, span),
        "faults": queries.fault_lines(now, before),
        "faults_at": f"/units/{unit}/faults" if queries.sees_files(now.sight) else "",
        "back": back_to(request, "/pictures"),
        "several": unit != now.sight.unit or now.sight.has("chase_units"),
    }
    context["tables"] = tables = unit_tables(request, context)
    answer = exported(request, *tables.values(), by=myself(request))
    return answer or render(request, "dashboard/unit.html", context)
