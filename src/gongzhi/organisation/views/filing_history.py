"""联络员备案 of all units, also what was returned or replaced: one list for the office."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from gongzhi.engine.calendar import Period
from gongzhi.gate import needs, sight_of
from gongzhi.lists import Column, Mark, Meaning, listing
from gongzhi.lists.workbook import exported
from gongzhi.organisation.models import FILED, Filing
from gongzhi.organisation.queries import filings_visible_to, half_years, myself, unit_name, with_replaced

MEANINGS: dict[str, Meaning] = {"submitted": "warn", "filed": "good", "returned": "stop", "replaced": "note"}
COLUMNS = (
    Column("unit", "单位", lambda f: unit_name(f.unit), link=lambda f: f"/liaisons/{f.pk}", order="unit"),
    Column("state", "状态", lambda f: Mark(f.state_label, MEANINGS[f.state]), "mark", order="state"),
    Column("submitted", "提交", lambda f: f.submitted_at, "instant", order="submitted_at"),
    Column("submitter", "提交人", lambda f: f.submitted_by.name),
    Column("decided", "办理", lambda f: f.decided_at, "instant", order="decided_at"),
    Column("decider", "办理人", lambda f: f.decided_by.name if f.decided_by else ""),
    Column("number", "回执编号", lambda f: f.number),
    Column("replaced", "被替换", lambda f: f.replaced_at, "instant", order="replaced_at"),
    Column("confirmed", "最近确认", lambda f: f.confirmed_at, "instant", order="confirmed_at"),
    Column("reason", "退回的理由", lambda f: f.reason),
)


@needs("confirm_liaisons")
def history(request: HttpRequest) -> HttpResponseBase:
    """Every filing: submitted, on file, returned, replaced, and when; by unit, state and half-year."""
    seen = filings_visible_to(sight_of(request.user)).select_related("submitted_by", "decided_by")
    rows, chosen = _narrowed(request, seen)
    page = listing(
        request, "联络员备案记录", COLUMNS, with_replaced(rows), guarded=False,
        order=("-submitted_at", "-pk"), filters=chosen["words"], empty="没有符合条件的备案",
        empty_next="单位提交以后会出现在这里。",
    )  # fmt: skip
    context = chosen | {"page": page}
    return exported(request, page, by=myself(request)) or render(
        request, "organisation/filing_history.html", context
    )


def _narrowed(request: HttpRequest, seen: QuerySet[Filing]) -> tuple[QuerySet[Filing], dict[str, Any]]:
    """What the address asks for; what is not understood narrows nothing."""
    units = {key: unit_name(key) for key in seen.order_by("unit").values_list("unit", flat=True).distinct()}
    halves = {one.code: one for one in half_years(seen)}
    unit, state, half = (request.GET.get(name, "") for name in ("unit", "state", "half"))
    rows, words = seen, list[tuple[str, str]]()
    if unit in units:
        rows, words = rows.filter(unit=unit), [("单位", units[unit])]
    if state in FILED:
        rows, words = rows.filter(state=state), [*words, ("状态", FILED[state])]
    if half in halves:
        rows = rows.filter(submitted_at__range=_instants(halves[half]))
        words = [*words, ("提交", halves[half].label)]
    chosen = {"unit": unit, "state": state, "half": half, "words": words}
    named = sorted(units.items(), key=lambda one: one[1])
    return rows, chosen | {"units": named, "states": FILED.items(), "halves": halves.values()}


def _instants(period: Period) -> tuple[dt.datetime, dt.datetime]:
    """The first and the last instant of a period in Asia/Shanghai."""
    first = dt.datetime.combine(period.start, dt.time.min)
    last = dt.datetime.combine(period.end, dt.time.max)
    return timezone.make_aware(first), timezone.make_aware(last)
