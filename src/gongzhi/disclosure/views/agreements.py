"""The promise, and who has not given it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from gongzhi.disclosure import actions, queries
from gongzhi.disclosure.forms import AcceptForm
from gongzhi.gate import needs, sight_of, signed_in
from gongzhi.lists import Column, Mark, table
from gongzhi.lists.workbook import exported
from gongzhi.organisation.queries import myself, unit_name

AGREEMENTS = (
    Column("person", "姓名", lambda line: line[0].person.name),
    Column("unit", "单位", lambda line: line[1]),
    Column("last", "最近签署", lambda line: line[0].last, "instant"),
    Column(
        "now",
        "现在",
        lambda line: Mark("未签署", "warn") if line[0].missing else Mark("有效", "good"),
        "mark",
    ),
)


@require_http_methods(["GET", "POST"])
@signed_in(fresh=True)
def agreement(request: HttpRequest) -> HttpResponse:
    """What is to be promised, in full; nothing of the shared data is shown before."""
    sight = sight_of(request.user)
    asked = queries.missing(sight)
    form = AcceptForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        actions.accept_agreements(by=myself(request))
        messages.add_message(request, messages.INFO, "已签署。", extra_tags="good")
        there = request.POST.get("next", "")
        return redirect(there if url_has_allowed_host_and_scheme(there, allowed_hosts=None) else "/")
    given = queries.acceptances_visible_to(sight).filter(person=myself(request)).first()
    context = {
        "asked": asked, "texts": asked or queries.asked_of(sight), "form": form, "given": given,
        "bare": bool(asked), "wide": True,
    }  # fmt: skip
    return render(request, "disclosure/agreement.html", context, status=422 if form.errors else 200)


@needs("administer_grants", "confirm_liaisons")
def agreements(request: HttpRequest) -> HttpResponseBase:
    """Who has promised, until when, and who has not; those who have not, first."""
    found = queries.standings()
    rows = [(one, unit_name(one.person.unit)) for one in found]
    late = sum(bool(one.missing) for one in found)
    page = table(request, "保密承诺", AGREEMENTS, rows, guarded=True)
    context = {"rows": rows, "late": late, "all": len(rows), "page": page}
    return exported(request, page, by=myself(request)) or render(
        request, "disclosure/agreements.html", context
    )
