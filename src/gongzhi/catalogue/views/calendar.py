"""The calendar: what is owed, by when, and how it stands."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from gongzhi.catalogue.models import Obligation
from gongzhi.catalogue.queries import in_days, visible_to
from gongzhi.catalogue.states import State, due_of, standing
from gongzhi.editions.queries import in_force
from gongzhi.engine.calendar import parse_period
from gongzhi.gate import Sight, needs, sight_of
from gongzhi.lists import Column, Mark, Meaning, listing
from gongzhi.lists.workbook import exported

WANTED = (("open", "待报和逾期未报"), ("missing", "逾期未报"), ("all", "全部"))
SPANS = (("30", "前后一个月"), ("90", "前后一季"), ("400", "前后一年"))
MEANINGS: dict[State, Meaning] = {
    State.ON_TIME: "good",
    State.LATE: "warn",
    State.MISSING: "stop",
    State.AWAITED: "warn",
    State.NOT_DUE: "note",
    State.EXEMPT: "note",
    State.ZERO: "good",
    State.ZERO_LATE: "warn",
}


def mark_of(obligation: Obligation, today: dt.date) -> Mark:
    found = standing(obligation, today)
    text = found.label
    due = due_of(obligation, today)
    if found.state is State.AWAITED and due:
        text = f"待报，剩{(due - today).days}天"
    if found.state is State.MISSING:
        text = f"逾期{found.days_late}天未报"
    return Mark(text, MEANINGS[found.state])


def columns(today: dt.date, sight: Sight) -> tuple[Column, ...]:
    """The columns of the calendar as of a day; the way to hand in stands where the reader may."""
    definitions = in_force()

    def hand_in(owed: Obligation) -> str:
        mine = owed.unit == sight.unit and sight.has("submit_file")
        met = owed.received_at or owed.exempt_on
        return f"/submit/{owed.resource}?period={owed.period}" if mine and not met else ""

    def title(owed: Obligation) -> str:
        resource = definitions.resources.get(owed.resource)
        return f"{owed.resource} {resource.title}" if resource else owed.resource

    return (
        Column("due", "到期日", lambda o: due_of(o, today), "day", order="due"),
        Column("state", "状态", lambda o: mark_of(o, today), "mark"),
        Column("resource", "资源", title, link=hand_in, order="resource"),
        Column("period", "所属期", lambda o: parse_period(o.period).label, link=_page, order="period"),
        Column("unit", "单位", lambda o: unit_name(o.unit), order="unit"),
        Column("received", "接收时间", lambda o: o.received_at, "instant", order="received_at"),
        Column("note", "说明", lambda o: "期限为暂定" if o.due_provisional else "", hidden=True),
    )


def _page(owed: Obligation) -> str:
    return f"/obligations/{owed.pk}"


def unit_name(key: str) -> str:
    unit = in_force().units.get(key)
    return unit.name if unit else key


def _asked(request: HttpRequest, seen: QuerySet[Obligation], today: dt.date) -> dict[str, Any]:
    """What the address asks for, and the rows that answer it; what is not understood keeps its default."""
    state, span = request.GET.get("state", "open"), request.GET.get("span", "90")
    state = state if state in dict(WANTED) else "open"
    span = span if span in dict(SPANS) else "90"
    keys = seen.order_by("unit").values_list("unit", flat=True).distinct()
    units = sorted(((key, unit_name(key)) for key in keys), key=lambda unit: unit[1])
    unit = request.GET.get("unit", "")
    unit = unit if unit in dict(units) else ""
    rows = in_days(seen, today, int(span), "all" if state == "all" else "open")
    rows = rows.filter(due__lt=today) if state == "missing" else rows
    rows = rows.filter(unit=unit) if unit else rows
    words = [("状态", dict(WANTED)[state]), ("范围", dict(SPANS)[span])]
    words += [("单位", dict(units)[unit])] if unit else []
    return {"rows": rows, "state": state, "span": span, "unit": unit, "units": units, "words": words}


@needs("see_calendar")
def calendar(request: HttpRequest) -> HttpResponseBase:
    """Obligations in sight, the most urgent first; filtered by state, span and unit."""
    today, sight = timezone.localdate(), sight_of(request.user)
    asked = _asked(request, visible_to(sight), today)
    page = listing(
        request, "报送日历", columns(today, sight), asked["rows"], order=("due", "pk"),
        empty="这段时间没有要报的", empty_next="可以放宽上面的时间范围看看。", filters=asked["words"],
    )  # fmt: skip
    context = asked | {"page": page, "spans": SPANS, "wanted": WANTED}
    return exported(request, page, by=request.user) or render(request, "catalogue/calendar.html", context)
