"""责任分工表 of one unit."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from gongzhi.catalogue import queries
from gongzhi.gate import needs, sight_of
from gongzhi.lists import Column, table
from gongzhi.lists.workbook import exported
from gongzhi.organisation.forms import POSTS
from gongzhi.organisation.queries import half_year, myself, standings

from .rulings import ruled_about


@needs("see_calendar", "give_work")
def duties(request: HttpRequest, unit: str) -> HttpResponseBase:
    """All that the notice asks of a unit: nothing but what the notice says, so any unit's is shown."""
    try:
        sheet = queries.sheet_of(unit)
    except KeyError as error:
        raise Http404 from error
    today = timezone.localdate()
    filed = next((one for one in standings(today) if one.unit.key == unit), None)
    page = table(request, f"{sheet.unit.name}责任分工表", DUTIES, _lines(sheet), guarded=False, key="duties")
    context = {
        "rulings": ruled_about(queries.rulings_of(sight_of(request.user), unit)), "sheet": sheet,
        "filed": filed, "half": half_year(today)[1], "posts": [*POSTS.values()][:4], "page": page,
    }  # fmt: skip
    answer = exported(request, page, by=myself(request))
    return answer or render(request, "catalogue/duties.html", context)


DUTIES = (
    Column("kind", "类别", lambda row: row[0]),
    Column("number", "编号", lambda row: row[1]),
    Column("title", "事项", lambda row: row[2]),
    Column("how", "要求", lambda row: row[3]),
)


def _lines(sheet: queries.Sheet) -> list[tuple[str, str, str, str]]:
    """Everything on the page, one line each, so that it is one list to be ticked off."""
    return [
        *(("要报的数据", one.number, one.title, queries.asked_how(one)) for one in sheet.resources),
        *(("协作事项", str(one.number), one.title, one.frequency) for one in sheet.items),
        *(("网格任务", str(one.number), one.title, one.category) for one in sheet.tasks),
        *(("条款", one.section, one.text, "") for one in sheet.clauses),
    ]
