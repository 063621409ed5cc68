"""查看: for what, then who proves to be there, then the values of one row on a page of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from gongzhi.disclosure import queries as disclosure
from gongzhi.disclosure.actions import Refused, reveal
from gongzhi.disclosure.actions.revealing import GUARDS, OVER, Asked
from gongzhi.disclosure.forms import RevealForm
from gongzhi.disclosure.models import Reveal
from gongzhi.disclosure.queries import About
from gongzhi.editions.queries import in_force
from gongzhi.gate import needs, sight_of
from gongzhi.intake import queries
from gongzhi.intake.models import Batch
from gongzhi.intake.queries.masked import masked_row, originals
from gongzhi.organisation.queries import myself, unit_name
from gongzhi.organisation.views.proof import proof_first
from gongzhi.work.queries import Filter, mine

_REFUSED = dict.fromkeys(OVER, 429) | dict.fromkeys(GUARDS, 403)


@dataclass(frozen=True)
class Place:
    """A row by its place, and where the reader comes from."""

    batch: UUID
    part: int
    row: int
    back: str


@require_http_methods(["GET", "POST"])
@needs("reveal_person")
def reveal_row(request: HttpRequest, pk: UUID, part: int, row: int) -> HttpResponseBase:
    """Ask to see masked values of a row of a batch, for an item in one's hands or for a reason."""
    items = mine(sight_of(request.user), timezone.localdate(), Filter.IN_HAND)
    abouts = [About("work", str(item.pk), item.title) for item in items]
    return ask(request, Place(pk, part, row, f"/batches/{pk}?part={part}&row={row}#row"), abouts)


def ask(request: HttpRequest, place: Place, abouts: Sequence[About]) -> HttpResponseBase:
    """The form for one row, whatever page it stands on; `abouts` are the open matters it may be for."""
    sight, known = sight_of(request.user), in_force()
    batch = get_object_or_404(queries.batches_visible_to(sight), pk=place.batch)
    found = masked_row(batch, place.part, place.row)
    if found is None or not disclosure.may_reveal(sight, found[0].unit, found[0].resource):
        raise Http404
    row, clear = found
    today = timezone.localdate()
    form = RevealForm(
        request.POST if request.method == "POST" else None,
        row=row, purposes=disclosure.offered(sight, row, abouts, known, today), abouts=abouts,
        wanted=request.GET.get("field", ""),
    )  # fmt: skip
    context = {
        "form": form, "row": row, "clear": clear, "batch": batch, "place": place, "unit": unit_name(row.unit),
        "without": disclosure.not_offered(sight, row, abouts, known, today),
    }  # fmt: skip
    if form.is_valid():
        return _given(request, form, batch, place, context)
    return render(request, "intake/reveal.html", context, status=422 if form.errors else 200)


@proof_first
def _given(
    request: HttpRequest, form: RevealForm, batch: Batch, place: Place, context: dict[str, Any]
) -> HttpResponse:
    """After the proof: the look is written down, or refused in its place on the form."""
    given, row = form.cleaned_data, context["row"]
    asked = Asked(row, form.purpose_asked, given["fields_wanted"], form.about_asked, given["reason"])
    opened = partial(originals, batch, place.part, place.row, [one.key for one in row.fields])
    by = myself(request)
    try:
        look = reveal(asked=asked, opened=opened, by=by)
    except Refused as refused:
        form.tell(refused.faults)
        over_day = refused.code == "over_day"
        context |= {"over_day": over_day, "approvers": disclosure.approvers(by) if over_day else ()}
        return render(request, "intake/reveal.html", context, status=_REFUSED.get(refused.code, 422))
    return redirect(disclosure.address_of(look, request.session.session_key or "", place.back))


@require_safe
@needs("reveal_person")
def revealed(request: HttpRequest, token: str) -> HttpResponse:
    """What was looked at, for some minutes and in this session alone; after that masked again."""
    sight = sight_of(request.user)
    found = disclosure.found_at(token, request.session.session_key or "", sight)
    if found is None:
        raise Http404
    look, back = found
    batch = get_object_or_404(queries.batches_visible_to(sight), pk=look.batch)
    if not disclosure.may_reveal(sight, look.unit, in_force().resources[look.resource]):
        raise Http404
    left = int((look.open_until - timezone.now()).total_seconds())
    shown = _values(look, batch) if left > 0 else [(title, "") for title in look.titles]
    context = {
        "look": look, "values": shown, "open": left > 0, "batch": batch, "back": back,
        "mark": f"{sight.name} {unit_name(look.person_unit)} {timezone.localtime():%Y-%m-%d %H:%M}",
        "times": range(24), "private": True,
    }  # fmt: skip
    response = render(request, "intake/revealed.html", context)
    if left > 0:
        response.headers["Refresh"] = str(left + 1)
    return response


def _values(look: Reveal, batch: Batch) -> list[tuple[str, str]]:
    opened = originals(batch, look.part, look.row, [key for key, _ in look.fields])
    return [(title, opened[key]) for key, title in look.fields]
