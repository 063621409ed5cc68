"""What the definitions propose about whole resources: shown to all, confirmed or not by the office."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from gongzhi.catalogue import actions, queries
from gongzhi.catalogue.forms import RulingForm
from gongzhi.catalogue.models import Ruling
from gongzhi.catalogue.states import ActState, NotPossible
from gongzhi.editions.queries import in_force
from gongzhi.gate import needs, sight_of
from gongzhi.organisation.queries import myself

from .obligations import state_mark


@needs("see_calendar")
def rulings(request: HttpRequest) -> HttpResponse:
    """Every proposal with its reason and what was ruled."""
    return _page(request)


def _page(request: HttpRequest, asked: int = 0, form: RulingForm | None = None) -> HttpResponse:
    definitions = in_force()

    def told(one: Ruling) -> dict[str, Any]:
        resource = definitions.resources.get(one.resource)
        named = form if form is not None and one.pk == asked else RulingForm(prefix=str(one.pk))
        units = definitions.providers(resource) if resource else []
        return {
            "ruling": one, "resource": resource, "mark": state_mark(one), "form": named,
            "providers": "、".join(unit.name for unit in units),
        }  # fmt: skip

    only_asked = request.GET.get("state") == ActState.ASKED
    rows = queries.rulings().filter(state=ActState.ASKED) if only_asked else queries.rulings()
    context = {
        "rows": [told(one) for one in rows], "form": form, "only_asked": only_asked,
        "may_rule": sight_of(request.user).has("decide_waiver"),
    }  # fmt: skip
    return render(request, "catalogue/rulings.html", context, status=422 if form else 200)


@require_POST
@needs("decide_waiver")
def decide_ruling(request: HttpRequest, pk: int) -> HttpResponse:
    """The office confirms a proposal from a period on, or says why not."""
    found = get_object_or_404(queries.rulings(), pk=pk)
    form, grant = RulingForm(request.POST, prefix=str(pk)), request.POST.get("grant") == "yes"
    if form.is_valid():
        try:
            actions.rule(ruling=found, grant=grant, by=myself(request), **form.cleaned_data)
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            return _done(request, "已确认，并记入日历。" if grant else "已记录不确认。")
    return _page(request, pk, form)


@require_POST
@needs("decide_waiver")
def end_ruling(request: HttpRequest, pk: int) -> HttpResponse:
    """The office takes its confirmation back."""
    try:
        actions.end_ruling(ruling=get_object_or_404(queries.rulings(), pk=pk), by=myself(request))
    except NotPossible as error:
        return _done(request, str(error), "stop")
    return _done(request, "已撤销，还没有结束的期间恢复原样。")


def _done(request: HttpRequest, text: str, tags: str = "good") -> HttpResponse:
    messages.add_message(request, messages.INFO, text, extra_tags=tags)
    return redirect("rulings")
