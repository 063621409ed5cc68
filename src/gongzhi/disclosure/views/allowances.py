"""More rows today: asked for by one, decided by another of the unit."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from gongzhi.disclosure import actions, queries
from gongzhi.disclosure.actions import Refused
from gongzhi.disclosure.forms import MoreForm
from gongzhi.gate import needs, sight_of
from gongzhi.lists import Column, table
from gongzhi.lists.workbook import exported
from gongzhi.organisation.queries import myself
from gongzhi.organisation.views.proof import proof_first


@require_http_methods(["GET", "POST"])
@needs("reveal_person", "approve_reveal")
def more(request: HttpRequest) -> HttpResponseBase:
    """Ask for more rows today, and decide what colleagues of the unit ask."""
    sight, person = sight_of(request.user), myself(request)
    quota = queries.quota_of(sight)
    form = MoreForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.ask_for_more(**form.cleaned_data, by=person)
        except Refused as refused:
            for part, text in refused.faults:
                form.add_error(part or None, text)
        else:
            said = "已提交，请本单位负责批准的人答复。"
            messages.add_message(request, messages.INFO, said, extra_tags="good")
            return redirect("more_reveals")
    seen = queries.allowances_visible_to(sight).select_related("person", "decided_by")
    waiting = queries.allowances_waiting(sight, timezone.localdate()).select_related("person")
    page = table(request, "增加查看限额", _ASKED, list(seen[:50]), guarded=False)
    context = {
        "form": form if quota else None, "quota": quota, "approvers": queries.approvers(person),
        "left": queries.left_today(person, quota, timezone.now()) if quota else 0,
        "waiting": waiting, "page": page,
    }  # fmt: skip
    answer = exported(request, page, by=person)
    return answer or render(request, "disclosure/more.html", context, status=422 if form.errors else 200)


_ASKED = (
    Column("day", "日期", lambda one: one.day, "day"),
    Column("person", "谁", lambda one: one.person.name),
    Column("more", "多看", lambda one: "重点保护 1 行" if one.batch else f"{one.more} 行"),
    Column("reason", "理由", lambda one: one.reason),
    Column("state", "答复", lambda one: one.state_label),
    Column("by", "答复人", lambda one: one.decided_by.name if one.decided_by else None),
)


@needs("approve_reveal")
@proof_first
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Grant or decline a colleague's wish."""
    sight, person = sight_of(request.user), myself(request)
    asked = get_object_or_404(queries.allowances_visible_to(sight).exclude(person=person), pk=pk)
    try:
        actions.decide(allowance=asked, granted=request.POST.get("granted") == "yes", by=person)
    except Refused as refused:
        messages.add_message(request, messages.ERROR, str(refused))
    else:
        messages.add_message(request, messages.INFO, "已答复。", extra_tags="good")
    return redirect("more_reveals")
