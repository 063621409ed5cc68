"""使用反馈: what a unit's data was good for, in all, by resource, by batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from gongzhi.dashboard import queries
from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions import Unit
from gongzhi.gate import Sight, needs, sight_of
from gongzhi.intake import queries as intake
from gongzhi.lists import Column, back_to, listing
from gongzhi.lists.workbook import exported
from gongzhi.organisation.queries import myself
from gongzhi.risk import queries as risk

Way = Callable[[dict[str, Any]], str]


def _columns(*first: Column, rows: Way, hits: Way, money: bool = True) -> tuple[Column, ...]:
    """The columns after the first; expected tax, and the ways to rows and hits, for who may know them."""
    found = (
        *first,
        Column("rows", "入库行数", lambda r: r["rows"], "number", link=rows, order="rows"),
        Column("mentions", "提到当事人", lambda r: r["mentions"], "number", order="mentions", hidden=True),
        Column("linked", "关联到纳税人", lambda r: r["linked"], "number", order="linked"),
        Column("rate", "关联率", lambda r: r["rate"], "number", order="rate", unit="%"),
        Column("doubtful", "待人工认定", lambda r: r["doubtful"], "number", order="doubtful"),
        Column("unlinked", "登记簿里没有", lambda r: r["unlinked"], "number", order="unlinked"),
        Column("rules", "供比对规则", lambda r: r["rules"], "number", order="rules", unit="条"),
        Column("hits", "产生疑点", lambda r: r["told"], "number", link=hits, order="hits", unit="条"),
        Column("states", "疑点状态", lambda r: r["states"]),
        Column("tax", "待核疑点预计税额", lambda r: r["tax_fen"], "wan", order="tax_fen", unit="万元"),
    )
    return found if money else found[:-1]


UNIT = Column("name", "单位", lambda r: r["name"], link=lambda r: f"/units/{r['key']}/feedback", order="name")
BATCH = Column("name", "批次", lambda r: r["name"], link=lambda r: f"/batches/{r['key']}", order="name")


def _rows(row: dict[str, Any]) -> str:
    return f"/batches/{row['key']}/rows"


COUNTED = ("see_own_batches", "see_all_batches", "see_overview")


def _all_hits(sight: Sight, **behind: str) -> str:
    """Where the hits stand that rest on some data, in every state as they were counted, for who sees hits."""
    return "/hits?" + urlencode({"state": "all", **behind}) if risk.sees_hits(sight) else ""


def _batches(sight: Sight, by: str, **behind: str) -> Way:
    """The way from a line to the batches that it counts, for who sees batches."""
    if not queries.sees_files(sight):
        return lambda _: ""
    return lambda row: "/batches?" + urlencode({"state": "live", **behind, by: row["key"]})


def _counted(way: Way) -> Column:
    return Column("batches", "批次", lambda r: r["batches"], "number", link=way, order="batches")


def _opening(sight: Sight, by: str, **behind: str) -> Way:
    """The way from a line's number of hits to them."""
    return lambda row: _all_hits(sight, **behind, **{by: row["key"]}) if row["hits"] else ""


def _resources(unit: str, sight: Sight) -> tuple[Column, ...]:
    def address(row: dict[str, object]) -> str:
        return f"/units/{unit}/feedback/{row['key']}"

    way = _batches(sight, "resource", unit=unit)
    return _columns(
        Column(
            "name",
            "资源",
            lambda r: r["name"],
            link=address if queries.sees_files(sight) else None,
            order="name",
        ),
        _counted(way),
        rows=way,
        money=risk.sees_hits(sight),
        hits=_opening(sight, "resource", unit=unit),
    )


@needs(*COUNTED)
def feedback(request: HttpRequest) -> HttpResponseBase:
    """Every unit in sight; who sees one unit only is taken to it."""
    sight = sight_of(request.user)
    units = sight.units("see_own_batches")
    if not sight.has("see_overview") and not sight.has("see_all_batches") and isinstance(units, frozenset):
        return redirect("unit_feedback", *sorted(units)[:1])
    lines = queries.feedback_lines(intake.batches_counted_for(sight), sight, "unit")
    way = _batches(sight, "unit")
    page = listing(
        request, "使用反馈", _columns(UNIT, _counted(way), rows=way, hits=_opening(sight, "unit")), lines,
        guarded=False, order=("-hits", "key"), identity=lambda r: r["key"],
        empty="还没有入库的数据", empty_next="各单位的数据入库、关联、比对后，它们的用处会列在这里。",
    )  # fmt: skip
    answer = exported(request, page, by=myself(request))
    return answer or render(request, "dashboard/feedback.html", {"page": page})


def _seen(request: HttpRequest, key: str) -> Unit:
    sight = sight_of(request.user)
    everywhere = sight.has("see_overview") or sight.has("see_all_batches")
    unit = in_force().units.get(key)
    if unit is None or not (everywhere or key in sight.units("see_own_batches")):
        raise Http404
    return unit


@needs(*COUNTED)
def unit_feedback(request: HttpRequest, unit: str) -> HttpResponseBase:
    """您的数据有什么用: a unit's data in all, and by resource."""
    found, sight = _seen(request, unit), sight_of(request.user)
    batches = intake.batches_counted_for(sight).filter(slot__unit=unit)
    page = listing(
        request, "使用反馈", _resources(unit, sight),
        queries.feedback_lines(batches, sight, "resource"), guarded=False, order=("-hits", "key"),
        identity=lambda r: r["key"], filters=[("单位", found.name)],
        empty="还没有入库的数据", empty_next="数据入库、关联、比对后，它的用处会列在这里。",
    )  # fmt: skip
    context = {
        "page": page,
        "unit": found,
        "use": queries.use_of(batches, sight, money=True),
        "hits": _all_hits(sight, unit=unit),
        "mine": unit == sight.unit and sight.has("submit_file"),
        "back": back_to(request, "/feedback"),
    }
    answer = exported(request, page, by=myself(request))
    return answer or render(request, "dashboard/unit_feedback.html", context)


@needs("see_own_batches", "see_all_batches")
def resource_feedback(request: HttpRequest, unit: str, number: str) -> HttpResponseBase:
    """What each batch of one resource of a unit was good for."""
    found, sight = _seen(request, unit), sight_of(request.user)
    resource = in_force().resources.get(number)
    if resource is None:
        raise Http404
    batches = intake.batches_counted_for(sight).filter(slot__unit=unit, slot__resource=number)
    columns = _columns(BATCH, rows=_rows, money=risk.sees_hits(sight), hits=_opening(sight, "batch"))
    page = listing(
        request, "使用反馈", columns,
        queries.batch_lines(batches, sight), guarded=False, order=("-name", "key"),
        identity=lambda r: r["key"], filters=[("单位", found.name), ("资源", resource.title)],
        empty="这项资源还没有入库的数据", empty_next="入库后，每一批的用处会列在这里。",
    )  # fmt: skip
    context = {
        "page": page,
        "unit": found,
        "resource": resource,
        "use": queries.use_of(batches, sight, money=False),
        "hits": _all_hits(sight, unit=unit, resource=number),
        "back": back_to(request, f"/units/{unit}/feedback"),
    }
    answer = exported(request, page, by=myself(request))
    return answer or render(request, "dashboard/resource_feedback.html", context)


@needs("see_own_batches", "see_all_batches")
def batch_use(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What one batch was good for, a fragment of its page."""
    sight = sight_of(request.user)
    batch = get_object_or_404(intake.batches_visible_to(sight), pk=pk)
    context = {"use": queries.use_of_batch(batch, sight), "hits": _all_hits(sight, batch=str(pk))}
    return render(request, "dashboard/_use.html", context)
