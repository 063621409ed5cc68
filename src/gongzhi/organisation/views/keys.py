"""接口凭据: what machines of units call with, registered by one administrator, approved by another."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from gongzhi.gate import needs, sight_of
from gongzhi.lists import Column, listing
from gongzhi.lists.workbook import exported
from gongzhi.organisation import actions, forms
from gongzhi.organisation.models import ApiKey
from gongzhi.organisation.queries import keys_visible_to, myself, owed_by, unit_name, used_last

from .proof import proof_first
from .words import scope_words, state_of_key, tell

COLUMNS = (
    Column("unit", "单位", lambda k: unit_name(k.unit), link=lambda k: k.path, order="unit"),
    Column("name", "系统", lambda k: k.name),
    Column("kid", "编号", lambda k: k.kid),
    Column("resources", "数据资源", lambda k: "、".join(k.resources) or "应报的全部"),
    Column("state", "状态", state_of_key, kind="mark"),
    Column("until", "有效期至", lambda k: k.until, kind="instant", order="until"),
    Column("registered_at", "登记时间", lambda k: k.registered_at, kind="instant", order="registered_at"),
)


def _one(request: HttpRequest, pk: UUID) -> ApiKey:
    return get_object_or_404(keys_visible_to(sight_of(request.user)), pk=pk)


@needs("administer_accounts", "administer_keys", "see_unit_people")
def keys(request: HttpRequest) -> HttpResponseBase:
    rows = keys_visible_to(sight_of(request.user))
    units = set(rows.order_by().values_list("unit", flat=True).distinct())
    chosen = forms.KeyFilter(request.GET, units=units)
    unit = chosen.cleaned_data.get("unit") if chosen.is_valid() else ""
    page = listing(
        request, "接口凭据", COLUMNS, rows.filter(unit=unit) if unit else rows, guarded=False,
        order=("-registered_at",),
        filters=[("单位", unit_name(unit))] if unit else [],
        empty="还没有接口凭据", empty_next="单位的系统要直接报送时，由系统管理员登记，安全管理员批准。",
    )  # fmt: skip
    file = exported(request, page, by=myself(request))
    return file or render(
        request, "organisation/keys.html", {"page": page, "chosen": chosen, "several": len(units) > 1}
    )


@needs("administer_accounts", "administer_keys", "see_unit_people")
def key(request: HttpRequest, pk: UUID) -> HttpResponse:
    shown = _one(request, pk)
    by = myself(request)
    context = {
        "key": shown,
        "unit": unit_name(shown.unit),
        "state": state_of_key(shown),
        "scope": scope_words(shown, owed_by(shown.unit)),
        "used": used_last(shown),
        "successor": shown.successors.order_by("-registered_at").first(),
        "mine": by.pk == shown.registered_by_id,
        "approved_by_me": by.pk == shown.approved_by_id,
    }
    return render(request, "organisation/key.html", context)


@needs("administer_accounts")
@proof_first
def register(request: HttpRequest) -> HttpResponse:
    form = forms.RegisterKey(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = forms.attempt(form, actions.register_key, **form.cleaned_data, by=myself(request))
        if made:
            messages.success(request, "已登记。等安全管理员批准后，再取出密钥交给单位")
            return redirect("api_key", pk=made.pk)
    return render(request, "organisation/key_new.html", {"form": form})


@needs("administer_keys")
@proof_first
@require_POST
def approve(request: HttpRequest, pk: UUID) -> HttpResponse:
    shown = _one(request, pk)
    tell(request, actions.approve_key, "已批准。由登记的系统管理员取出密钥", key=shown, by=myself(request))
    return redirect("api_key", pk=pk)


@needs("administer_accounts")
@proof_first
@require_POST
def secret(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The secret, on this answer alone; afterwards it lies sealed and no page shows it."""
    shown = _one(request, pk)
    try:
        told = actions.issue_key(key=shown, by=myself(request))
    except actions.Refused as refused:
        messages.error(request, str(refused))
        return redirect("api_key", pk=pk)
    context = {"key": shown, "unit": unit_name(shown.unit), "secret": told}
    return render(request, "organisation/key_secret.html", context)


@needs("administer_accounts")
@proof_first
def rotate(request: HttpRequest, pk: UUID) -> HttpResponse:
    shown = _one(request, pk)
    form = forms.KeyUntil(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = forms.attempt(form, actions.rotate_key, key=shown, by=myself(request), **form.cleaned_data)
        if made:
            messages.success(request, "已登记接替的凭据。批准并取出密钥后，旧凭据最多再用14天")
            return redirect("api_key", pk=made.pk)
    return render(request, "organisation/key_rotate.html", {"form": form, "key": shown})


@needs("administer_accounts", "administer_keys")
@proof_first
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    shown = _one(request, pk)
    form = forms.Reason(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = {"key": shown, "by": myself(request), "reason": form.cleaned_data["reason"]}
        if forms.attempt(form, actions.end_key, **values):
            messages.success(request, "已停用，下一次调用起不再有效")
            return redirect("api_key", pk=pk)
    return render(request, "organisation/key_end.html", {"form": form, "key": shown})
