"""责任分工表 of one unit."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from gongzhi.catalogue import queries
from gongzhi.gate import needs, sight_of
from gongzhi.organisation.forms import POSTS
from gongzhi.organisation.queries import half_year, standings

from .rulings import ruled_about


@needs("see_calendar", "give_work")
def duties(request: HttpRequest, unit: str) -> HttpResponse:
    """All that the notice asks of a unit: nothing but what the notice says, so any unit's is shown."""
    try:
        sheet = queries.sheet_of(unit)
    except KeyError as error:
        raise Http404 from error
    today = timezone.localdate()
    filed = next((one for one in standings(today) if one.unit.key == unit), None)
    rulings = ruled_about(queries.rulings_of(sight_of(request.user), unit))
    context = {
        "rulings": rulings, "sheet": sheet, "filed": filed, "half": half_year(today)[1],
        "posts": [*POSTS.values()][:4],
    }  # fmt: skip
    return render(request, "catalogue/duties.html", context)
