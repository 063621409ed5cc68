"""联络员备案: the unit's page, the office's list and its word."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from gongzhi.gate import needs, sight_of, text_in
from gongzhi.lists import Column, Mark, table
from gongzhi.lists.workbook import exported
from gongzhi.organisation import actions
from gongzhi.organisation.forms import POSTS, FilingForm
from gongzhi.organisation.models import Filing, Person
from gongzhi.organisation.queries import (
    confirmed,
    filing_units,
    filings_visible_to,
    half_year,
    myself,
    standings,
    unit_name,
)


def _confirmed(one: Any) -> Mark:
    if one.confirmed:
        return Mark("已确认", "good")
    return Mark("未确认", "warn") if one.filed else Mark("没有备案", "stop")


FILINGS = (
    Column("unit", "单位", lambda one: one.unit.name),
    Column("filed", "备案", lambda one: one.filed.decided_at if one.filed else None, "instant"),
    Column("waiting", "待备案", lambda one: one.waiting.submitted_at if one.waiting else None, "instant"),
    Column("confirmed", "本半年", _confirmed, "mark"),
)
VIEWS = (("", "全部"), ("waiting", "待备案"), ("unconfirmed", "本半年未确认"))


def _say(request: HttpRequest, text: str, tags: str = "good") -> None:
    messages.add_message(request, messages.INFO, text, extra_tags=tags)


@require_http_methods(["GET", "POST"])
@needs("file_liaisons")
def mine(request: HttpRequest) -> HttpResponse:
    """The unit's own register: what is in force, what waits, what was before; a new one."""
    by, today = myself(request), timezone.localdate()
    found = list(filings_visible_to(sight_of(request.user)).filter(unit=by.unit)[:20])
    filed = next((one for one in found if one.state == "filed"), None)
    sent = next((one for one in found[:1] if one.state in {"submitted", "returned"}), None)
    posts = _posts(request, filed, by)
    form = FilingForm(request.POST or None, initial=_posts(request, sent, by) or posts)
    if request.method == "POST" and form.is_valid():
        try:
            actions.submit_filing(unit=by.unit, posts=form.cleaned_data, by=by)
        except actions.Refused as error:
            form.add_error(None, str(error))
        else:
            _say(request, "已提交，等领导小组办公室备案。")
            return redirect("filing")
    context = {
        "unit": unit_name(by.unit), "filed": filed, "sent": sent, "form": form, "history": found,
        "confirmed": confirmed(filed, today), "half": half_year(today)[1], "posts": _worded(posts),
        "owes": _files(by.unit),
    }  # fmt: skip
    return render(request, "organisation/filing.html", context, status=422 if form.errors else 200)


def _posts(request: HttpRequest, filing: Filing | None, by: Person) -> dict[str, str]:
    """What stands in a filing, where the page shows it."""
    return actions.open_posts(filing=filing, by=by) if filing and request.method == "GET" else {}


def _files(unit: str) -> bool:
    return unit in {one.key for one in filing_units()}


def _worded(posts: dict[str, str]) -> list[tuple[str, str]]:
    return [(title, posts[key]) for key, title in POSTS.items() if posts.get(key)]


@require_POST
@needs("file_liaisons")
def confirm(request: HttpRequest) -> HttpResponse:
    """本半年无变化."""
    by = myself(request)
    try:
        actions.confirm_filing(unit=by.unit, by=by)
        _say(request, "已确认本半年没有变化。")
    except actions.Refused as error:
        _say(request, str(error), "stop")
    return redirect("filing")


@needs("confirm_liaisons")
def overview(request: HttpRequest) -> HttpResponseBase:
    """Every unit: on file or not, waiting or not, confirmed this half-year or not."""
    today = timezone.localdate()
    found = standings(today)
    late = [one for one in found if not one.confirmed]
    state = request.GET.get("state", "")
    shown = {"waiting": [one for one in found if one.waiting], "unconfirmed": late}.get(state, found)
    rows = sorted(shown, key=lambda one: (one.waiting is None, one.confirmed, one.unit.name))
    words = [("半年", half_year(today)[1]), ("范围", dict(VIEWS).get(state, "全部"))]
    page = table(request, "联络员备案", FILINGS, rows, guarded=False, filters=words)
    context = {
        "state": state,
        "views": VIEWS,
        "rows": rows,
        "late": len(late),
        "half": half_year(today)[1],
        "all": len(found),
        "page": page,
    }
    return exported(request, page, by=myself(request)) or render(
        request, "organisation/filings.html", context
    )


@needs("confirm_liaisons", "file_liaisons")
def one(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One filing, as its receipt is printed; the office decides here."""
    sight = sight_of(request.user)
    found: Filing = get_object_or_404(filings_visible_to(sight), pk=pk)
    context = {
        "filing": found, "unit": unit_name(found.unit),
        "posts": _worded(actions.open_posts(filing=found, by=myself(request))),
        "trail": "/liaisons" if sight.has("confirm_liaisons") else "/liaisons/mine",
        "may_decide": sight.has("confirm_liaisons") and found.state == "submitted",
    }  # fmt: skip
    return render(request, "organisation/filing_one.html", context)


@require_POST
@needs("confirm_liaisons")
def decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """备案 or 退回."""
    found = get_object_or_404(filings_visible_to(sight_of(request.user)), pk=pk)
    accept, reason = request.POST.get("verdict") == "file", text_in(request.POST, "reason")
    try:
        done = actions.decide_filing(filing=found, accept=accept, reason=reason, by=myself(request))
        _say(request, f"已备案，回执编号 {done.number}。" if accept else "已退回。")
    except actions.Refused as error:
        _say(request, str(error), "stop")
    return redirect("filing_one", pk)
