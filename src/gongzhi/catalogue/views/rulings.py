"""免报 and what is to be confirmed about resources: proposed, ruled by somebody else, revoked."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from gongzhi.catalogue import actions, queries
from gongzhi.catalogue.forms import ExemptionForm, RulingForm
from gongzhi.catalogue.models import Ruling
from gongzhi.catalogue.states import ActState, NotPossible, RulingKind
from gongzhi.editions.queries import in_force
from gongzhi.engine.calendar import parse_period
from gongzhi.gate import Sight, needs, sight_of, text_in
from gongzhi.lists import Column, Mark, listing
from gongzhi.lists.workbook import exported
from gongzhi.organisation.queries import myself

from .calendar import unit_name
from .obligations import MEANINGS

STATES = (
    ("live", "正在执行"), ("asked", "待决定"), ("over", "已到期"), ("ended", "已撤销"), ("refused", "未同意"),
)  # fmt: skip
KINDS = tuple((kind.value, kind.label) for kind in RulingKind)


def ruling_mark(one: Ruling) -> Mark:
    """Its state as of today: what was granted until a day ends by itself."""
    over = one.state == ActState.GRANTED and one.until is not None and one.until < timezone.localdate()
    return Mark("已到期", "note") if over else Mark(one.state_label, MEANINGS[ActState(one.state)])


def whose(one: Ruling) -> str:
    return unit_name(one.unit) if one.unit else "全部提供单位"


def spans(one: Ruling) -> str:
    """What it is about, in words: periods, and the stock where it says so."""
    return f"{_periods(one)}，存量也免报" if one.with_stock else _periods(one)


def _periods(one: Ruling) -> str:
    if one.act is not None and one.period:
        return one.act.obligation.period_label
    if one.period:
        return parse_period(one.period).label
    if one.from_on is None:
        return "决定时定"
    return f"{one.from_on} 至 {one.until} 结束的期间" if one.until else f"{one.from_on} 起结束的期间"


def ruled_about(rows: QuerySet[Ruling]) -> list[tuple[Ruling, str, str, Mark]]:
    """The history of what was ruled, as the pages of a unit and of a resource show it."""
    return [(one, queries.resource_named(one.resource), spans(one), ruling_mark(one)) for one in rows]


def _proposer(one: Ruling) -> str:
    return one.asked_by.name if one.asked_by else ("本单位系统" if one.unit else "目录定义")


COLUMNS = (
    Column("number", "编号", lambda r: f"第 {r.pk} 号", link=lambda r: f"/rulings/{r.pk}", order="pk"),
    Column("kind", "事项", lambda r: r.kind_label, order="kind"),
    Column("resource", "资源", lambda r: queries.resource_named(r.resource), order="resource"),
    Column("unit", "单位", whose, order="unit"),
    Column("spans", "期间", spans, order="from_on"),
    Column("state", "状态", ruling_mark, "mark"),
    Column("since", "提出", lambda r: r.since, "day", order="since"),
    Column("granted", "同意", lambda r: r.granted_on, "day", order="granted_on"),
    Column("ended", "撤销", lambda r: r.ended_on, "day", order="ended_on"),
    Column("reason", "理由", lambda r: r.reason),
    Column("basis", "依据", lambda r: r.basis or r.answer, hidden=True),
    Column("why", "撤销的理由", lambda r: r.ended_why, hidden=True),
    Column("proposer", "提出人", _proposer, hidden=True),
    Column("decider", "决定人", lambda r: r.decided_by.name if r.decided_by else "", hidden=True),
)


@needs("see_calendar")
def rulings(request: HttpRequest) -> HttpResponseBase:
    """Every ruling in sight, also those that ended: which unit, what, which periods, why, who agreed."""
    sight = sight_of(request.user)
    seen = queries.rulings_visible_to(sight)
    rows, chosen = _narrowed(request, seen)
    page = listing(
        request, "免报和核实", COLUMNS, rows, guarded=False, order=("-since", "-pk"),
        filters=chosen["words"], empty="没有符合条件的",
        empty_next="办公室提议的免报、单位申请后同意的免报、目录里待核实的，都列在这里。",
    )  # fmt: skip
    context = chosen | {"page": page, "states": STATES, "kinds": KINDS}
    context["may_rule"] = sight.has("decide_waiver")
    return exported(request, page, by=myself(request)) or render(request, "catalogue/rulings.html", context)


def _narrowed(request: HttpRequest, seen: QuerySet[Ruling]) -> tuple[QuerySet[Ruling], dict[str, Any]]:
    """What the address asks for; what is not understood narrows nothing."""
    keys = set(seen.exclude(unit="").values_list("unit", flat=True))
    units = sorted(((key, unit_name(key)) for key in keys), key=lambda pair: pair[1])
    numbers = sorted(set(seen.values_list("resource", flat=True)), key=queries.by_number)
    offered = {
        "state": dict(STATES), "kind": dict(KINDS), "unit": dict(units),
        "resource": {number: queries.resource_named(number) for number in numbers},
    }  # fmt: skip
    titles = {"state": "状态", "kind": "事项", "unit": "单位", "resource": "资源"}
    chosen = {name: value for name in offered if (value := request.GET.get(name, "")) in offered[name]}
    rows = seen.filter(**{name: chosen[name] for name in ("kind", "resource") if name in chosen})
    if unit := chosen.get("unit"):
        rows = rows.filter(Q(unit=unit) | Q(unit=""))
    if state := chosen.get("state"):
        rows = _in_state(rows, state, timezone.localdate())
    words = [(titles[name], offered[name][value]) for name, value in chosen.items()]
    return rows, {"chosen": chosen, "words": words, "units": units, "resources": offered["resource"].items()}


def _in_state(rows: QuerySet[Ruling], state: str, today: dt.date) -> QuerySet[Ruling]:
    granted = Q(state=ActState.GRANTED)
    return rows.filter(
        {
            "live": granted & (Q(until=None) | Q(until__gte=today)),
            "over": granted & Q(until__lt=today),
            "asked": Q(state=ActState.ASKED),
            "refused": Q(state=ActState.REFUSED),
            "ended": Q(state=ActState.WITHDRAWN),
        }[state]
    )


def _seen(request: HttpRequest, pk: int) -> Ruling:
    return get_object_or_404(queries.rulings_visible_to(sight_of(request.user)), pk=pk)


@needs("see_calendar")
def ruling(request: HttpRequest, pk: int) -> HttpResponse:
    """One ruling: what, why, who proposed, who agreed, and what can be done."""
    return _page(request, _seen(request, pk))


def _page(request: HttpRequest, found: Ruling, form: RulingForm | None = None) -> HttpResponse:
    definitions, sight = in_force(), sight_of(request.user)
    resource = definitions.resources.get(found.resource)
    units = definitions.providers(resource) if resource else []
    context = {
        "ruling": found, "resource": resource, "mark": ruling_mark(found), "unit": whose(found),
        "spans": spans(found), "proposer": _proposer(found), "form": form, **_may(found, sight),
        "providers": "、".join(unit.name for unit in units),
        "with_stock": resource is not None and queries.is_stock(resource),
        "decision": form or RulingForm(dated=not found.proposed_by_definitions),
    }  # fmt: skip
    return render(request, "catalogue/ruling.html", context, status=422 if form else 200)


def _may(found: Ruling, sight: Sight) -> dict[str, bool]:
    rules, asked = sight.has("decide_waiver"), found.state == ActState.ASKED
    own = found.asked_by is not None and str(found.asked_by.pk) == sight.person
    return {
        "may_decide": rules and asked and not own,
        "may_drop": rules and asked and own,
        "may_end": rules and found.state == ActState.GRANTED,
    }


@needs("decide_waiver")
def propose_exemption(request: HttpRequest) -> HttpResponse:
    """Somebody of the office proposes 免报; another one has to agree."""
    named = {name: request.GET.get(name, "") for name in ("resource", "unit")}
    form = ExemptionForm(request.POST or None, initial=named)
    if form.is_valid():
        try:
            made = actions.propose_exemption(by=myself(request), **form.said)
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            return _done(request, made.pk, "已提议，等办公室另一个人同意；同意之前一切照旧。")
    return render(request, "catalogue/propose.html", {"form": form}, status=422 if form.is_bound else 200)


@require_POST
@needs("decide_waiver")
def decide_ruling(request: HttpRequest, pk: int) -> HttpResponse:
    """Another person of the office agrees, or says why not."""
    found, grant = _seen(request, pk), request.POST.get("grant") == "yes"
    form = RulingForm(request.POST, dated=not found.proposed_by_definitions)
    if form.is_valid():
        try:
            actions.rule(ruling=found, grant=grant, by=myself(request), **form.cleaned_data)
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            return _done(request, pk, "已同意，并记入日历。" if grant else "已答复不同意。")
    return _page(request, found, form)


@require_POST
@needs("decide_waiver")
def end_ruling(request: HttpRequest, pk: int) -> HttpResponse:
    """The office revokes a ruling from today on, or drops a proposal, and says why."""
    try:
        actions.end_ruling(ruling=_seen(request, pk), why=text_in(request.POST, "why"), by=myself(request))
    except NotPossible as error:
        return _done(request, pk, str(error), "stop")
    return _done(request, pk, "已撤销，还没有结束的期间恢复原样。")


def _done(request: HttpRequest, pk: int, text: str, tags: str = "good") -> HttpResponse:
    messages.add_message(request, messages.INFO, text, extra_tags=tags)
    return redirect("ruling", pk)
