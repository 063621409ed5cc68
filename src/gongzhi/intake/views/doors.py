"""接入通道: how the watched folder and the SQL sources stand, for who keeps the machine running."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from gongzhi.gate import needs
from gongzhi.intake import queries
from gongzhi.intake.actions.pulling import result_of
from gongzhi.intake.queries.doors import folder
from gongzhi.intake.queries.pages import period_label
from gongzhi.lists import Column, table
from gongzhi.lists.workbook import exported
from gongzhi.organisation.queries import myself
from gongzhi.work.queries import hooked

_KINDS = {"postgresql": "PostgreSQL", "mysql": "MySQL"}
_MEANS = {
    "accepted": "good", "partial": "warn", "awaiting": "warn", "received": "note", "checked": "note",
    "done": "good", "empty": "warn",
}  # fmt: skip
"""What became of the rows, else of the pull; everything else is a fault."""

WAITING = (
    Column("place", "放在哪里", lambda one: one.place),
    Column("since", "何时起", lambda one: one.since, "instant"),
    Column("state", "情况", lambda one: f"已出错 {one.tries} 次" if one.tries else "等待读取"),
)
SOURCES = (
    Column("name", "数据源", lambda one: one["name"]),
    Column("unit", "单位", lambda one: one["unit"] + ("" if one["known"] else "（单位或资源不认识）")),
    Column("resource", "资源", lambda one: one["resource"]),
    Column("kind", "类型", lambda one: one["kind"]),
    Column("period", "最近一次的期间", lambda one: one["period"]),
    Column("at", "最近一次", lambda one: one["at"], "instant"),
    Column("result", "结果", lambda one: one["result"]),
    Column("tries", "已试（次）", lambda one: one["tries"], "number"),
    Column("rows", "行数", lambda one: one["rows"], "number"),
    Column("waits", "待取的期间", lambda one: "、".join(one["waits"])),
)
HOOKED = (
    Column("unit", "单位", lambda one: one.unit + ("" if one.known else "（没有这个单位，不会送出）")),
    Column("last", "最近一次送到", lambda one: one.last_at, "instant"),
    Column("waiting", "待发", lambda one: one.waiting, "number"),
    Column("failed", "没有发出", lambda one: one.failed, "number"),
)


@needs("administer_system")
def doors(request: HttpRequest) -> HttpResponseBase:
    """Last look, last file, faults, what waits. No address, no account, no password, no value of a row."""
    now, sources = timezone.now(), _sources()
    watched = folder(now) if settings.DOORS.folder else None
    files = watched.waiting if watched else ()
    waiting = table(request, "前置机文件夹在等的文件", WAITING, files, guarded=False, key="waiting")
    pulled = table(request, "前置库的数据源", SOURCES, sources, guarded=False, key="sources")
    systems = hooked()
    told = table(request, "收结果的单位系统", HOOKED, systems, guarded=False, key="hooked")
    context = {
        "folder": watched, "sources": sources, "now": now, "waiting": waiting, "pulled": pulled,
        "hooked": systems, "told": told,
    }  # fmt: skip
    file = exported(request, waiting, pulled, told, by=myself(request))
    return file or render(request, "intake/doors.html", context)


def _sources() -> list[dict[str, Any]]:
    """How each SQL source stands, in words."""
    found = queries.pulls_of(settings.DOORS.sources, timezone.localdate())
    return [
        one | {
            "kind": _KINDS[source.database.kind],
            "at": parse_datetime(one["last_at"]) if one["last_at"] else None,
            "period": period_label(one["last_period"]) if one["last_period"] else "",
            "result": result_of(str(one["last"]), one["outcome"]) if one["last"] else "",
            "meaning": _MEANS.get(one["outcome"] or one["last"], "stop"),
            "waits": [period_label(period) for period in one["waiting"]],
        }
        for source, one in zip(settings.DOORS.sources, found, strict=True)
    ]  # fmt: skip
