"""One obligation, what was asked about it, and what was decided."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from gongzhi.catalogue import actions, queries
from gongzhi.catalogue.actions import NeedsAnswer
from gongzhi.catalogue.forms import AskForm, DecisionForm, RequestForm, ZeroForm
from gongzhi.catalogue.models import Act, Asking, Obligation
from gongzhi.catalogue.states import ActState, Kind, NotPossible, State
from gongzhi.editions.queries import in_force
from gongzhi.gate import needs, sight_of, text_in
from gongzhi.lists import Column, Mark, Meaning, listing
from gongzhi.lists.workbook import exported
from gongzhi.organisation.queries import myself

from .calendar import mark_of, unit_name

MEANINGS: dict[ActState, Meaning] = {
    ActState.ASKED: "warn", ActState.GRANTED: "good", ActState.REFUSED: "stop", ActState.WITHDRAWN: "note",
    ActState.RETURNED: "stop",
}  # fmt: skip


def state_mark(act: Asking) -> Mark:
    """The state of what was asked, coloured."""
    return Mark(act.state_label, MEANINGS[ActState(act.state)])


COLUMNS = (
    Column("asked", "申请时间", lambda a: a.asked_at, "instant", order="asked_at"),
    Column(
        "kind", "事项", lambda a: a.kind_label, link=lambda a: f"/obligations/{a.obligation_id}", order="kind"
    ),
    Column("unit", "单位", lambda a: unit_name(a.obligation.unit), order="obligation__unit"),
    Column(
        "resource",
        "资源",
        lambda a: queries.resource_named(a.obligation.resource),
        order="obligation__resource",
    ),
    Column("period", "所属期", lambda a: a.obligation.period_label),
    Column("wanted", "申请到", lambda a: a.wanted, "day"),
    Column("reason", "理由", lambda a: a.reason),
    Column("state", "状态", state_mark, "mark", order="state"),
)


@needs("see_calendar")
def acts(request: HttpRequest) -> HttpResponseBase:
    """What was asked: who decides sees first what waits for her, a unit all that it asked."""
    sight = sight_of(request.user)
    kinds, states = {one.value: one.label for one in Kind}, {one.value: one.label for one in ActState}
    kind = request.GET.get("kind", "")
    first = "asked" if sight.has("decide_waiver") and kind not in kinds else "all"
    state = request.GET.get("state", first)
    wanted = {"state": state} if state in states else {}
    wanted |= {"kind": kind} if kind in kinds else {}
    rows = queries.acts_visible_to(sight).filter(**wanted)
    words = [("状态", states.get(state, "全部")), ("事项", kinds.get(kind, "全部"))]
    page = listing(
        request, "申请与决定", COLUMNS, rows, guarded=False, order=("-asked_at", "-pk"), filters=words,
        empty="没有这样的申请", empty_next="单位申请免报、延期或其他方式共享后，会出现在这里。",
    )  # fmt: skip
    context = {"page": page, "state": state, "states": states.items(), "kind": kind, "kinds": kinds.items()}
    return exported(request, page, by=myself(request)) or render(request, "catalogue/acts.html", context)


def _seen(request: HttpRequest, pk: int) -> Obligation:
    return get_object_or_404(queries.visible_to(sight_of(request.user)), pk=pk)


@needs("see_calendar")
def obligation(request: HttpRequest, pk: int) -> HttpResponse:
    """One obligation: how it stands, why, and what can be done."""
    return _page(request, _seen(request, pk))


def _page(request: HttpRequest, owed: Obligation, status: int = 200, **forms: Any) -> HttpResponse:
    sight, today = sight_of(request.user), timezone.localdate()
    definitions = in_force()
    told = queries.owed_one(owed, today)
    state = told.standing.state
    mine = owed.unit == sight.unit and sight.has("request_waiver")
    context = {
        "owed": owed,
        "resource": definitions.resources.get(owed.resource),
        "period": owed.period_label,
        "unit": unit_name(owed.unit),
        "state": mark_of(told, today),
        "due": told.due,
        "ruling": told.exempted_by,
        **_acts(owed, forms),
        "beyond": f"{definitions.holidays.known_until:%Y-%m-%d}",
        "may_say": mine and state in {State.AWAITED, State.MISSING},
        "may_ask": mine and state in {State.AWAITED, State.MISSING, State.NOT_DUE},
        "may_decide": sight.has("decide_waiver"),
        "mine": mine,
        "zero": forms.get("zero") or ZeroForm(prefix="zero"),
        "ask": forms.get("ask") or _ask_form(owed),
        "form": forms.get("form"),
    }
    return render(request, "catalogue/obligation.html", context, status=status)


def _ask_form(owed: Obligation, data: Any = None) -> AskForm:
    latest = actions.latest_day(owed, timezone.localdate())
    return AskForm(data, prefix="ask", stock=owed.of_stock, latest=latest)


def _acts(owed: Obligation, forms: dict[str, Any]) -> dict[str, Any]:
    """What was asked, each with its form of decision, and the agreement by which it was provided, if any."""
    found = list(owed.acts.select_related("asked_by", "decided_by"))
    shown = [
        (act, state_mark(act), forms.get(f"decision_{act.pk}") or DecisionForm(kind=act.kind))
        for act in found
    ]
    provided = [act for act in found if act.provided_at and act.provided_at == owed.received_at]
    return {"acts": shown, "agreed": provided[0] if provided else None}


@require_POST
@needs("request_waiver")
def zero(request: HttpRequest, pk: int) -> HttpResponse:
    """零报告."""
    owed = _own(request, pk)
    form = ZeroForm(request.POST, prefix="zero")
    if form.is_valid():
        said = form.cleaned_data
        try:
            actions.report_zero(
                obligation=owed, reason=said["reason"], by=myself(request), confirmed=said["confirmed"]
            )
        except NeedsAnswer as error:
            form = ZeroForm(request.POST, prefix="zero", asked_again=True)
            form.add_error("confirmed", str(error))
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            return _done(request, pk, "零报告已记录。")
    return _page(request, owed, 422, zero=form, form=form)


@require_POST
@needs("request_waiver")
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for 免报, 延期 or another way of exchange."""
    owed = _own(request, pk)
    form = _ask_form(owed, request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            actions.ask(
                obligation=owed, kind=Kind(said["kind"]), reason=said["reason"], by=myself(request),
                wanted=form.day, place=said["place"],
            )  # fmt: skip
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            return _done(request, pk, "申请已提交，等领导小组办公室决定。")
    return _page(request, owed, 422, ask=form, form=form)


def _own(request: HttpRequest, pk: int) -> Obligation:
    """An obligation of the reader's own unit; for everybody else the address is not there."""
    return get_object_or_404(
        queries.visible_to(sight_of(request.user)), pk=pk, unit=sight_of(request.user).unit
    )


@require_POST
@needs("decide_waiver")
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """The office grants or refuses."""
    act = get_object_or_404(queries.acts_visible_to(sight_of(request.user)), pk=pk)
    form = DecisionForm(request.POST, kind=act.kind)
    if form.is_valid():
        grant = request.POST.get("grant") == "yes"
        said = form.cleaned_data
        try:
            actions.decide(act=act, grant=grant, answer=said["answer"], by=myself(request), due=said["due"])
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            return _done(request, act.obligation_id, "已同意。" if grant else "已答复不同意。")
    return _page(request, act.obligation, 422, form=form, **{f"decision_{act.pk}": form})


@require_POST
@needs("decide_waiver")
def return_zero(request: HttpRequest, pk: int) -> HttpResponse:
    """The office does not believe a zero report."""
    act = get_object_or_404(queries.acts_visible_to(sight_of(request.user)), pk=pk)
    try:
        actions.return_zero(act=act, reason=text_in(request.POST, "reason"), by=myself(request))
    except NotPossible as error:
        return _done(request, act.obligation_id, str(error), "stop")
    return _done(request, act.obligation_id, "已退回零报告，这一期恢复应报。")


@require_POST
@needs("request_waiver")
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The unit takes back what it asked or said."""
    act = _own_act(request, pk)
    try:
        actions.withdraw(act=act, by=myself(request))
    except NotPossible as error:
        return _done(request, act.obligation_id, str(error), "stop")
    return _done(request, act.obligation_id, "已撤回。")


@require_POST
@needs("request_waiver")
def provided(request: HttpRequest, pk: int) -> HttpResponse:
    """The unit says that the data was provided in the agreed way."""
    act = _own_act(request, pk)
    try:
        actions.provided_elsewhere(act=act, by=myself(request))
    except NotPossible as error:
        return _done(request, act.obligation_id, str(error), "stop")
    return _done(request, act.obligation_id, "已记录：按约定的方式提供。")


def _own_act(request: HttpRequest, pk: int) -> Act:
    sight = sight_of(request.user)
    return get_object_or_404(queries.acts_visible_to(sight), pk=pk, obligation__unit=sight.unit)


def _done(request: HttpRequest, pk: int, text: str, tags: str = "good") -> HttpResponse:
    messages.add_message(request, messages.INFO, text, extra_tags=tags)
    return redirect("obligation", pk)


@needs("request_collaboration")
def request_data(request: HttpRequest) -> HttpResponse:
    """Ask a unit for what no calendar opens: on request, by event, or the stock of a register."""
    form = RequestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = actions.ask_for(
                unit=said["unit"],
                resource=said["resource"],
                reason=said["reason"],
                by=myself(request),
                due=said["due"],
                event=said["event"],
            )
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            return _done(request, made.pk, f"已提请，{made.period_label}。")
    status = 422 if form.is_bound else 200
    return render(request, "catalogue/request.html", {"form": form}, status=status)
