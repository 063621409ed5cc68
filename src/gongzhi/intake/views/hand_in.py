"""Choose a resource, hand a file in, fetch a template."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from gongzhi.editions.queries import in_force, in_force_for, wordings
from gongzhi.engine import documents
from gongzhi.engine.calendar import PeriodError
from gongzhi.engine.definitions import Resource
from gongzhi.gate import needs, sight_of
from gongzhi.intake.actions import check, receive
from gongzhi.intake.actions.refused import Refused
from gongzhi.intake.actions.submission import Place
from gongzhi.intake.forms import HandInForm
from gongzhi.intake.models import Submission
from gongzhi.intake.queries import owed_resources, returned_of, waiting_returned
from gongzhi.intake.queries.pages import period_label
from gongzhi.lists.workbook import TYPE, attachment

AT_ONCE_BYTES = 3 * 1024 * 1024


@needs("submit_file")
def choose(request: HttpRequest) -> HttpResponse:
    """What this unit provides, each with its template and the way to hand in."""
    resources = owed_resources(sight_of(request.user))
    return render(request, "intake/choose.html", {"resources": resources})


@needs("submit_file")
def hand_in(request: HttpRequest, number: str) -> HttpResponse:
    """Hand one file in for one resource; what the notice lists twice is handed in where it is kept."""
    if other := _kept_as(number):
        _own(request, other)
        messages.info(request, f"{number} 与 {other} 重复列出，报送 {other} 即可。")
        return redirect("hand_in", other)
    resource = _own(request, number)
    unit = str(request.user.unit)  # type: ignore[union-attr]  # the gate let only signed-in people through
    form = HandInForm(
        request.POST or None,
        request.FILES or None,
        resource=resource,
        unit=unit,
        today=timezone.localdate(),
        initial={"period": request.GET["period"]} if "period" in request.GET else None,
    )
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("submission", _receive(request, form, resource, unit).pk)
        except Refused as error:
            form.add_error(None, error.text)
    filled = " ".join(sorted({batch.slot.period for batch in form.live}))
    context = {"form": form, "resource": resource, "filled": filled, "wordings": wordings(number)}
    return render(request, "intake/hand_in.html", context | _to_correct(request, form, unit))


def _to_correct(request: HttpRequest, form: HandInForm, unit: str) -> dict[str, Any]:
    """What the office has returned of this resource; the file is taken to correct what was returned or named.

    Of several that were returned for the period the sender chooses, unless the address names one.
    """
    period, named = form["period"].value(), request.GET.get("replaces", "")
    waiting = waiting_returned(unit=unit, resource=form.resource.number)
    here = [one for one in waiting if one.slot.period == period]
    meant = [one for one in form.live if one.slot.period == period and str(one.pk) == named]
    if len(meant or here) == 1:
        form.correct((meant or here)[0])
    return {
        "returned_here": [returned_of(one) for one in here],
        "returned_else": [
            (returned_of(one), period_label(one.slot.period)) for one in waiting if one not in here
        ],
    }


def _say_again(request: HttpRequest, first: Submission) -> None:
    """The same bytes for the same place are one submission: say so, for its page looks like a new one."""
    when = timezone.localtime(first.received_at)
    text = (
        f"这份文件与 {when:%Y-%m-%d %H:%M} 报送的“{first.file_name}”内容完全相同，没有重复收下；"
        "下面就是那一份的情况。"
    )
    messages.add_message(request, messages.INFO, text, extra_tags="note")


def _receive(request: HttpRequest, form: HandInForm, resource: Resource, unit: str) -> Submission:
    """Keep the file; a small one is checked at once, a large one by the worker."""
    data: dict[str, Any] = form.cleaned_data
    upload, relation = data["file"], data.get("relation", "")
    place = Place(
        resource.number,
        data["period"],
        unit,
        adds=data["batch"] if relation == "adds" else "",
        replaces=data["batch"] if relation == "replaces" else "",
        whole=data["whole"],
    )
    path, begun = Path(upload.temporary_file_path()), timezone.now()
    submission = receive(file=path, name=upload.name, place=place, by=request.user, channel="page")  # type: ignore[arg-type]  # as above
    if upload.size <= AT_ONCE_BYTES and submission.state == "received":
        check(submission=submission, by=request.user)  # type: ignore[arg-type]  # as above
    if submission.received_at < begun:
        _say_again(request, submission)
    return submission


@needs("submit_file", "see_definitions")
def template(request: HttpRequest, number: str) -> HttpResponse:
    """The Excel template of a resource, as `period` asks for it (today)."""
    if number not in in_force().resources:
        raise Http404
    number = _kept_as(number) or number
    try:
        period = request.GET.get("period", "")
        definitions = in_force_for(number, period) if period else in_force()
    except PeriodError as error:
        raise Http404 from error
    resource = definitions.resources[number]
    providers = "、".join(unit.name for unit in definitions.providers(resource)[:3])
    book = documents.template(resource, definitions.versions[number], providers=providers)
    response = HttpResponse(book, content_type=TYPE)
    response.headers["Content-Disposition"] = attachment(f"{resource.number} {resource.title}.xlsx")
    return response


def _kept_as(number: str) -> str | None:
    """The resource under which a repeated one is handed in; None for every other."""
    resource = in_force().resources.get(number)
    return resource.duplicate_of if resource else None


def _own(request: HttpRequest, number: str) -> Resource:
    """A resource that the reader's unit provides; for everybody else it is not there."""
    for resource in owed_resources(sight_of(request.user)):
        if resource.number == number:
            return resource
    raise Http404
