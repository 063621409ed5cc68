"""The workbench, and the search across what one may see."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from gongzhi.dashboard import queries
from gongzhi.engine.idcodes import classify
from gongzhi.gate import needs, sight_of, signed_in
from gongzhi.intake.queries.pages import period_label
from gongzhi.registry import queries as registry

FOUND = 20


@signed_in()
def workbench(request: HttpRequest) -> HttpResponse:
    """What to do today, by due day; what happened last."""
    sight, today = sight_of(request.user), timezone.localdate()
    context = {
        "today": today,
        "facts": queries.facts(sight, today),
        "to_do": [(one, period_label(one.obligation.period)) for one in queries.to_do(sight, today)],
        "undecided": queries.undecided(sight),
        "awaiting": queries.awaiting(sight),
        "hits": queries.hits_shown(sight),
        "glances": queries.to_look_at(sight, today),
        "hit_states": queries.hit_states(sight),
        "wide": sight.has("chase_units") or sight.has("see_overview"),
        "recent": [(one, period_label(one.period)) for one in queries.recent(sight)],
    }
    return render(request, "dashboard/workbench.html", context)


@needs("see_taxpayer")
def search(request: HttpRequest) -> HttpResponse:
    """By credit code straight to the taxpayer, otherwise by name."""
    text = request.GET.get("q", "").strip()
    found = registry.search(registry.visible_to(sight_of(request.user)), text) if text else None
    if found is not None and classify(text).valid and (only := found.first()):
        return redirect("taxpayer", only.pk)
    rows = list(found[: FOUND + 1]) if found is not None else []
    context = {"q": text, "found": rows[:FOUND], "more": len(rows) > FOUND}
    return render(request, "dashboard/search.html", context)
