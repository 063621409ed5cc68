"""The calendar: what is owed, by when, and how it stands."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from gongzhi.editions.queries import in_force
from gongzhi.engine.calendar import parse_period
from gongzhi.gate import needs, sight_of
from gongzhi.lists import Column, Mark, Meaning, listing
from gongzhi.lists.workbook import exported

from .models import Obligation
from .queries import in_days, visible_to
from .states import State, standing

SPANS = (("30", "前后一个月"), ("90", "前后一季"), ("400", "前后一年"))
MEANINGS: dict[State, Meaning] = {
    State.ON_TIME: "good",
    State.LATE: "warn",
    State.MISSING: "stop",
    State.AWAITED: "warn",
    State.NOT_DUE: "note",
}


def _mark(obligation: Obligation, today: dt.date) -> Mark:
    found = standing(obligation, today)
    text = found.label
    if found.state is State.AWAITED and obligation.due:
        text = f"待报，剩{(obligation.due - today).days}天"
    if found.state is State.MISSING:
        text = f"逾期{found.days_late}天未报"
    return Mark(text, MEANINGS[found.state])


def columns(today: dt.date) -> tuple[Column, ...]:
    """The columns of the calendar as of a day."""
    definitions = in_force()
    return (
        Column("due", "到期日", lambda o: o.due, "day", order="due"),
        Column("state", "状态", lambda o: _mark(o, today), "mark"),
        Column(
            "resource",
            "资源",
            lambda o: f"{o.resource} {definitions.resources[o.resource].title}",
            link=lambda o: f"/submit/{o.resource}?period={o.period}" if not o.received_at else "",
            order="resource",
        ),
        Column("period", "所属期", lambda o: parse_period(o.period).label, order="period"),
        Column("unit", "单位", lambda o: definitions.units[o.unit].name, order="unit"),
        Column("received", "接收时间", lambda o: o.received_at, "instant", order="received_at"),
        Column("note", "说明", lambda o: "期限为暂定" if o.due_provisional else "", hidden=True),
    )


@needs("see_calendar")
def calendar(request: HttpRequest) -> HttpResponseBase:
    """Obligations in sight, the most urgent first; filtered by state and span."""
    today = timezone.localdate()
    state, span = request.GET.get("state", "open"), request.GET.get("span", "90")
    rows = in_days(visible_to(sight_of(request.user)), today, int(span) if span.isdigit() else 90, state)
    page = listing(
        request, "报送日历", columns(today), rows, order=("due", "pk"),
        empty="这段时间没有要报的", empty_next="可以放宽上面的时间范围看看。",
        filters=(("状态", "待报和逾期" if state == "open" else "全部"), ("范围", f"前后 {span} 天")),
    )  # fmt: skip
    context = {"page": page, "state": state, "span": span, "spans": SPANS}
    return exported(request, page, by=request.user) or render(request, "catalogue/calendar.html", context)
