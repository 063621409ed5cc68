"""The search across what one may see."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from gongzhi.dashboard import queries
from gongzhi.gate import needs, sight_of, text_in


@needs(*queries.SEARCHERS)
def search(request: HttpRequest) -> HttpResponse:
    """A few of each kind that the text means, each with the way to all of them."""
    sight, text = sight_of(request.user), text_in(request.GET, "q").strip()[: queries.LONGEST]
    groups = queries.search(sight, text, text_in(request.GET, "only")) if text else []
    context = {"q": text, "groups": groups, "kinds": queries.kinds_of(sight)}
    return render(request, "dashboard/search.html", context)
