"""交办: what, about whom or what, to whom, by when."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from gongzhi.gate import Sight, needs, sight_of
from gongzhi.organisation.queries import myself
from gongzhi.work import actions, queries
from gongzhi.work.actions.refused import BadFiles, Refused
from gongzhi.work.forms import MOST_LIKE, GiveForm
from gongzhi.work.models import Item
from gongzhi.work.queries import Subject

from .choices import cells, place_of, places, units
from .items import say


@require_http_methods(["GET", "POST"])
@needs("give_work")
def give(request: HttpRequest) -> HttpResponse:
    """Give the same thing to several posts; `taxpayer` in the address names whom it is about."""
    sight = sight_of(request.user)
    form = _form(request, sight)
    if form.is_valid():
        try:
            given = _given(request, form)
        except Refused as error:
            form.add_error("attachments" if isinstance(error, BadFiles) else None, str(error))
        else:
            say(request, f"已交办 {len(given)} 件。")
            if empty := queries.unattended(given):
                say(request, empty, "warn")
            return redirect(f"/work/{given[0].pk}" if len(given) == 1 else "/work?view=given")
    chosen = set(form["places"].value() or [])
    groups = [
        (title, options, not place or not chosen.isdisjoint(value for value, _ in options))
        for place, (title, options) in enumerate(places(sight))
    ]
    context = {"form": form, "places": groups, "chosen": chosen, "again": form.errors and request.FILES}
    return render(request, "work/give.html", context, status=422 if form.errors else 200)


def _given(request: HttpRequest, form: GiveForm) -> list[Item]:
    said = form.cleaned_data
    return actions.give(
        kind=said["kind"], title=said["title"], note=said["note"], due=said["due"],
        places=[place_of(text) for text in said["places"]], by=myself(request), subject=form.subject,
        files=[actions.Sent(one.name, one) for one in said["attachments"]],
    )  # fmt: skip


def _form(request: HttpRequest, sight: Sight) -> GiveForm:
    def like(text: str) -> list[Subject]:
        return queries.taxpayers_like(sight, text, MOST_LIKE)

    kinds = [(kind.key, kind.title) for kind in queries.kinds_to_give(sight)]
    more: dict[str, Any] = {"units": units(), "cells": cells(), "like": None}
    if sight.has("see_taxpayer"):
        more |= {"like": like, "initial": {"taxpayer": request.GET.get("taxpayer", "")[:100]}}
    return GiveForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        kinds=kinds,
        places=places(sight),
        **more,
    )
