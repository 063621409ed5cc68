"""Cut-offs: which batches counted at an instant, of whom, under which signature; and whether it holds."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from gongzhi.editions.queries import in_force
from gongzhi.gate import needs, sight_of
from gongzhi.intake.forms import ListFilter
from gongzhi.intake.models import Cutoff, FrozenBatch
from gongzhi.intake.queries import cutoffs as found_in
from gongzhi.intake.queries.pages import matching, period_label
from gongzhi.lists import Column, Mark, back_to, listing, table
from gongzhi.lists.workbook import attachment, exported
from gongzhi.organisation.queries import unit_name

COLUMNS = (
    Column(
        "cut_at", "截止时间", lambda c: c.cut_at, "instant", link=lambda c: f"/cutoffs/{c.pk}", order="cut_at"
    ),
    Column("size", "有效批次", lambda c: c.size, "number", order="size"),
    Column("at", "固定并签名", lambda c: c.at, "instant", order="at"),
    Column("root", "根（SM3）", lambda c: c.root[:16]),
    Column("key", "密钥", lambda c: c.key),
)
UNITS = (
    Column("unit", "单位", lambda one: one.name),
    Column("slots", "有数据的期数", lambda one: one.slots, "number"),
    Column("batches", "批次", lambda one: one.batches, "number"),
    Column("rows", "入库行数", lambda one: one.rows, "number"),
    Column("set_aside", "未补正行数", lambda one: one.set_aside, "number"),
)


def _since(one: FrozenBatch) -> Mark:
    """What has become of the batch since."""
    if one.batch.withdrawn_at:
        return Mark("后来撤回", "note")
    newer = one.batch.replaced_by
    return Mark(f"后来由 {newer.number} 更正", "note") if newer else Mark("至今有效", "good")


BATCHES = (
    Column("number", "批次", lambda one: one.batch.number),
    Column("unit", "单位", lambda one: unit_name(one.batch.slot.unit), order="batch__slot__unit"),
    Column("resource", "资源", lambda one: in_force().resources[one.batch.slot.resource].title,
           order="batch__slot__resource"),
    Column("period", "期间", lambda one: period_label(one.batch.slot.period), order="batch__slot__period"),
    Column("received", "收到", lambda one: one.batch.submission.received_at, "instant",
           order="batch__submission__received_at"),
    Column("rows", "入库行数", lambda one: one.batch.rows, "number", order="batch__rows"),
    Column("since", "后来", _since, "mark"),
    Column("digest", "摘要（SM3）", lambda one: one.digest, hidden=True),
)  # fmt: skip
OPENED = Column("number", "批次", lambda one: one.batch.number, link=lambda one: one.batch.path)


@needs("see_all_batches", "verify_integrity")
def cutoffs(request: HttpRequest) -> HttpResponseBase:
    """Every cut-off that was frozen, the latest first."""
    page = listing(
        request, "截止快照", COLUMNS, found_in.cutoffs_visible_to(sight_of(request.user)), guarded=False,
        order=("-cut_at", "-pk"), empty="还没有截止快照",
        empty_next="每月月末后满规定天数，平台自动固定当时有效的批次并签名。",
    )  # fmt: skip
    return exported(request, page, by=request.user) or render(request, "intake/cutoffs.html", {"page": page})


@needs("see_all_batches", "verify_integrity")
def cutoff(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One cut-off with the figures of each unit; `verify` asks whether the signature and every batch hold."""
    found = _seen(request, pk)
    units = found_in.frozen_units(found)
    page = table(request, "各单位的数据", UNITS, units, guarded=False, filters=_said(found), key="units")
    context = {
        "cutoff": found, "units": units, "page": page, "back": back_to(request, "/cutoffs"),
        "title": f"截止快照 {timezone.localtime(found.cut_at):%Y-%m-%d %H:%M}",
        "proof": found_in.held(found) if "verify" in request.GET else None,
    }  # fmt: skip
    return exported(request, page, by=request.user) or render(request, "intake/cutoff.html", context)


def _seen(request: HttpRequest, pk: int) -> Cutoff:
    return get_object_or_404(found_in.cutoffs_visible_to(sight_of(request.user)), pk=pk)


def _said(found: Cutoff) -> list[tuple[str, str]]:
    cut_at = f"{timezone.localtime(found.cut_at):%Y-%m-%d %H:%M}"
    return [("截止时间", cut_at), ("批次", f"{found.size:,} 个"), ("根（SM3）", found.root)]


@needs("see_all_batches", "verify_integrity")
def cutoff_batches(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The batches that counted, each with its digest and what has become of it since."""
    found, sight = _seen(request, pk), sight_of(request.user)
    units = [(one.key, one.name) for one in found_in.frozen_units(found)]
    chosen = ListFilter(request.GET, states=(), units=units)
    rows, values = found_in.frozen_of(found), chosen.values
    if "unit" in values:
        rows = rows.filter(batch__slot__unit=values["unit"])
    if "q" in values:
        rows = rows.filter(
            matching(values["q"], "batch__slot__", file="batch__submission__file_name", batch="batch__")
        )
    columns = (OPENED, *BATCHES[1:]) if sight.has("see_all_batches") else BATCHES
    page = listing(
        request, "截止时有效的批次", columns, rows, guarded=False, filters=[*_said(found), *chosen.words],
        order=("batch__slot__unit", "batch__slot__resource", "batch__slot__period", "pk"),
        empty="没有符合条件的批次", empty_next="可以放宽上面的条件。",
    )  # fmt: skip
    told = f"{timezone.localtime(found.cut_at):%Y-%m-%d %H:%M} 以前收到、当时有效的 {found.size:,} 个批次。"
    context = {"page": page, "chosen": chosen, "told": told, "back": f"/cutoffs/{found.pk}"}
    return exported(request, page, by=request.user) or render(request, "intake/cutoff_batches.html", context)


@needs("see_all_batches", "verify_integrity")
def cutoff_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The cut-off with its signature and every digest, as `gongzhi verify cutoff` reads it anywhere."""
    found = _seen(request, pk)
    text = json.dumps(found_in.cutoff_as_json(found), ensure_ascii=False, indent=1)
    response = HttpResponse(text, content_type="application/json")
    name = f"截止快照{timezone.localtime(found.cut_at):%Y-%m-%d}.json"
    response.headers["Content-Disposition"] = attachment(name)
    return response
