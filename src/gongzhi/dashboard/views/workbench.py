"""The workbench, and the search across what one may see."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from gongzhi.catalogue.queries import Owed
from gongzhi.catalogue.views.calendar import mark_of
from gongzhi.dashboard import queries
from gongzhi.engine.idcodes import classify
from gongzhi.gate import Sight, needs, sight_of, signed_in
from gongzhi.intake.queries import Returned
from gongzhi.intake.queries.pages import period_label
from gongzhi.intake.views.submissions import state_mark
from gongzhi.lists import Mark
from gongzhi.registry import queries as registry

FOUND = 20


@signed_in()
def workbench(request: HttpRequest) -> HttpResponse:
    """What to do today, by due day; what happened last."""
    sight, today = sight_of(request.user), timezone.localdate()
    returned = queries.returned(sight)
    context = {
        "today": today,
        "facts": queries.facts(sight, today),
        "to_do": _to_do(sight, today, returned),
        "returned": returned,
        "undecided": queries.undecided(sight),
        "awaiting": queries.awaiting(sight),
        "hits": queries.hits_shown(sight),
        "glances": queries.to_look_at(sight, today),
        "hit_states": queries.hit_states(sight),
        "wide": sight.has("chase_units") or sight.has("see_overview"),
        "recent": [(one, period_label(one.period), state_mark(one)) for one in queries.recent(sight)],
    }
    return render(request, "dashboard/workbench.html", context)


def _to_do(
    sight: Sight, today: dt.date, returned: list[Returned]
) -> list[tuple[Owed, str, Mark, Returned | None]]:
    """What is owed, with its period and state in words, and what was returned of it."""
    back = {(one.batch.slot.resource, one.batch.slot.period): one for one in returned}
    found = []
    for one in queries.to_do(sight, today):
        owed = one.obligation
        again = back.get((owed.resource, owed.period)) if owed.unit == sight.unit else None
        found.append((one, period_label(owed.period), mark_of(one, today), again))
    return found


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
