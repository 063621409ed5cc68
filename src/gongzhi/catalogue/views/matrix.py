"""The matrix of units, resources and months."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from gongzhi.catalogue import queries
from gongzhi.catalogue.queries import Matrix, Rates
from gongzhi.catalogue.states import State
from gongzhi.editions.queries import in_force
from gongzhi.engine.calendar import parse_period
from gongzhi.gate import Sight, needs, number_in, sight_of
from gongzhi.lists import Column, Listing, table
from gongzhi.lists.workbook import exported
from gongzhi.organisation.queries import myself

from .calendar import mark_of, unit_name
from .rulings import ruled_about

SPANS = (("1", "一年"), ("3", "三年"), ("10", "十年"))
COLUMNS = (("", "自动"), ("month", "按月"), ("year", "按年"))
LEVELS = (("group", "只看汇总"), ("unit", "到单位"), ("resource", "到资源"))
LEVEL_WORDS = {"group": "汇总", "unit": "单位", "resource": "资源", "whole": "合计"}
OTHERS = "部门和单位"
"""Units that belong to no class of units; a class (the streets) is named as the definitions name it."""
MOST_OPENED = 12
"""Up to so many columns, a cell opens to its obligations; in more, the row does."""


@dataclass(frozen=True)
class Cell:
    """A number and how it reads: good, warn, stop, note; the word stands in the title."""

    text: str
    meaning: str
    title: str
    href: str = ""


def _cell(rates: Rates | None, href: str = "") -> Cell:
    if rates is None or not rates.all:
        return Cell("", "", "这一格没有要报的")
    title = f"应报 {rates.owed}，按时 {rates.timely}，已报 {rates.reported}，逾期未报 {rates.missing}"
    if rates.missing:
        return Cell(f"缺{rates.missing}", "stop", title, href)
    if rates.counted:
        late = rates.reported - rates.timely
        if late:
            return Cell(f"迟{late}", "warn", title, href)
        return Cell(f"✓{rates.timely}", "good", title, href)
    waiting = rates.of((State.AWAITED,))
    return Cell(f"待{waiting}" if waiting else "·", "note", title, href)


@needs("see_calendar")
def matrix(request: HttpRequest) -> HttpResponseBase:
    """Units and resources by month, rolled up to groups and the district: colour and number in each cell."""
    today, sight = timezone.localdate(), sight_of(request.user)
    asked = _asked(request, today)
    rows = queries.visible_to(sight).filter(period_end__range=(asked["first"], asked["last"]))
    alone = _only_unit(sight)
    unit = request.GET.get("unit", "")
    unit = unit if unit in in_force().units else alone
    pairs = queries.matrix(rows.filter(unit=unit) if unit else rows, asked["as_of"], "pair")
    pairs = pairs if asked["by_month"] else pairs.rolled(head_of=lambda month: month[:4])
    heads = _heads(asked, pairs)
    found = _Levels(pairs, heads)
    context = asked | {
        "unit": unit, "unit_name": unit_name(unit) if unit else "", "alone": alone, "heads": heads,
        "rows": found.resources(unit) if unit else found.lines(asked["level"]),
        "foot": found.foot, "whole": pairs.whole, "spans": SPANS, "levels": LEVELS, "columns": COLUMNS,
        "behind": f"/calendar?scored=1&since={asked['first']}&until={asked['last']}&unit={unit}&state=",
    }  # fmt: skip
    context["page"] = page = _taken(request, context)
    return exported(request, page, by=myself(request)) or render(request, "catalogue/matrix.html", context)


def _only_unit(sight: Sight) -> str:
    """The one unit whose calendar a reader sees: shown by resource, and no sum is called the district's."""
    units = sight.units("see_calendar")
    return next(iter(units)) if isinstance(units, frozenset) and len(units) == 1 else ""


def _taken(request: HttpRequest, shown: dict[str, Any]) -> Listing:
    """The matrix as a list for its workbook: what each cell says, the rates as numbers, the sum last."""
    months = [Column(head, head, _in_month(at)) for at, head in enumerate(shown["heads"])]
    columns = (
        Column("level", "层级", lambda row: LEVEL_WORDS[row["level"]]),
        Column("name", "名称", lambda row: row["name"]),
        *months,
        Column("timely", "按时率", lambda row: row["rates"].timely_rate, "number", unit="%"),
        Column("reported", "报送率", lambda row: row["rates"].reporting_rate, "number", unit="%"),
    )
    name = "合计" if shown["unit"] else "全区"
    whole = {"level": "whole", "name": name, "cells": shown["foot"], "rates": shown["whole"]}
    filters = [("范围", f"{shown['first']} 至 {shown['last']}")]
    filters += [("单位", shown["unit_name"])] if shown["unit"] else []
    return table(request, "报送总览", columns, [*shown["rows"], whole], guarded=False, filters=filters)


def _in_month(at: int) -> Callable[[Any], str]:
    return lambda row: str(row["cells"][at].text)


def _asked(request: HttpRequest, today: dt.date) -> dict[str, Any]:
    span, level = request.GET.get("span", "1"), request.GET.get("level", "unit")
    years = int(span) if span in dict(SPANS) else 1
    year, cut = number_in(request.GET.get("year", "")), request.GET.get("cut", "")
    year = year if year and 2000 <= year <= 2100 else today.year
    cut = cut if cut in dict(COLUMNS) else ""
    first, last = dt.date(year - years + 1, 1, 1), dt.date(year, 12, 31)
    level = level if level in dict(LEVELS) else "unit"
    asked = {"span": str(years), "years": years, "year": year, "first": first, "last": last, "as_of": today}
    return asked | {"level": level, "cut": cut, "by_month": cut == "month" or (not cut and years == 1)}


def _heads(asked: dict[str, Any], found: Matrix) -> list[str]:
    """The columns: every month (2026-09) or year (2026) of the span in which something was owed."""
    if asked["by_month"] and asked["years"] == 1:
        return [f"{asked['year']}-{month:02d}" for month in range(1, 13)]
    return list(found.heads)


def _classes() -> dict[str, str]:
    """The class of units that each of its members belongs to by the notice; one that the office designates
    keeps its own place."""
    closed = (unit for unit in in_force().units.values() if not unit.members_open)
    return {member.unit: unit.key for unit in closed for member in unit.members}


class _Levels:
    """The rows of the page at every level: groups, units, resources of units; each with its months."""

    def __init__(self, pairs: Matrix, heads: list[str]) -> None:
        self._heads = heads
        self._pairs = pairs
        self._units = pairs.rolled(lambda key: key[0])
        self._class = _classes()
        self._groups = self._units.rolled(lambda unit: self._class.get(unit, ""))
        self._place = {"": -1} | {key: n for n, key in enumerate(in_force().units)}

    def lines(self, level: str) -> list[dict[str, Any]]:
        """Groups with their units, and these with their resources, down to the level that is asked for."""
        found = []
        for group in sorted(self._groups.cells, key=lambda key: self._place[key]):
            about = {"name": unit_name(group) if group else OTHERS, "level": "group", "key": group}
            found.append(self._line(self._groups, group, about))
            for unit in self._members(group) if level != "group" else ():
                about = {"name": unit_name(unit), "level": "unit", "key": unit}
                found.append(self._line(self._units, unit, about, f"unit={unit}"))
                found += self.resources(unit) if level == "resource" else ()
        return found

    def _members(self, group: str) -> list[str]:
        mine = (unit for unit in self._units.cells if self._class.get(unit, "") == group)
        return sorted(mine, key=lambda unit: self._place.get(unit, len(self._place)))

    def resources(self, unit: str) -> list[dict[str, Any]]:
        """The resources of one unit, in the order of the notice."""
        known = in_force().resources
        found = []
        for number in sorted((number for key, number in self._pairs.cells if key == unit), key=_numbers):
            title = known[number].title if number in known else ""
            about = {"name": f"{number} {title}", "level": "resource", "key": number, "unit": unit}
            address = f"unit={unit}&resource={number}"
            found.append(self._line(self._pairs, (unit, number), about, address))
        return found

    def _line(self, matrix: Matrix, key: Any, about: dict[str, str], address: str = "") -> dict[str, Any]:
        months, few = matrix.cells[key], len(self._heads) <= MOST_OPENED
        cells = [
            _cell(months.get(head), f"{_days(head)}&{address}" if address and few else "")
            for head in self._heads
        ]
        return about | {"cells": cells, "rates": matrix.rows[key]}

    @property
    def foot(self) -> list[Cell]:
        """The district: all units together."""
        return [_cell(self._groups.months.get(head)) for head in self._heads]


def _days(head: str) -> str:
    """The days of a month or year, as the calendar's address says them."""
    if len(head) == 4:
        return f"since={head}-01-01&until={head}-12-31"
    period = parse_period(head)
    return f"since={period.start}&until={period.end}"


def _numbers(number: str) -> tuple[int, ...]:
    """9.10 comes after 9.4, and annex 4 (K) and the bureau (T) after annex 2."""
    head, _, tail = number.partition(".")
    return (
        {"K": 1, "T": 2}.get(head, 0),
        int(head) if head.isdecimal() else 0,
        int(tail) if tail.isdecimal() else 0,
    )


PERIODS = (
    Column("period", "所属期", lambda line: line[1]),
    Column("due", "到期日", lambda line: line[3], "day"),
    Column("state", "状态", lambda line: line[2], "mark"),
    Column("received", "接收时间", lambda line: line[0].received_at, "instant"),
)


@needs("see_calendar")
def matrix_row(request: HttpRequest, unit: str, resource: str) -> HttpResponseBase:
    """The obligations behind one row: a unit's duties for one resource, the latest first."""
    today, sight = timezone.localdate(), sight_of(request.user)
    rows = queries.visible_to(sight).filter(unit=unit, resource=resource)
    found = list(rows.order_by("-period_end", "-pk")[:130])
    if not found:
        raise Http404
    named = in_force().resources.get(resource)
    lines = [
        (told.obligation, told.obligation.period_label, mark_of(told, today), told.due)
        for told in queries.owed(found, today)
    ]
    filters = [("单位", unit_name(unit)), ("资源", queries.resource_named(resource))]
    page = table(request, "各期报送", PERIODS, lines, guarded=False, filters=filters)
    context = {
        "rows": lines, "page": page,
        "unit": unit, "unit_name": unit_name(unit), "resource": named, "number": resource,
        "rates": queries.rates(rows, today), "may_rule": sight.has("decide_waiver"),
        "rulings": ruled_about(queries.rulings_of(sight, unit).filter(resource=resource)),
    }  # fmt: skip
    return exported(request, page, by=myself(request)) or render(
        request, "catalogue/matrix_row.html", context
    )
