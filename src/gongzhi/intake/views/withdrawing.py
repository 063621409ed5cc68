"""Batches taken back: asked on the batch's page, decided by the office, listed for both."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from gongzhi.catalogue.states import ActState, NotPossible
from gongzhi.catalogue.views import state_mark
from gongzhi.editions.queries import in_force
from gongzhi.gate import needs, sight_of, text_in
from gongzhi.intake import actions, queries
from gongzhi.intake.models import Batch, Withdrawal
from gongzhi.intake.queries.pages import period_label
from gongzhi.lists import Column, listing
from gongzhi.lists.workbook import exported
from gongzhi.organisation.queries import myself

COLUMNS = (
    Column("asked", "申请时间", lambda w: w.asked_at, "instant", order="asked_at"),
    Column("batch", "批次", lambda w: w.batch.number, link=lambda w: f"/batches/{w.batch_id}"),
    Column("unit", "单位", lambda w: in_force().units[w.batch.slot.unit].name, order="batch__slot__unit"),
    Column("resource", "资源", lambda w: in_force().resources[w.batch.slot.resource].title),
    Column("period", "所属期", lambda w: period_label(w.batch.slot.period)),
    Column("reason", "原因", lambda w: w.reason),
    Column("state", "状态", state_mark, "mark", order="state"),
)


@needs("see_own_batches", "see_all_batches")
def withdrawals(request: HttpRequest) -> HttpResponseBase:
    """What units want to take back; what waits for a decision unless all are wanted."""
    state = request.GET.get("state", ActState.ASKED.value)
    rows = queries.withdrawals_visible_to(sight_of(request.user))
    known = state in {one.value for one in ActState}
    rows = rows.filter(state=state) if known else rows
    page = listing(
        request, "撤回批次的申请", COLUMNS, rows, guarded=False, order=("-asked_at", "-pk"),
        filters=[("状态", ActState(state).label if known else "全部")],
        empty="没有这样的申请", empty_next="单位在批次页申请撤回后，会出现在这里。",
    )  # fmt: skip
    context = {"page": page, "state": state, "states": [(one.value, one.label) for one in ActState]}
    return exported(request, page, by=myself(request)) or render(request, "intake/withdrawals.html", context)


def withdrawing(request: HttpRequest, found: Batch) -> dict[str, Any]:
    """What the batch's page says about taking it back, and what its reader may do."""
    sight = sight_of(request.user)
    asked = list(found.withdrawals.select_related("asked_by", "decided_by"))
    waits = any(one.state == ActState.ASKED for one in asked)
    own = found.slot.unit == sight.unit and sight.has("submit_file")
    return {
        "withdrawals": [(one, state_mark(one)) for one in asked],
        "own": own,
        "may_withdraw": own and found.live and not waits,
    }


def _say(request: HttpRequest, batch: UUID, text: str, tags: str = "good") -> HttpResponse:
    messages.add_message(request, messages.INFO, text, extra_tags=tags)
    return redirect("batch", batch)


@require_POST
@needs("submit_file")
def ask_withdrawal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The unit asks for a batch of its own to be taken out of use."""
    sight = sight_of(request.user)
    found = get_object_or_404(queries.batches_visible_to(sight), pk=pk, slot__unit=sight.unit)
    try:
        actions.ask_withdrawal(batch=found, reason=text_in(request.POST, "reason"), by=myself(request))
    except NotPossible as error:
        return _say(request, pk, str(error), "stop")
    return _say(request, pk, "已申请撤回，等领导小组办公室决定；决定之前这一批照常使用。")


@require_POST
@needs("return_file")
def decide_withdrawal(request: HttpRequest, pk: int) -> HttpResponse:
    """The office takes the batch out of use, or says why not."""
    found = get_object_or_404(queries.withdrawals_visible_to(sight_of(request.user)), pk=pk)
    grant, answer = request.POST.get("grant") == "yes", text_in(request.POST, "answer")
    try:
        actions.decide_withdrawal(withdrawal=found, grant=grant, answer=answer, by=myself(request))
    except NotPossible as error:
        return _say(request, found.batch_id, str(error), "stop")
    return _say(request, found.batch_id, "已撤回，这一批不再使用。" if grant else "已答复不同意。")


@require_POST
@needs("submit_file")
def drop_withdrawal(request: HttpRequest, pk: int) -> HttpResponse:
    """The unit lets the batch stay after all."""
    found = _own(request, pk)
    try:
        actions.drop_withdrawal(withdrawal=found, by=myself(request))
    except NotPossible as error:
        return _say(request, found.batch_id, str(error), "stop")
    return _say(request, found.batch_id, "已收回申请，这一批照常使用。")


def _own(request: HttpRequest, pk: int) -> Withdrawal:
    sight = sight_of(request.user)
    return get_object_or_404(queries.withdrawals_visible_to(sight), pk=pk, batch__slot__unit=sight.unit)
