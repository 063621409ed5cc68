"""The workbench."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from gongzhi.catalogue.queries import Owed
from gongzhi.catalogue.views.calendar import mark_of
from gongzhi.dashboard import queries
from gongzhi.gate import Sight, sight_of, signed_in
from gongzhi.intake.queries import Returned
from gongzhi.intake.queries.marks import state_mark
from gongzhi.intake.queries.pages import period_label
from gongzhi.lists import Mark
from gongzhi.lists.workbook import exported
from gongzhi.organisation.queries import myself

from .tables import workbench_tables


@signed_in()
def workbench(request: HttpRequest) -> HttpResponseBase:
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
    context["tables"] = tables = workbench_tables(request, context)
    answer = exported(request, *tables.values(), by=myself(request))
    return answer or render(request, "dashboard/workbench.html", context)


def _to_do(
    sight: Sight, today: dt.date, returned: list[Returned]
) -> list[tuple[Owed, str, Mark, Returned | None]]:
    """What is owed, with its period and state in words, and what was returned of it."""
    back = {(one.batch.slot.resource, one.batch.slot.period): one for one in returned}
    found = []
    for one in queries.to_do(sight, today):
        owed = one.obligation
        again = back.get((owed.resource, owed.period)) if owed.unit == sight.unit else None
        found.append((one, owed.period_label, mark_of(one, today), again))
    return found
