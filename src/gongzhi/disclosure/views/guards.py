"""Whom not everybody may look up: the list 重点保护, and the parties from whom somebody is recused."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from gongzhi.disclosure import actions, queries
from gongzhi.disclosure.actions import Refused
from gongzhi.disclosure.forms import GuardForm, RecusalForm
from gongzhi.gate import needs, sight_of
from gongzhi.lists import Column, table
from gongzhi.lists.workbook import exported
from gongzhi.organisation.models import Person
from gongzhi.organisation.queries import myself

_OWN = (
    Column("party", "当事人", lambda one: one.shown),
    Column("reason", "理由", lambda one: one.reason),
    Column("begun_at", "登记时间", lambda one: one.begun_at, "instant"),
    Column("begun_by", "登记人", lambda one: one.begun_by.name),
    Column("ended_at", "移出时间", lambda one: one.ended_at, "instant"),
    Column("ended_by", "移出人", lambda one: one.ended_by.name if one.ended_by else None),
)
_ALL = (
    _OWN[0],
    Column("person", "对谁", lambda one: f"{one.person.name} 回避" if one.person else "重点保护"),
    *_OWN[1:],
)


@require_http_methods(["GET", "POST"])
@needs("administer_grants")
def guards(request: HttpRequest) -> HttpResponseBase:
    """The whole list, kept by the security administrator; number and name are shown in part only."""
    people = Person.objects.filter(is_active=True).order_by("name")
    form = GuardForm(request.POST if request.method == "POST" else None, people=people)
    if form.is_valid() and _kept(request, form):
        return redirect("guards")
    rows = queries.guards_visible_to(sight_of(request.user)).select_related("person", "begun_by", "ended_by")
    page = table(request, "重点保护与回避", _ALL, list(rows), guarded=True)
    context = {"form": form, "rows": rows, "page": page, "keeps": True}
    answer = exported(request, page, by=myself(request))
    return answer or render(request, "disclosure/guards.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@needs("reveal_person")
def recusals(request: HttpRequest) -> HttpResponseBase:
    """Whom the reader must not look at, as she declared it herself; to lift it is not in her hands."""
    form = RecusalForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _kept(request, form):
        return redirect("recusals")
    own = queries.guards_visible_to(sight_of(request.user)).filter(person=myself(request))
    rows = own.select_related("begun_by", "ended_by")
    page = table(request, "我应当回避的", _OWN, list(rows), guarded=True)
    context = {"form": form, "rows": rows, "page": page, "keeps": False}
    answer = exported(request, page, by=myself(request))
    return answer or render(request, "disclosure/guards.html", context, status=422 if form.errors else 200)


def _kept(request: HttpRequest, form: RecusalForm) -> bool:
    by, said = myself(request), dict(form.cleaned_data)
    if "person" not in form.fields:
        said["person"] = by
    try:
        actions.guard(**said, by=by)
    except Refused as refused:
        for part, text in refused.faults:
            form.add_error(part or None, text)
        return False
    messages.add_message(request, messages.INFO, "已登记。", extra_tags="good")
    return True


@require_POST
@needs("administer_grants")
def end(request: HttpRequest, pk: str) -> HttpResponse:
    """Take an entry off the list."""
    found = get_object_or_404(queries.guards_visible_to(sight_of(request.user)), pk=pk)
    try:
        actions.end_guard(guard=found, by=myself(request))
        messages.add_message(request, messages.INFO, "已移出。", extra_tags="good")
    except Refused as refused:
        messages.add_message(request, messages.ERROR, str(refused))
    return redirect("guards")
