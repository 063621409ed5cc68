"""The desk's work: two persons, reasons, the office's review, what a correction changed."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from gongzhi.editions.queries import in_force
from gongzhi.gate import allowed, needs, sight_of, text_in
from gongzhi.intake import actions, queries
from gongzhi.intake.actions.refused import Refused
from gongzhi.intake.forms import ExplainForm
from gongzhi.intake.models import Batch, Submission
from gongzhi.intake.queries.pages import period_label
from gongzhi.intake.states import NotPossible
from gongzhi.organisation.queries import myself

from .submissions import page_of

SHOWN = 100


def _say(request: HttpRequest, text: str, tags: str = "good") -> None:
    messages.add_message(request, messages.INFO, text, extra_tags=tags)


def _own(request: HttpRequest, pk: UUID) -> Submission:
    sight = sight_of(request.user)
    return get_object_or_404(queries.visible_to(sight), pk=pk, unit=sight.unit)


@require_POST
@needs("submit_file")
def propose(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a checked file to the second person."""
    try:
        actions.propose(submission=_own(request, pk), by=myself(request))
        _say(request, "已提交复核，等本单位的另一个人入库。")
    except NotPossible as error:
        _say(request, str(error), "stop")
    return redirect("submission", pk)


@require_POST
@needs("review_file")
def send_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The second person gives it back with a reason."""
    try:
        reason = text_in(request.POST, "reason")
        actions.send_back(submission=_own(request, pk), reason=reason, by=myself(request))
        _say(request, "已退回经办人。")
    except (Refused, NotPossible) as error:
        _say(request, str(error), "stop")
    return redirect("submission", pk)


@require_POST
@needs("submit_file")
def explain(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The reason for one kind of finding."""
    found, form = _own(request, pk), ExplainForm(request.POST)
    if form.is_valid():
        try:
            actions.explain(submission=found, by=myself(request), **form.cleaned_data)
        except Refused as error:
            form.add_error(None, error.text)
        else:
            _say(request, "已记录，有效期内不再问。")
            return redirect("submission", pk)
    return page_of(request, found, tried=form)


@needs("submit_file", "review_file")
def two_persons(request: HttpRequest) -> HttpResponse:
    """Whether the reader's unit hands in by one person or by two."""
    sight = sight_of(request.user)
    unit, now = sight.unit, queries.two_persons(sight.unit or "")
    if not unit:
        raise Http404
    may_begin = allowed(sight, "submit_file", unit=unit)
    may_end = allowed(sight, "review_file", unit=unit)
    if request.method == "POST":
        two = request.POST.get("wish") == "two"
        if not (may_begin if two else may_end):
            raise Http404
        act = actions.begin_two_persons if two else actions.end_two_persons
        try:
            act(unit=unit, by=myself(request))
            _say(request, f"已改为{'两' if two else '一'}人报送。")
        except Refused as error:
            _say(request, error.text, "stop")
        return redirect("two_persons")
    own = now is not None and str(now.begun_by_id) == sight.person
    context = {"now": now, "may_begin": may_begin, "may_end": may_end and not own, "own": own}
    return render(request, "intake/two_persons.html", context)


@needs("see_own_batches", "see_all_batches")
def difference(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What a correction changed against the batch that it replaced."""
    found = get_object_or_404(queries.batches_visible_to(sight_of(request.user)), pk=pk)
    old = Batch.objects.filter(replaced_by=found).select_related("slot").first()
    if old is None:
        raise Http404
    context = {
        "batch": found, "old": old, "resource": in_force().resources[found.slot.resource],
        "period": period_label(found.slot.period), "tables": queries.difference(found, old),
    }  # fmt: skip
    return render(request, "intake/difference.html", context)
