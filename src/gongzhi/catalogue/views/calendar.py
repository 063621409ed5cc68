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
from gongzhi.catalogue.queries import (
    Exemptions,
    Owed,
    in_days,
    owed_one,
    standing_duties,
    visible_to,
    with_state,
)
from gongzhi.catalogue.states import COUNTED, LABELS, REPORTED, TIMELY, State, due_of
from gongzhi.editions.queries import in_force
from gongzhi.gate import Sight, needs, sight_of
from gongzhi.lists import Column, Mark, Meaning, listing
from gongzhi.lists.workbook import exported

OPEN = (("open", "还没报的"), ("missing", "逾期未报"), ("all", "全部"))
GROUPS: dict[str, tuple[str, tuple[State, ...]]] = {
    "asked": ("要报的", tuple(state for state in State if state is not State.EXEMPT)),
    "owed": ("应报", (*COUNTED, State.AWAITED)),
    "counted": ("计入比率的", COUNTED),
    "reported": ("已报", REPORTED),
    "timely": ("按时（含零报告）", TIMELY),
    "late_all": ("迟报", (State.LATE, State.ZERO_LATE)),
    "zero_all": ("零报告", (State.ZERO, State.ZERO_LATE)),
}
"""States that a rate takes together."""
STATES = {**{state.value: (LABELS[state], (state,)) for state in State}, **GROUPS}
WANTED = (*OPEN, *((key, word) for key, (word, _) in STATES.items() if key not in dict(OPEN)))
SPANS = (("30", "前后一个月"), ("90", "前后一季"), ("400", "前后一年"))
BOUND = {"": ("period_end", "所属期截止"), "due": ("due", "到期日")}
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


def mark_of(owed: Owed, today: dt.date) -> Mark:
    found, text = owed.standing, owed.standing.label
    if found.state is State.AWAITED and owed.due:
        text = f"待报，剩{(owed.due - today).days}天"
    if found.state is State.MISSING:
        text = f"逾期{found.days_late}天未报"
    return Mark(text, MEANINGS[found.state])


def columns(today: dt.date, sight: Sight) -> tuple[Column, ...]:
    """The columns of the calendar as of a day; the way to hand in stands where the reader may."""
    definitions, exemptions = in_force(), Exemptions(today)

    def state(owed: Obligation) -> Mark:
        return mark_of(owed_one(owed, today, exemptions), today)

    def hand_in(owed: Obligation) -> str:
        mine = owed.unit == sight.unit and sight.has("submit_file")
        met = owed.received_at or exemptions.of(owed)
        return f"/submit/{owed.resource}?period={owed.period}" if mine and not met else ""

    def title(owed: Obligation) -> str:
        resource = definitions.resources.get(owed.resource)
        return f"{owed.resource} {resource.title}" if resource else owed.resource

    return (
        Column("due", "到期日", lambda o: due_of(o, today), "day", order="due"),
        Column("state", "状态", state, "mark"),
        Column("resource", "资源", title, link=hand_in, order="resource"),
        Column("period", "所属期", lambda o: o.period_label, link=_page, order="period"),
        Column("unit", "单位", lambda o: unit_name(o.unit), order="unit"),
        Column("received", "接收时间", lambda o: o.received_at, "instant", order="received_at"),
        Column("note", "说明", _note, hidden=True),
    )


def _note(owed: Obligation) -> str:
    words = ["期限为暂定"] if owed.due_provisional else []
    words += [] if owed.due_assured else ["节假日未公布，按周末推算"]
    return "；".join(words if owed.scored else [*words, "不计入评分"])


def _page(owed: Obligation) -> str:
    return f"/obligations/{owed.pk}"


def unit_name(key: str) -> str:
    unit = in_force().units.get(key)
    return unit.name if unit else key


def _asked(request: HttpRequest, seen: QuerySet[Obligation], today: dt.date) -> dict[str, Any]:
    """What the address asks for, and the rows that answer it; what is not understood keeps its default.

    With `since` and `until` the days are those on which periods end, as the rates count them, or (`by`
    due) those on which they are due.
    """
    state, span = request.GET.get("state", "open"), request.GET.get("span", "90")
    state = state if state in dict(WANTED) else "open"
    span = span if span in dict(SPANS) else "90"
    keys = seen.order_by("unit").values_list("unit", flat=True).distinct()
    units = sorted(((key, unit_name(key)) for key in keys), key=lambda unit: unit[1])
    unit = request.GET.get("unit", "")
    unit = unit if unit in dict(units) else ""
    limits, bound, kept = _bounds(request)
    near = seen.filter(**limits) if limits else None
    rows, words = _in_state(seen, near, state, int(span), today), [("状态", dict(WANTED)[state])]
    words += bound or [("范围", _range(state, dict(SPANS)[span]))]
    if unit:
        rows, words = rows.filter(unit=unit), [*words, ("单位", dict(units)[unit])]
    for name, title, value in _narrowed(request):
        rows, words = rows.filter(**{name: value}), [*words, title]
        kept.append((name, request.GET[name]))
    found = {"rows": rows, "state": state, "span": span, "unit": unit, "units": units, "words": words}
    return found | {"ends": bool(limits), "kept": kept}


def _range(state: str, span: str) -> str:
    """The days that a list covers, in words: what is overdue stands on it however old it is."""
    return {"open": f"{span}，逾期未报的不论多早", "missing": "不论多早到期"}.get(state, span)


Words = list[tuple[str, str]]


def _bounds(request: HttpRequest) -> tuple[dict[str, Any], Words, Words]:
    """The days asked for: as a limit, in words, and as the address keeps them; empty without any."""
    since, until = _day(request, "since"), _day(request, "until")
    if not since and not until:
        return {}, [], []
    by = "due" if request.GET.get("by") == "due" else ""
    field, word = BOUND[by]
    kept = [("since", str(since or "")), ("until", str(until or "")), ("by", by)]
    limits = {f"{field}__range": (since or dt.date.min, until or dt.date.max)}
    return limits, [(word, f"{since or ''} 至 {until or ''}")], kept


def _narrowed(request: HttpRequest) -> list[tuple[str, tuple[str, str], Any]]:
    """What a figure's link asks besides: one resource, only what counts in the scores."""
    found: list[tuple[str, tuple[str, str], Any]] = []
    if (number := request.GET.get("resource", "")) in in_force().resources:
        found.append(("resource", ("资源", f"{number} {in_force().resources[number].title}"), number))
    if (scored := request.GET.get("scored")) in {"0", "1"}:
        found.append(("scored", ("计入评分", "是" if scored == "1" else "否"), scored == "1"))
    return found


def _in_state(
    seen: QuerySet[Obligation], near: QuerySet[Obligation] | None, state: str, span: int, today: dt.date
) -> QuerySet[Any]:
    """The obligations `near` the days asked for (around today where none were) that are in a state."""
    if near is None and state in dict(OPEN):
        rows = in_days(seen, today, span, "all" if state == "all" else "open")
        return with_state(rows, today).filter(state_then=State.MISSING) if state == "missing" else rows
    rows = in_days(seen, today, span, "all") if near is None else near
    wanted = STATES.get(state) or ("", (State.AWAITED, State.MISSING))
    return rows if state == "all" else with_state(rows, today).filter(state_then__in=wanted[1])


def _day(request: HttpRequest, name: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None


def _standing(sight: Sight, unit: str, today: dt.date) -> list[dict[str, Any]]:
    """日常: what has no due day, with the day of its last activity and how long ago that was."""
    seen = sight.units("see_calendar")
    units = seen if isinstance(seen, frozenset) else None
    titles = in_force().resources
    return [
        {
            "unit": unit_name(key), "number": number, "title": titles[number].title, "last": last,
            "ago": (today - timezone.localdate(last)).days if last else None,
            "mine": key == sight.unit and sight.has("submit_file"),
        }
        for key, number, last in standing_duties(frozenset({unit}) if unit else units)
        if units is None or key in units
    ]  # fmt: skip


@needs("see_calendar")
def calendar(request: HttpRequest) -> HttpResponseBase:
    """Obligations in sight, the most urgent first; filtered by state, span and unit."""
    today, sight = timezone.localdate(), sight_of(request.user)
    asked = _asked(request, visible_to(sight), today)
    page = listing(
        request, "报送日历", columns(today, sight), asked["rows"], guarded=False, order=("due", "pk"),
        empty="这段时间没有要报的", empty_next="可以放宽上面的时间范围看看。", filters=asked["words"],
    )  # fmt: skip
    context = asked | {"page": page, "spans": SPANS, "wanted": WANTED}
    context["standing"] = _standing(sight, asked["unit"], today)
    return exported(request, page, by=request.user) or render(request, "catalogue/calendar.html", context)
