"""Follow a submission: its state, its findings, the decision to take it in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from gongzhi.editions.queries import in_force
from gongzhi.gate import needs, number_in, sight_of
from gongzhi.intake import actions, queries
from gongzhi.intake.actions import report
from gongzhi.intake.actions.place import Place
from gongzhi.intake.actions.refused import Refused
from gongzhi.intake.forms import ExplainForm, ListFilter
from gongzhi.intake.models import Batch, Submission
from gongzhi.intake.queries.marks import state_mark
from gongzhi.intake.queries.pages import (
    SEVERITIES,
    decision_of,
    findings_listed,
    matching,
    period_label,
    standing,
    unit_choices,
)
from gongzhi.intake.queries.trends import trends_of
from gongzhi.intake.states import LABELS, NotPossible, State
from gongzhi.lists import Column, Listing, back_to, listing
from gongzhi.lists.workbook import TYPE, attachment, exported
from gongzhi.organisation.queries import myself

from .hand_in import AT_ONCE_BYTES

RETURNED = "returned"
STATES = (*((state.value, LABELS[state]) for state in State), (RETURNED, "已退回"))
FINDINGS_SHOWN = 100
COLUMNS = (
    Column(
        "received",
        "接收时间",
        lambda s: s.received_at,
        "instant",
        lambda s: f"/submissions/{s.pk}",
        "received_at",
    ),
    Column(
        "resource",
        "资源",
        lambda s: f"{s.resource} {in_force().resources[s.resource].title}",
        order="resource",
    ),
    Column("period", "期间", lambda s: period_label(s.period), order="period"),
    Column("unit", "单位", lambda s: in_force().units[s.unit].name, order="unit"),
    Column("file", "文件", lambda s: s.file_name),
    Column("state", "状态", state_mark, "mark", order="state"),
    Column("rows", "行数", lambda s: s.rows, "number", order="rows"),
    Column("accepted", "入库", lambda s: s.accepted if s.state == State.COMMITTED else None, "number"),
    Column("aside", "待补正", lambda s: s.set_aside, "number", order="set_aside"),
)
FOUND = (
    Column("cell", "单元格", standing),
    Column("severity", "级别", lambda one: SEVERITIES.get(one["severity"], "")),
    Column("title", "问题", lambda one: one["title"]),
    Column("column", "列", lambda one: one["column"]),
    Column("value", "填的内容", lambda one: one["value"]),
    Column("message", "说明", lambda one: one["message"]),
    Column("mend", "改法", lambda one: one["mend"]),
    Column("suggestion", "建议值", lambda one: one["suggestion"]),
)


@needs("see_own_batches", "see_all_batches")
def submissions(request: HttpRequest) -> HttpResponseBase:
    """Everything handed in, latest first."""
    sight = sight_of(request.user)
    rows = queries.visible_to(sight).select_related("batch__review")
    chosen = ListFilter(request.GET, states=STATES, units=unit_choices(sight))
    page = listing(
        request, "报送记录", COLUMNS, _filtered(rows, chosen), guarded=False, order=("-received_at", "-pk"),
        filters=chosen.words, empty="没有符合条件的报送" if chosen.words else "还没有报送过文件",
        empty_next="可以放宽上面的条件。" if chosen.words else "到“报送文件”选择资源，上传第一份。",
    )  # fmt: skip
    context = {"page": page, "chosen": chosen}
    return exported(request, page, by=myself(request)) or render(request, "intake/submissions.html", context)


def _filtered(rows: QuerySet[Submission], chosen: ListFilter) -> QuerySet[Submission]:
    values = chosen.values
    if "q" in values:
        rows = rows.filter(matching(values["q"], "", file="file_name", batch="batch__"))
    if state := values.get("state"):
        back = Q(batch__in=Batch.objects.filter(queries.RETURNED))
        rows = rows.filter(back if state == RETURNED else Q(state=state) & ~back)
    return rows.filter(**{name: values[name] for name in ("unit", "resource", "period") if name in values})


def _seen(request: HttpRequest, pk: UUID) -> Submission:
    return get_object_or_404(queries.visible_to(sight_of(request.user)), pk=pk)


@needs("see_own_batches", "see_all_batches")
def submission(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One submission: what was read, what was found, what to do next."""
    return page_of(request, _seen(request, pk))


def page_of(request: HttpRequest, found: Submission, tried: ExplainForm | None = None) -> HttpResponse:
    """The page of a submission; with the reason that was `tried` and is not taken as it is."""
    resource = in_force().resources[found.resource]
    context: dict[str, Any] = {
        "tried": tried,
        "submission": found,
        "resource": resource,
        "period": period_label(found.period),
        "state": state_mark(found),
        "back": back_to(request, "/submissions"),
    }
    if found.state == State.COMMITTED and found.batch.returned:
        context["returned"] = queries.returned_of(found.batch)
    if found.state != State.RECEIVED:
        context |= queries.reading_of(found) | _findings(request, found)
        context |= {"decision": decision_of(found), "trends": trends_of(found)}
        context |= _desk(request, found)
    whole = "intake/_submission.html" if request.headers.get("HX-Request") else "intake/submission.html"
    return render(request, whole, context, status=422 if tried else 200)


def _desk(request: HttpRequest, found: Submission) -> dict[str, Any]:
    """What the people of the unit have to do with it: reasons, and who may take it in."""
    sight = sight_of(request.user)
    mine = found.unit == sight.unit
    return {
        "asked": queries.asked_of(found),
        "mine": mine,
        "two": queries.two_persons(found.unit),
        "again": found.state in {State.REFUSED, State.WITHDRAWN}
        or (found.state == State.COMMITTED and found.set_aside > 0),
        "may_second": mine and sight.has("review_file") and str(found.proposed_by_id) != sight.person,
    }


def _findings(request: HttpRequest, found: Submission) -> dict[str, Any]:
    """The page of findings that the address names."""
    start = request.GET.get("from", "")
    return queries.findings_page(found, request.GET.get("code", ""), FINDINGS_SHOWN, number_in(start) or 0)


@needs("see_own_batches", "see_all_batches")
def findings(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The findings of one kind, a fragment of the submission's page; or all of them as a file."""
    found = _seen(request, pk)
    if "export" in request.GET and (file := exported(request, _found(request, found), by=myself(request))):
        return file
    return render(request, "intake/_findings.html", {"submission": found, **_findings(request, found)})


def _found(request: HttpRequest, found: Submission) -> Listing:
    """The whole list of findings that the address names, as the page orders it."""
    code = request.GET.get("code", "")
    told = in_force().findings.get(code)
    words = [("文件", found.file_name), *([("问题", told.title)] if told else [])]
    rows = findings_listed(found, code)
    return listing(request, "检查出的问题", FOUND, rows, guarded=True, order=("_at",), filters=words)


@require_POST
@needs("submit_file", "review_file")
def commit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the good rows in; where the place is filled, after the sender has said what this file is."""
    found, by = _seen(request, pk), myself(request)
    try:
        if not _told(request, found):
            return redirect("submission", pk)
        batch = actions.commit(submission=found, by=by)
    except (Refused, NotPossible) as error:
        messages.add_message(request, messages.INFO, str(error), extra_tags="stop")
        return redirect("submission", pk)
    if batch.submission_id != found.pk:
        said = f"内容与已入库的 {batch.number} 相同，没有重复入库。"
        messages.add_message(request, messages.INFO, said, extra_tags="note")
        return redirect("receipt", batch.receipt.number)
    return redirect("submission", pk)  # it names the receipt, and takes the mended rows


def _told(request: HttpRequest, found: Submission) -> bool:
    """Whether the file may come in at once: nothing was said, or saying it left the outcome as it was."""
    relation, _, batch = request.POST.get("relation", "").partition(":")
    if relation not in {"adds", "replaces"}:
        return True
    before = (found.accepted, found.set_aside)
    said = {relation: batch}
    place = Place(
        f"{found.resource}/{found.letter}" if found.letter else found.resource, found.period, found.unit,
        whole=found.whole, only_sheet=found.only_sheet, **said,
    )  # fmt: skip
    actions.tell(submission=found, place=place, by=myself(request))
    if found.state == State.RECEIVED:
        actions.check(submission=found, by=myself(request))
    if found.state == State.CHECKED and before == (found.accepted, found.set_aside):
        return True
    text = "对照所选批次重新检查后，结果有变化，请看过再确认。"
    messages.add_message(request, messages.INFO, text, extra_tags="warn")
    return False


@require_POST
@needs("submit_file")
def adopt(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take over the suggestions that were tapped, or all that are shown."""
    found, by, code = _seen(request, pk), myself(request), request.POST.get("code", "")
    try:
        cells = [_cell(text) for text in request.POST.getlist("cell")]
        count = actions.adopt(submission=found, by=by, cells=cells, code=code)
    except (NotPossible, ValueError) as error:
        said = str(error) if isinstance(error, NotPossible) else "没有认出要采用的是哪一处，请刷新后再试"
        messages.add_message(request, messages.INFO, said, extra_tags="stop")
        return redirect("submission", pk)
    if found.state == State.RECEIVED and found.file_size <= AT_ONCE_BYTES:
        actions.check(submission=found, by=by)
    text = f"已采用 {count} 处建议值，文件已按新的内容重新检查。" if count else "这些建议值已经采用过了。"
    messages.add_message(request, messages.INFO, text, extra_tags="good" if count else "note")
    return redirect("submission", pk)


def _cell(text: str) -> tuple[int, int, str]:
    part, row, field = text.split(":", 2)
    return int(part), int(row), field


@require_POST
@needs("submit_file")
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give this file up: all rows will be mended first."""
    try:
        actions.withdraw(submission=_seen(request, pk), by=myself(request))
    except NotPossible as error:
        messages.add_message(request, messages.INFO, str(error), extra_tags="stop")
    return redirect("submission", pk)


@needs("submit_file", "review_file")
def marked_up(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The sender's file with its faults marked."""
    return _workbook(request, pk, report.marked_up, "标注")


@needs("submit_file", "review_file")
def bad_rows(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Only the rows to be mended."""
    return _workbook(request, pk, report.bad_rows, "待补正行")


def _workbook(request: HttpRequest, pk: UUID, make: Callable[..., bytes], word: str) -> HttpResponse:
    found = _seen(request, pk)
    try:
        content = make(submission=found, by=myself(request))
    except Refused as error:
        messages.add_message(request, messages.INFO, error.text, extra_tags="stop")
        return redirect("submission", pk)
    name = f"{found.file_name.rpartition('.')[0] or found.file_name}（{word}）.xlsx"
    response = HttpResponse(content, content_type=TYPE)
    response.headers["Content-Disposition"] = attachment(name)
    return response
