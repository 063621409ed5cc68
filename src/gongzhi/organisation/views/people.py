"""The people of the district: registered by one administrator, approved and granted by another."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from gongzhi.gate import needs, sight_of
from gongzhi.lists import Column, listing, table
from gongzhi.lists.workbook import exported
from gongzhi.organisation import actions, forms
from gongzhi.organisation.models import Grant, Person
from gongzhi.organisation.queries import (
    ACCOUNTS,
    has_second_factor,
    history,
    locked_since,
    myself,
    unit_name,
    visible_to,
)

from .proof import proof_first
from .words import grant_words, state_of, tell

COLUMNS = (
    Column("name", "姓名", lambda p: p.name, link=lambda p: reverse("person", args=[p.pk]), order="name"),
    Column("username", "登录名", lambda p: p.username, order="username"),
    Column("unit", "单位", lambda p: unit_name(p.unit), order="unit"),
    Column("post", "职务或岗位", lambda p: p.post),
    Column("state", "状态", state_of, kind="mark"),
    Column("last_login", "最近登录", lambda p: p.last_login, kind="instant"),
    Column("created_at", "登记时间", lambda p: p.created_at, kind="instant", order="created_at", hidden=True),
)
GRANTS = (
    Column("role", "角色", lambda g: g["title"]),
    Column("scope", "范围", lambda g: g["scope"]),
    Column("valid_from", "起", lambda g: g["grant"].valid_from, kind="day"),
    Column("valid_until", "止", lambda g: g["grant"].last_day or "长期"),
    Column("basis", "依据", lambda g: g["grant"].basis),
    Column("granted_by", "授予", lambda g: g["grant"].granted_by.name if g["grant"].granted_by else "系统"),
    Column("state", "状态", lambda g: g["state"], kind="mark"),
    Column("ended_at", "收回时间", lambda g: g["grant"].ended_by and g["grant"].ended_at, kind="instant"),
)


def _one(request: HttpRequest, pk: UUID) -> Person:
    return get_object_or_404(visible_to(sight_of(request.user)), pk=pk)


@needs("administer_accounts", "administer_grants", "see_unit_people")
def people(request: HttpRequest) -> HttpResponseBase:
    chosen = forms.PeopleFilter(request.GET)
    rows, words = _filtered(visible_to(sight_of(request.user)), chosen)
    page = listing(
        request, "人员", COLUMNS, rows, guarded=True, order=("username",), filters=words,
        empty="没有符合条件的人员", empty_next="请放宽筛选条件；新人员由系统管理员登记",
    )  # fmt: skip
    file = exported(request, page, by=myself(request))
    return file or render(request, "organisation/people.html", {"page": page, "chosen": chosen})


def _filtered(
    rows: QuerySet[Person], chosen: forms.PeopleFilter
) -> tuple[QuerySet[Person], list[tuple[str, str]]]:
    chosen.is_valid()
    values = chosen.cleaned_data  # what is wrong is told beside it; the rest holds
    words = []
    if name := values.get("name"):
        rows = rows.filter(Q(name__contains=name) | Q(username__contains=name.lower()))
        words.append(("姓名或登录名", name))
    if unit := values.get("unit"):
        rows = rows.filter(unit=unit)
        words.append(("单位", unit_name(unit)))
    if state := values.get("state"):
        rows = rows.filter(ACCOUNTS[state])
        words.append(("状态", forms.STATES[state]))
    return rows, words


@needs("administer_accounts", "administer_grants", "see_unit_people")
def person(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    shown = _one(request, pk)
    grants = [grant_words(grant) for grant in history(shown)]
    page = table(request, f"{shown.name}的授权", GRANTS, grants, guarded=True)
    context = {
        "page": page,
        "person": shown,
        "unit": unit_name(shown.unit) if shown.unit else "—",
        "state": state_of(shown),
        "grants": grants,
        "bound": has_second_factor(shown),
        "locked_since": locked_since(shown.username),
        "idle_days": settings.IDLE_ACCOUNT_DAYS,
        "reason": forms.Reason(),
        "self": str(shown.pk) == sight_of(request.user).person,
    }
    file = exported(request, page, by=myself(request))
    return file or render(request, "organisation/person.html", context)


@needs("administer_accounts")
def register(request: HttpRequest) -> HttpResponse:
    form = forms.Register(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = forms.attempt(form, actions.register, **form.cleaned_data, by=myself(request))
        if made:
            messages.success(request, f"已登记“{made.name}”。等安全管理员批准后，再把激活链接交给本人")
            return redirect("person", pk=made.pk)
    return render(request, "organisation/register.html", {"form": form})


@needs("approve_accounts")
@require_POST
def approve(request: HttpRequest, pk: UUID) -> HttpResponse:
    shown = _one(request, pk)
    tell(request, actions.approve, f"已批准“{shown.name}”的账号", person=shown, by=myself(request))
    return redirect("person", pk=pk)


@needs("administer_accounts")
@proof_first
@require_POST
def link(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A one-time link, shown on this answer alone; nowhere is it kept or sent."""
    shown = _one(request, pk)
    purpose = "reset" if shown.is_active else "activate"
    try:
        token = actions.issue_link(person=shown, purpose=purpose, by=myself(request))
    except actions.Refused as refused:
        messages.error(request, str(refused))
        return redirect("person", pk=pk)
    address = request.build_absolute_uri(reverse(purpose, args=[token]))
    context = {"person": shown, "address": address, "hours": actions.LINK_HOURS, "purpose": purpose}
    return render(request, "organisation/link_told.html", context)


@needs("administer_accounts")
def disable(request: HttpRequest, pk: UUID) -> HttpResponse:
    shown = _one(request, pk)
    form = forms.Reason(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = {"person": shown, "by": myself(request), "reason": form.cleaned_data["reason"]}
        if forms.attempt(form, actions.disable, **values):
            messages.success(request, f"已停用“{shown.name}”的账号，登录状态随即失效")
            return redirect("person", pk=pk)
    return render(request, "organisation/disable.html", {"form": form, "person": shown})


@needs("administer_accounts")
@proof_first
def reopen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open an account again that was closed because nobody used it."""
    shown = _one(request, pk)
    form = forms.Reason(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = {"person": shown, "by": myself(request), "reason": form.cleaned_data["reason"]}
        if forms.attempt(form, actions.reopen, **values):
            messages.success(request, f"已恢复“{shown.name}”的账号，下次登录时须先改密码")
            return redirect("person", pk=pk)
    return render(request, "organisation/reopen.html", {"form": form, "person": shown})


@needs("approve_accounts")
@proof_first
@require_POST
def unlock(request: HttpRequest, pk: UUID) -> HttpResponse:
    shown = _one(request, pk)
    tell(request, actions.unlock, f"已解除“{shown.name}”的登录锁定", person=shown, by=myself(request))
    return redirect("person", pk=pk)


@needs("approve_accounts")
@proof_first
def remove_factor(request: HttpRequest, pk: UUID) -> HttpResponse:
    shown = _one(request, pk)
    form = forms.Reason(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = {"person": shown, "by": myself(request), "reason": form.cleaned_data["reason"]}
        if forms.attempt(form, actions.remove_factor, **values):
            messages.success(request, f"已解除“{shown.name}”的验证器，下次登录时重新绑定")
            return redirect("person", pk=pk)
    return render(request, "organisation/remove_factor.html", {"form": form, "person": shown})


@needs("administer_grants")
@proof_first
def give_grant(request: HttpRequest, pk: UUID) -> HttpResponse:
    shown = _one(request, pk)
    form = forms.GiveGrant(request.POST or None, initial={"unit": shown.unit})
    if request.method == "POST" and form.is_valid():
        given = forms.attempt(form, actions.grant, person=shown, by=myself(request), **form.cleaned_data)
        if given:
            messages.success(request, f"已授予“{shown.name}”：{grant_words(given)['title']}")
            return redirect("person", pk=pk)
    return render(request, "organisation/give_grant.html", {"form": form, "person": shown})


@needs("administer_grants")
@proof_first
@require_POST
def end_grant(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    held = get_object_or_404(Grant, pk=number, person=_one(request, pk))
    title = grant_words(held)["title"]
    tell(request, actions.end_grant, f"已收回：{title}", grant=held, by=myself(request))
    return redirect("person", pk=pk)
