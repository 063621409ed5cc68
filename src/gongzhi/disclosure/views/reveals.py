"""Who looked at personal data: each look for the auditor, one's own, counts for the provider."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from gongzhi.audit import queries as audit
from gongzhi.audit.queries import in_force
from gongzhi.disclosure import queries
from gongzhi.disclosure.models import Reveal
from gongzhi.gate import needs, sight_of
from gongzhi.lists import Column, Mark, listing, table
from gongzhi.lists.workbook import exported
from gongzhi.organisation.queries import myself, unit_name

USE_DAYS = 366
REFUSALS_SHOWN = 50


def _about(look: Reveal) -> str:
    return look.about_title or look.reason


def _hours(look: Reveal) -> Mark:
    return Mark("非工作时间", "warn") if queries.off_hours(look.at, in_force()) else Mark("工作时间")


_WHAT = (
    Column("at", "时间", lambda r: r.at, "instant", order="at"),
    Column("purpose", "事由", lambda r: r.purpose_title, order="purpose_title"),
    Column("about", "事项或原因", _about),
    Column("row", "记录", lambda r: f"{r.batch_number} 第 {r.row} 行", order="batch_number"),
    Column("fields", "数据项", lambda r: "、".join(r.titles)),
    Column("provider", "提供单位", lambda r: unit_name(r.unit), order="unit"),
)
_WHO = (
    Column("who", "谁", lambda r: r.person.name, order="person__name"),
    Column("unit", "单位", lambda r: unit_name(r.person_unit), order="person_unit"),
)
_WHEN = (
    Column("hours", "工作时间", _hours, "mark"),
    Column("guarded", "重点保护", lambda r: Mark("重点保护", "warn") if r.guarded else "", "mark"),
)


@needs("read_audit")
def reveals(request: HttpRequest) -> HttpResponseBase:
    """Every look, the latest first; what was refused over a quota stands below."""
    rows = queries.reveals_visible_to(sight_of(request.user)).select_related("person")
    page = listing(
        request, "个人信息查看记录", (_WHAT[0], *_WHO, *_WHAT[1:], *_WHEN), rows, guarded=True,
        order=("-at", "-pk"),
        empty="还没有人查看过个人信息原文", empty_next="有人查看后，每次一行，列在这里。",
    )  # fmt: skip
    refused = audit.visible_to(sight_of(request.user)).filter(verb="reveal.refused").order_by("-id")
    context = {"page": page, "refused": refused[:REFUSALS_SHOWN]}
    return exported(request, page, by=myself(request)) or render(request, "disclosure/reveals.html", context)


@needs("reveal_person")
def my_reveals(request: HttpRequest) -> HttpResponseBase:
    """What the reader looked at, and how many rows are left today."""
    sight, person = sight_of(request.user), myself(request)
    rows = queries.reveals_visible_to(sight).filter(person=person)
    page = listing(
        request, "我查看过的个人信息", _WHAT, rows, guarded=True, order=("-at", "-pk"),
        empty="您还没有查看过个人信息原文", empty_next="在疑点的证据或批次的一行旁点“查看”。",
    )  # fmt: skip
    quota = queries.quota_of(sight)
    left = queries.left_today(person, quota, timezone.now()) if quota else 0
    context = {"page": page, "quota": quota, "left": left}
    return exported(request, page, by=person) or render(request, "disclosure/my_reveals.html", context)


@needs("see_own_batches", "see_all_batches")
def use(request: HttpRequest) -> HttpResponseBase:
    """How often rows of the reader's unit were looked at, for what and by which units; no names."""
    sight = sight_of(request.user)
    units = sight.units("see_all_batches" if sight.has("see_all_batches") else "see_own_batches")
    known = in_force().resources
    rows = [
        (one, unit_name(one.unit), known[one.resource].title if one.resource in known else one.resource,
         unit_name(one.viewer))
        for one in queries.usage(units, timezone.now() - dt.timedelta(USE_DAYS))
    ]  # fmt: skip
    total = sum(one.looks for one, *_ in rows)
    page = table(request, "个人信息使用情况", _USE, rows, guarded=False, key="use")
    context = {"rows": rows, "total": total, "page": page}
    return exported(request, page, by=myself(request)) or render(request, "disclosure/use.html", context)


_USE = (
    Column("unit", "提供单位", lambda row: row[1]),
    Column("resource", "资源", lambda row: row[2]),
    Column("purpose", "事由", lambda row: row[0].purpose),
    Column("viewer", "查看的单位", lambda row: row[3]),
    Column("looks", "次数", lambda row: row[0].looks, "number"),
    Column("batches", "涉及批次", lambda row: row[0].batches, "number"),
)
