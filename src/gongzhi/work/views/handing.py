"""交接: who leaves, who follows, what goes, shown before it is done."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from gongzhi.gate import needs, sight_of
from gongzhi.lists import back_to
from gongzhi.organisation.models import Person
from gongzhi.organisation.queries import myself, unit_name
from gongzhi.work import actions, queries
from gongzhi.work.actions.refused import Refused
from gongzhi.work.forms import HandOverForm

from .items import say


@require_http_methods(["GET", "POST"])
@needs(*queries.DUTIES)
def hand_over(request: HttpRequest) -> HttpResponse:
    """Choose who leaves and who follows, look at what would go, and do it with a reason."""
    asked = request.POST if request.method == "POST" else request.GET
    leaving = queries.may_leave(sight_of(request.user))
    giver = _seen(leaving, asked.get("giver", ""))
    following = queries.may_follow(giver) if giver else []
    receiver = next((one for one in following if str(one.pk) == asked.get("receiver")), None)
    form = HandOverForm(request.POST if request.method == "POST" else None)
    if giver and receiver and form.is_valid():
        try:
            say(request, _done(request, giver, receiver, form.cleaned_data["reason"]))
        except Refused as error:
            form.add_error(None, str(error))
        else:
            return redirect("work_handover")
    context = _context(request, giver, receiver) | {"form": form, "following": following}
    context["leaving"] = [
        (unit_name(unit), list(people)) for unit, people in groupby(leaving, lambda one: one.unit)
    ]
    return render(request, "work/handover.html", context, status=422 if form.errors else 200)


def _done(request: HttpRequest, giver: Person, receiver: Person, reason: str) -> str:
    """What was asked for is done: handed over, or the receiver named to stand in for all of it."""
    if request.POST.get("way") == "stand_in":
        named = actions.stand_in_for(giver=giver, receiver=receiver, reason=reason, by=myself(request))
        return f"{receiver.name}已是{giver.name}手上 {len(named)} 件事项的AB角。"
    done = actions.hand_over(giver=giver, receiver=receiver, reason=reason, by=myself(request))
    return f"已把{giver.name}手上的 {_counted(done)}交给{receiver.name}。"


def _seen(people: list[Person], key: str) -> Person | None:
    """The one of these people that an address names; somebody else is not there."""
    if not key:
        return None
    found = next((one for one in people if str(one.pk) == key), None)
    if found is None:
        raise Http404
    return found


def _context(request: HttpRequest, giver: Person | None, receiver: Person | None) -> dict[str, Any]:
    found = queries.handing(giver, receiver) if giver and receiver else None
    today = timezone.localdate()
    rows = [
        (one, *queries.with_standing(one, today))
        for one in (found.items + found.standing_in if found else ())
    ]
    return {
        "giver": giver, "receiver": receiver, "found": found, "rows": rows,
        "counted": _counted(found) if found else "", "back": back_to(request, "/"),
        "unit": unit_name(giver.unit) if giver else "",
    }  # fmt: skip


def _counted(found: queries.Handing) -> str:
    """How many of what, in words: only what there is."""
    parts = (
        (len(found.items), "件事项"), (len(found.standing_in), "件作为AB角的事项"),
        (len(found.drafts), "份草稿"), (len(found.reminders), "条未读提醒"),
    )  # fmt: skip
    return "、".join(f"{count} {word}" for count, word in parts if count)
