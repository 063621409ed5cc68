"""Several items of the list at once: what is asked for each act, and what became of each item."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms as base
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from gongzhi.gate import Sight, needs, sight_of
from gongzhi.lists import back_to, chosen
from gongzhi.organisation.queries import myself
from gongzhi.work import actions, forms, queries
from gongzhi.work.models import Item
from gongzhi.work.states import WORDS

from .choices import near, place_of
from .items import say, state_of

Asks = dict[str, base.Form]


@require_http_methods(["GET", "POST"])
@needs("do_work", "give_work")
def together(request: HttpRequest) -> HttpResponse:
    """Choose an act and say what it asks; every item that it is not possible for is told with the reason."""
    sight, back, verb = sight_of(request.user), back_to(request, "/work"), request.POST.get("verb", "")
    found, word = _found(sight, chosen(request, UUID)), WORDS.get(verb, "")
    asks = _asks(sight, found, request.POST if request.method == "POST" else None, verb)
    form, done = asks.get(verb) or base.Form(), None
    if request.method == "POST" and found and verb not in asks:
        form = _nothing("请选择怎样办理")
    elif found and verb in asks and form.is_valid():
        done = actions.together(items=found, verb=verb, said=_said(form), by=myself(request))
        if not done.left:
            say(request, f"已{WORDS[verb]} {len(done.done)} 件。")
            return redirect(back)
        found, verb = _found(sight, [one.pk for one, _ in done.left]), verb if not done.done else ""
    context = {"verb": verb, "word": word, "form": form, "back": back, "done": done}
    context |= _shown(sight, found, asks, verb)
    wrong = bool(form.errors) or (done is not None and not done.done)
    return render(request, "work/together.html", context, status=422 if wrong else 200)


def _found(sight: Sight, keys: Sequence[UUID]) -> list[Item]:
    rows = queries.visible_to(sight).filter(pk__in=keys).select_related("person")
    return list(rows.order_by("due", "pk"))


def _shown(sight: Sight, found: Sequence[Item], asks: Asks, verb: str) -> dict[str, Any]:
    """The items as they are now, and each act that is possible for one of them, with for how many."""
    possible = {key: sum(_possible(sight, one, key) for one in found) for key in asks}
    acts = [(key, WORDS[key], count, asks[key]) for key, count in possible.items() if count or key == verb]
    return {"acts": acts, "rows": [(one, state_of(one), queries.place_name(one)) for one in found]}


def _possible(sight: Sight, item: Item, verb: str) -> bool:
    return queries.may(sight, item, verb) and queries.why_alone(item, verb) is None


def _asks(sight: Sight, found: Sequence[Item], data: Any, verb: str) -> Asks:
    """The form of every act; only the chosen one is filled with what was sent."""
    into = [(str(one.pk), f"{one.title}（{one.due}）") for one in found]
    more: dict[str, dict[str, Any]] = {"forward": {"places": near(sight)}, "merge": {"into": into}}
    return {
        key: kind(data if key == verb else None, prefix=key, **more.get(key, {}))
        for key, kind in _FORMS.items()
    }


_FORMS: dict[str, type[base.Form]] = {
    "take": forms.TakeTogether, "finish": forms.TakeTogether, "accept": forms.AcceptTogether,
    "send_back": forms.SendBackTogether, "forward": forms.ForwardTogether,
    "ask_time": forms.AskTimeTogether, "decide_time": forms.DecideTimeTogether,
    "split": forms.SplitTogether, "merge": forms.MergeTogether, "withdraw": forms.WithdrawTogether,
}  # fmt: skip


def _nothing(text: str) -> base.Form:
    form = base.Form({})
    form.add_error(None, text)
    return form


def _said(form: base.Form) -> dict[str, Any]:
    """What the form holds, as the action takes it."""
    said = dict(form.cleaned_data)
    if "place" in said:
        said["place"] = place_of(said["place"])
    if "into" in said:
        said["into"] = UUID(said["into"])
    if "grant" in said:
        said["grant"] = said["grant"] == "yes"
    return said
