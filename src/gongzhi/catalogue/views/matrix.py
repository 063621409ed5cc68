"""The matrix of units, resources and months."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from gongzhi.catalogue import queries
from gongzhi.catalogue.queries import Matrix, Rates
from gongzhi.catalogue.states import State
from gongzhi.editions.queries import in_force
from gongzhi.engine.calendar import parse_period
from gongzhi.gate import needs, sight_of

from .calendar import mark_of, unit_name

SPANS = (("1", "一年"), ("3", "三年"), ("10", "十年"))


@dataclass(frozen=True)
class Cell:
    """A number and how it reads: good, warn, stop, note; the word stands in the title."""

    text: str
    meaning: str
    title: str


def _cell(rates: Rates | None) -> Cell:
    if rates is None or not rates.all:
        return Cell("", "", "这一格没有要报的")
    title = f"应报 {rates.owed}，按时 {rates.timely}，已报 {rates.reported}，逾期未报 {rates.missing}"
    if rates.missing:
        return Cell(f"缺{rates.missing}", "stop", title)
    if rates.counted:
        late = rates.reported - rates.timely
        return Cell(f"迟{late}", "warn", title) if late else Cell(f"✓{rates.timely}", "good", title)
    waiting = rates.of((State.AWAITED,))
    return Cell(f"待{waiting}" if waiting else "·", "note", title)


@needs("see_calendar")
def matrix(request: HttpRequest) -> HttpResponse:
    """Units (or the resources of one unit) by month: colour and number; each row opens to its obligations."""
    today, sight = timezone.localdate(), sight_of(request.user)
    asked = _asked(request, today)
    rows = queries.visible_to(sight).filter(period_end__range=(asked["first"], asked["last"]))
    unit = request.GET.get("unit", "")
    rows = rows.filter(unit=unit) if unit in in_force().units else rows
    by = "resource" if unit in in_force().units else "unit"
    found = queries.matrix(rows, asked["as_of"], by)
    months = _months(asked["year"]) if asked["years"] == 1 else _years(found)
    context = asked | {
        "by": by, "unit": unit, "unit_name": unit_name(unit) if by == "resource" else "",
        "months": months, "rows": _rows(found, by, months),
        "foot": [_cell(_summed(found.months, month)) for month in months], "whole": found.whole,
        "spans": SPANS,
    }  # fmt: skip
    return render(request, "catalogue/matrix.html", context)


def _asked(request: HttpRequest, today: dt.date) -> dict[str, Any]:
    span = request.GET.get("span", "1")
    years = int(span) if span in dict(SPANS) else 1
    text = request.GET.get("year", "")
    year = int(text) if text.isdigit() and 2000 <= int(text) <= 2100 else today.year
    first, last = dt.date(year - years + 1, 1, 1), dt.date(year, 12, 31)
    return {"span": str(years), "years": years, "year": year, "first": first, "last": last, "as_of": today}


def _months(year: int) -> list[str]:
    return [f"{year}-{month:02d}" for month in range(1, 13)]


def _years(found: Matrix) -> list[str]:
    return sorted({month[:4] for month in found.months})


def _summed(months: dict[str, Rates], span: str) -> Rates:
    """The months that a head stands for: one, or those of a year."""
    whole = Rates()
    for month, rates in months.items():
        if month.startswith(span):
            for state, count in rates.counts.items():
                whole.add(state, count)
    return whole


def _numbers(number: str) -> tuple[int, ...]:
    """9.10 comes after 9.4, and annex 4 (K) and the bureau (T) after annex 2."""
    head, _, tail = number.partition(".")
    return (
        {"K": 1, "T": 2}.get(head, 0),
        int(head) if head.isdigit() else 0,
        int(tail) if tail.isdigit() else 0,
    )


def _rows(found: Matrix, by: str, heads: list[str]) -> list[dict[str, Any]]:
    definitions = in_force()

    def name(key: str) -> str:
        if by == "unit":
            return unit_name(key)
        resource = definitions.resources.get(key)
        return f"{key} {resource.title}" if resource else key

    place = {key: n for n, key in enumerate(definitions.units)}
    keys = sorted(found.rows, key=(lambda key: (place.get(key, len(place)),)) if by == "unit" else _numbers)
    return [
        {
            "key": key, "name": name(key), "rates": found.rows[key],
            "cells": [_cell(_summed(found.cells[key], head)) for head in heads],
        }
        for key in keys
    ]  # fmt: skip


@needs("see_calendar")
def matrix_row(request: HttpRequest, unit: str, resource: str) -> HttpResponse:
    """The obligations behind one row: a unit's duties for one resource, the latest first."""
    today = timezone.localdate()
    rows = queries.visible_to(sight_of(request.user)).filter(unit=unit, resource=resource)
    found = list(rows.order_by("-period_end", "-pk")[:130])
    named = in_force().resources.get(resource)
    if not found:
        raise Http404
    context = {
        "rows": [(one, parse_period(one.period).label, mark_of(one, today)) for one in found],
        "unit": unit, "unit_name": unit_name(unit), "resource": named, "number": resource,
        "rates": queries.rates(rows, today),
    }  # fmt: skip
    return render(request, "catalogue/matrix_row.html", context)
