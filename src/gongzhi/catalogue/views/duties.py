"""责任分工表 of one unit."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from gongzhi.catalogue import queries
from gongzhi.gate import needs


@needs("see_calendar", "give_work")
def duties(request: HttpRequest, unit: str) -> HttpResponse:
    """All that the notice asks of a unit: nothing but what the notice says, so any unit's is shown."""
    try:
        sheet = queries.sheet_of(unit)
    except KeyError as error:
        raise Http404 from error
    return render(request, "catalogue/duties.html", {"sheet": sheet})
