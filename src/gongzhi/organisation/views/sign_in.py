"""Sign in and out, and set a password by a one-time link."""

from __future__ import annotations

import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from gongzhi.gate import KEPT, public
from gongzhi.organisation.actions import Refused, set_password, signed_in, signed_out
from gongzhi.organisation.forms import Code, NewPassword, SignIn
from gongzhi.organisation.models import Link, Person
from gongzhi.organisation.queries import (
    FACTOR_PAGE,
    find_link,
    has_second_factor,
    idle_seconds,
    most_sittings,
    unfinished_sign_in,
)

from .credentials import person_with
from .kept import Kept, arriving, carried, offered

WRONG = "登录名或密码不对，或账号尚未开通。请核对大小写后再试；连续输错5次将锁定15分钟"


@public
@sensitive_post_parameters()
def sign_in(request: HttpRequest) -> HttpResponse:
    """The same answer, after the same work, for a wrong password and for a name that nobody has."""
    target = _safe(request, request.POST.get("next") or request.GET.get("next") or "")
    if request.user.is_authenticated:
        return redirect(target)
    new = arriving(request)
    form, kept = SignIn(None if KEPT in request.GET else request.POST or None), new or carried(request)
    if form.is_bound and form.is_valid():
        if person := person_with(request, **form.cleaned_data):
            _open(request, person)
            return _onward(request, person, target, kept)
        form.add_error(None, WRONG)
    return render(request, "organisation/sign_in.html", {"form": form, "next": target, "kept": kept})


def _onward(request: HttpRequest, person: Person, target: str, kept: Kept | None) -> HttpResponse:
    """Where to go after the password; what was kept goes along through the second factor."""
    detour = unfinished_sign_in(person)
    if kept and detour is None:
        return offered(request, kept)
    if detour == FACTOR_PAGE and has_second_factor(person):
        request.session["target"] = target
        if kept:
            context = {"form": Code(), "bare": True, "kept": kept, "action": FACTOR_PAGE}
            return render(request, "organisation/factor_verify.html", context)
    return redirect(target)


def _open(request: HttpRequest, person: Person) -> None:
    """Begin a session under a new key. The event comes first: without it nobody is let in."""
    sitting, ended = signed_in(person=person)
    login(request, person)
    now = int(time.time())
    request.session["began"] = request.session["seen"] = now
    request.session["idle"] = idle_seconds(person)
    request.session["sitting"] = str(sitting.pk)
    if ended:
        first = timezone.localtime(ended[0].began_at)
        messages.warning(
            request,
            f"一个账号最多同时在{most_sittings(person)}处登录，{first:%m月%d日 %H:%M}登录的那一处已自动退出。"
            "如果那不是您本人，请立即修改密码并告诉安全管理员",
        )


def _safe(request: HttpRequest, target: str) -> str:
    """Where to go after signing in: only to an address of this system, from its root."""
    ours = url_has_allowed_host_and_scheme(target, allowed_hosts=None, require_https=request.is_secure())
    return target if ours and target.startswith("/") else settings.LOGIN_REDIRECT_URL


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, Person):
        signed_out(person=request.user, sitting=request.session.get("sitting", ""))
    logout(request)
    messages.success(request, "已退出。离开公用电脑前请关闭浏览器")
    return redirect("sign_in")


@public
def activate(request: HttpRequest, token: str) -> HttpResponse:
    return _by_link(request, token, "activate")


@public
def reset(request: HttpRequest, token: str) -> HttpResponse:
    return _by_link(request, token, "reset")


@sensitive_post_parameters()
def _by_link(request: HttpRequest, token: str, purpose: str) -> HttpResponse:
    link = find_link(token, purpose)
    if link is None or link.person.approved_at is None:
        state = {"pending": link is not None}
        return render(request, "organisation/link_unusable.html", state, status=404)
    form = NewPassword(request.POST or None, person=link.person)
    if request.method == "POST" and form.is_valid() and _set(form, link):
        messages.success(request, "密码已设好，请用它登录")
        return redirect("sign_in")
    context = {"form": form, "person": link.person, "purpose": purpose}
    return render(request, "organisation/link_password.html", context)


def _set(form: NewPassword, link: Link) -> bool:
    try:
        set_password(person=link.person, password=form.cleaned_data["password"], by=link.person, link=link)
    except Refused as refused:
        form.add_error("password", str(refused))
        return False
    return True
