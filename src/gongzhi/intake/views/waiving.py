"""Checks that are not asked of a unit: asked where the finding stands, decided by the office, published."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from gongzhi.catalogue.states import ActState, NotPossible
from gongzhi.catalogue.views import state_mark
from gongzhi.editions.queries import in_force
from gongzhi.gate import needs, sight_of
from gongzhi.intake import actions, queries
from gongzhi.intake.forms import CheckWaiverForm, WaiverDecisionForm
from gongzhi.intake.models import CheckWaiver
from gongzhi.lists import Column, Mark, listing
from gongzhi.lists.workbook import exported
from gongzhi.organisation.queries import myself

STATES = (("live", "现在有效"), ("asked", "待决定"), ("refused", "未同意"), ("over", "已到期或撤回"))


def _mark(waiver: CheckWaiver) -> Mark:
    """Its state as of today: what was granted ends by itself."""
    if waiver.state == ActState.GRANTED and waiver.until < timezone.localdate():
        return Mark("已到期", "note")
    if waiver.state == ActState.WITHDRAWN and waiver.decided_at:  # it held before
        return Mark("已提前结束", "note")
    return state_mark(waiver)


def _check(waiver: CheckWaiver) -> str:
    finding = in_force().findings.get(waiver.code)
    return finding.title if finding else waiver.code


def _column(waiver: CheckWaiver) -> str:
    resource = in_force().resources.get(waiver.resource)
    fields = [one for sheet in resource.sheets for one in sheet.fields] if resource else []
    title = next((one.title for one in fields if one.key == waiver.field), waiver.field)
    return title or "整份文件"


def _resource(waiver: CheckWaiver) -> str:
    resource = in_force().resources.get(waiver.resource)
    return f"{waiver.resource} {resource.title}" if resource else waiver.resource


COLUMNS = (
    Column("number", "编号", lambda w: f"第{w.pk}号", link=lambda w: f"/check-waivers/{w.pk}", order="pk"),
    Column("unit", "单位", lambda w: in_force().units[w.unit].name, order="unit"),
    Column("resource", "资源", _resource, order="resource"),
    Column("check", "检查", _check, order="code"),
    Column("column", "列", _column),
    Column("until", "暂免到", lambda w: w.until, "day", order="until"),
    Column("reason", "理由", lambda w: w.reason),
    Column("state", "状态", _mark, "mark", order="state"),
)


@needs("see_calendar")
def check_waivers(request: HttpRequest) -> HttpResponseBase:
    """What is published, and what waits for the office."""
    sight, today = sight_of(request.user), timezone.localdate()
    state = request.GET.get("state", "asked" if sight.has("decide_waiver") else "live")
    rows = queries.check_waivers_visible_to(sight)
    rows = _in_state(rows, state, today)
    page = listing(
        request, "暂免检查", COLUMNS, rows, guarded=False, order=("-asked_at", "-pk"),
        filters=[("状态", dict(STATES).get(state, "全部"))],
        empty="没有这样的暂免", empty_next="单位可以在报送检查出的问题旁边申请。",
    )  # fmt: skip
    context = {"page": page, "state": state, "states": STATES}
    return exported(request, page, by=myself(request)) or render(
        request, "intake/check_waivers.html", context
    )


def _in_state(rows: QuerySet[CheckWaiver], state: str, today: dt.date) -> QuerySet[CheckWaiver]:
    granted = Q(state=ActState.GRANTED)
    wanted = {
        "live": granted & Q(until__gte=today),
        "asked": Q(state=ActState.ASKED),
        "refused": Q(state=ActState.REFUSED),
        "over": Q(state=ActState.WITHDRAWN) | (granted & Q(until__lt=today)),
    }
    return rows.filter(wanted[state]) if state in wanted else rows


def _say(request: HttpRequest, pk: int, text: str, tags: str = "good") -> HttpResponse:
    messages.add_message(request, messages.INFO, text, extra_tags=tags)
    return redirect("check_waiver", pk)


@needs("request_waiver")
def ask_check_waiver(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for one; the finding that led here is chosen already."""
    unit, resource = sight_of(request.user).unit, in_force().resources.get(number)
    if unit is None or resource is None:
        raise Http404
    initial = {"code": request.GET.get("code", ""), "field": request.GET.get("field", "")}
    form = CheckWaiverForm(request.POST or None, resource=resource, initial=initial)
    if form.is_valid():
        try:
            made = actions.ask_check_waiver(
                unit=unit, resource=number, by=myself(request), **form.cleaned_data
            )
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            return _say(request, made.pk, "申请已提交，等领导小组办公室决定；决定之前照常检查。")
    context = {"form": form, "resource": resource}
    return render(request, "intake/ask_check_waiver.html", context, status=422 if form.errors else 200)


@needs("see_calendar")
def check_waiver(request: HttpRequest, pk: int) -> HttpResponse:
    """One waiver: which check, why, until when, who agreed."""
    return _page(request, _seen(request, pk))


def _seen(request: HttpRequest, pk: int) -> CheckWaiver:
    return get_object_or_404(queries.check_waivers_visible_to(sight_of(request.user)), pk=pk)


def _page(request: HttpRequest, found: CheckWaiver, tried: WaiverDecisionForm | None = None) -> HttpResponse:
    sight = sight_of(request.user)
    over = found.state == ActState.GRANTED and found.until < timezone.localdate()
    mine = found.unit == sight.unit and sight.has("request_waiver")
    open_now = found.state in {ActState.ASKED, ActState.GRANTED} and not over
    context = {
        "waiver": found, "state": _mark(found), "unit": in_force().units[found.unit],
        "resource": _resource(found), "check": _check(found), "column": _column(found), "mine": mine,
        "may_decide": found.state == ActState.ASKED and sight.has("decide_waiver"),
        "decision": tried or WaiverDecisionForm(initial={"until": found.until}),
        "may_end": open_now and (mine or (found.state == ActState.GRANTED and sight.has("decide_waiver"))),
    }  # fmt: skip
    return render(request, "intake/check_waiver.html", context, status=422 if tried else 200)


@require_POST
@needs("decide_waiver")
def decide_check_waiver(request: HttpRequest, pk: int) -> HttpResponse:
    """The office agrees, perhaps for a shorter time, or says why not."""
    found, form = _seen(request, pk), WaiverDecisionForm(request.POST)
    grant = request.POST.get("grant") == "yes"
    if form.is_valid():
        try:
            actions.decide_check_waiver(waiver=found, grant=grant, by=myself(request), **form.cleaned_data)
        except NotPossible as error:
            found.refresh_from_db()  # somebody else may have decided
            form.add_error(None, str(error))
        else:
            return _say(request, pk, "已同意，从现在起向各单位公布。" if grant else "已答复不同意。")
    return _page(request, found, form)


@require_POST
@needs("request_waiver", "decide_waiver")
def end_check_waiver(request: HttpRequest, pk: int) -> HttpResponse:
    """The unit takes it back, or the office ends it before its day."""
    sight = sight_of(request.user)
    found = _seen(request, pk)
    if found.unit != sight.unit and not sight.has("decide_waiver"):
        raise Http404
    try:
        ended = actions.end_check_waiver(waiver=found, by=myself(request))
    except NotPossible as error:
        return _say(request, pk, str(error), "stop")
    return _say(request, pk, "已提前结束，恢复检查。" if ended.decided_at else "已撤回申请。")
