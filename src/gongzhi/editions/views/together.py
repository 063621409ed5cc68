"""Several drafts on one page: submitted from one day, given up, or decided by the second person."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from gongzhi.editions import actions
from gongzhi.editions.actions.deciding import Faulty, first_day
from gongzhi.editions.forms import DecideTogetherForm, ReasonForm, SubmitTogetherForm
from gongzhi.editions.models import Edition
from gongzhi.editions.queries import changes, in_force, visible_to
from gongzhi.editions.queries.pieces import kind_word
from gongzhi.editions.queries.seen import decidable, of_type, submittable
from gongzhi.editions.states import NotPossible, Origin
from gongzhi.gate import needs, sight_of, text_in
from gongzhi.lists import back_to, chosen
from gongzhi.organisation.queries import myself

from .tables import mark_of

POSTED = 900
"""Rows that a form bears: a release of the whole folder is a third of it."""
SAID = 60
"""Hindrances that are listed; the rest is counted."""
DIFFERENCES = 3
NUMBER = re.compile(r"[0-9]{1,18}")


@require_http_methods(["GET", "POST"])
@needs("draft_definitions")
def submit_together(request: HttpRequest) -> HttpResponse:
    """Drafts, chosen or all of a release, submitted for approval from one day."""
    brought = submittable(sight_of(request.user)).filter(origin=Origin.RELEASE)
    rows, found = _taken(request, brought, "release")
    form = SubmitTogetherForm(request.POST or None, drafts=rows)

    def act() -> str:
        done = actions.submit_together(editions=found, by=myself(request), **form.cleaned_data)
        return f"检查全部通过，已提交 {len(done)} 项，等另一个人批准。"

    if form.is_valid() and _done(request, form, act):
        return redirect(back_to(request, "/editions"))
    return _shown(request, rows, found, form, "submit")


@require_http_methods(["GET", "POST"])
@needs("draft_definitions")
def discard_together(request: HttpRequest) -> HttpResponse:
    """Drafts, chosen or all of a release, given up with one reason."""
    brought = submittable(sight_of(request.user)).filter(origin=Origin.RELEASE)
    rows, found = _taken(request, brought, "release")
    form = ReasonForm(request.POST or None)

    def act() -> str:
        done = actions.discard_together(editions=found, by=myself(request), **form.cleaned_data)
        return f"已作废 {len(done)} 项。"

    if form.is_valid() and _done(request, form, act):
        return redirect(back_to(request, "/editions"))
    return _shown(request, rows, found, form, "discard")


@require_http_methods(["GET", "POST"])
@needs("approve_definitions")
def decide_together(request: HttpRequest) -> HttpResponse:
    """Submitted drafts, chosen or all that wait, approved or sent back by a second person."""
    rows, found = _taken(request, decidable(sight_of(request.user)), "waiting")
    form = DecideTogetherForm(request.POST or None)

    def act() -> str:
        return _decided(request, found, **form.cleaned_data)

    if form.is_valid() and _done(request, form, act):
        return redirect(back_to(request, "/editions"))
    return _shown(request, rows, found, form, "decide")


def _decided(request: HttpRequest, found: list[Edition], *, verdict: str, reason: str) -> str:
    by = myself(request)
    if verdict == "send_back":
        return f"已退回 {len(actions.send_back_together(editions=found, reason=reason, by=by))} 项。"
    made = actions.approve_together(editions=found, by=by)
    days = "、".join(sorted({f"{one.since}" for one in made}))
    return f"已批准 {len(made)} 项，从 {days} 起。"


def _taken(request: HttpRequest, whole: QuerySet[Edition], name: str) -> tuple[list[Edition], list[Edition]]:
    """The rows of the page, and those of them that are chosen.

    At first all: the whole set that the address names, of one kind where it says so, or what was chosen in
    the list. A form that comes back with a fault still has what was left out of it.
    """
    picked = chosen(request, int, most=POSTED)
    if request.method == "GET" and text_in(request.GET, "of") == name:
        rows = of_type(whole, text_in(request.GET, "type"))
    else:
        shown = [int(one) for one in text_in(request.POST, "shown").split(",") if NUMBER.fullmatch(one)]
        rows = visible_to(sight_of(request.user)).filter(pk__in=[*picked, *shown[:POSTED]])
    found = list(rows.select_related("basis", "author").order_by("kind", "code", "pk")[:POSTED])
    return found, [one for one in found if request.method == "GET" or one.pk in picked]


def _done(request: HttpRequest, form: Form, act: Callable[[], str]) -> bool:
    """Whether it was done; what hinders stands in the form."""
    if not request.POST.get("chosen"):
        form.add_error(None, "没有勾选要办的，请至少勾选一项")
        return False
    try:
        text = act()
    except NotPossible as error:
        faults = error.faults if isinstance(error, Faulty) else []
        more = [f"另有 {len(faults) - SAID} 处"] if len(faults) > SAID else []
        form.add_error(None, [str(error), *faults[:SAID], *more])
        return False
    messages.add_message(request, messages.INFO, text, extra_tags="good")
    return True


def _shown(
    request: HttpRequest, rows: list[Edition], found: list[Edition], form: Form, act: str
) -> HttpResponse:
    definitions = in_force()

    def row(one: Edition) -> tuple[Any, ...]:
        told = changes(one.kind, one.basis.texts if one.basis else None, one.texts, definitions)
        more = max(0, len(told) - DIFFERENCES)
        begins = first_day(one) if act == "decide" else None
        return one, kind_word(one), mark_of(one), told[:DIFFERENCES], more, one in found, begins

    context = {
        "rows": [row(one) for one in rows], "form": form, "act": act,
        "back": back_to(request, "/editions"), "shown": ",".join(str(one.pk) for one in rows),
    }  # fmt: skip
    return render(request, "editions/together.html", context, status=422 if form.errors else 200)
