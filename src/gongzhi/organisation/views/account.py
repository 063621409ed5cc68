"""One's own account: what one may do, the password, the second factor."""

from __future__ import annotations

import base64

import segno
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django_otp import login as factor_login

from gongzhi.audit.queries import of_actor
from gongzhi.gate import signed_in
from gongzhi.organisation.actions import (
    Refused,
    begin_factor,
    confirm_factor,
    end_others,
    set_password,
    verify_factor,
)
from gongzhi.organisation.forms import ChangePassword, Code
from gongzhi.organisation.models import Authenticator, Person
from gongzhi.organisation.queries import (
    definitions,
    has_second_factor,
    in_force,
    most_sittings,
    myself,
    open_sittings,
    password_expired,
    password_until,
    unit_name,
)

from .credentials import person_with
from .kept import carried, offered
from .words import grant_words


@signed_in()
def account(request: HttpRequest) -> HttpResponse:
    person = myself(request)
    context = {
        "person": person,
        "unit": unit_name(person.unit) if person.unit else "—",
        "grants": [grant_words(grant) for grant in in_force(person)],
        "bound": has_second_factor(person),
        "password_until": password_until(person),
        "visits": of_actor(person.pk, verb="person.signed_in")[:5],
        "sittings": open_sittings(person),
        "here": request.session.get("sitting", ""),
        "most_sittings": most_sittings(person),
        "codes_left": person.recovery_codes.filter(used_at=None).count(),
    }
    return render(request, "organisation/account.html", context)


@signed_in()
@require_POST
def sittings(request: HttpRequest) -> HttpResponse:
    """End the sittings in other places."""
    ended = end_others(person=myself(request), sitting=request.session.get("sitting", ""))
    messages.success(request, f"已退出其他{ended}处登录" if ended else "没有其他登录")
    return redirect("account")


@signed_in(fresh=True)
@sensitive_post_parameters()
def password(request: HttpRequest) -> HttpResponse:
    """Change the password; its failures count as failed sign-ins, so that nobody can try for long."""
    person = myself(request)
    form = ChangePassword(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid() and _changed(request, form, person):
        messages.success(request, "密码已修改，其他设备上的登录已全部退出")
        return redirect("account")
    due = password_expired(person) or person.must_change_password
    return render(request, "organisation/password.html", {"form": form, "due": due, "bare": due})


def _changed(request: HttpRequest, form: ChangePassword, person: Person) -> bool:
    if person_with(request, username=person.username, password=form.cleaned_data["current"]) is None:
        form.add_error("current", "现在的密码不对")
        return False
    try:
        keep = request.session.get("sitting", "")
        set_password(person=person, password=form.cleaned_data["password"], by=person, keep=keep)
    except Refused as refused:
        form.add_error("password", str(refused))
        return False
    update_session_auth_hash(request, person)
    return True


@signed_in(fresh=True)
def second_factor(request: HttpRequest) -> HttpResponse:
    """Prove the factor that is bound, or bind one."""
    if getattr(request.user, "otp_device", None):
        return redirect("account")
    person = myself(request)
    return _verify(request, person) if has_second_factor(person) else _bind(request, person)


def _verify(request: HttpRequest, person: Person) -> HttpResponse:
    form, kept = Code(request.POST or None), carried(request)
    if request.method == "POST" and form.is_valid():
        try:
            device = verify_factor(person=person, code=form.cleaned_data["code"])
        except Refused as refused:
            form.add_error("code", str(refused))
        else:
            if device:
                factor_login(request, device)
                target = request.session.pop("target", "/")
                return offered(request, kept) if kept else redirect(target)
            form.add_error("code", "动态码不对：请确认手机时间准确，用最新显示的一组；每个动态码只能用一次")
    return render(request, "organisation/factor_verify.html", {"form": form, "bare": True, "kept": kept})


def _bind(request: HttpRequest, person: Person) -> HttpResponse:
    device = begin_factor(person=person)
    form = Code(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            device, codes = confirm_factor(person=person, code=form.cleaned_data["code"])
        except Refused as refused:
            form.add_error("code", str(refused))
        else:
            factor_login(request, device)
            return render(request, "organisation/recovery_codes.html", {"codes": codes, "bare": True})
    form.fields["code"].help_text = "绑定时只能用应用里显示的6位数字"
    context = {"form": form, "bare": True, **_secret(device, person)}
    return render(request, "organisation/factor_bind.html", context)


def _secret(device: Authenticator, person: Person) -> dict[str, str]:
    """The secret as text in groups of four and as a QR code (a picture inside the page)."""
    text = base64.b32encode(device.secret()).decode()
    issuer = f"{definitions().district.name}税收共治平台"
    query = urlencode({"secret": text, "issuer": issuer})
    code = segno.make(f"otpauth://totp/{person.username}?{query}", micro=False)
    groups = " ".join(text[at : at + 4] for at in range(0, len(text), 4))
    return {"secret": groups, "picture": code.svg_data_uri(scale=5, border=2, light="#ffffff")}
