"""Exports that are not given at once: asked for, decided by another of the unit, fetched."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from gongzhi.disclosure import actions, queries
from gongzhi.disclosure.actions import Refused, Wanted
from gongzhi.disclosure.forms import ExportForm
from gongzhi.disclosure.models import Export
from gongzhi.disclosure.states import ExportState
from gongzhi.gate import needs, sight_of, signed_in
from gongzhi.lists import Column, Mark, Meaning, listing
from gongzhi.lists.workbook import TYPE, exported
from gongzhi.organisation.models import Person
from gongzhi.organisation.queries import myself
from gongzhi.organisation.views.proof import proof_first

SALT = "export"
ASKED_WITHIN_SECONDS = 3_600
MEANINGS: dict[str, Meaning] = {
    "asked": "warn",
    "waiting": "note",
    "ready": "good",
    "declined": "stop",
    "failed": "stop",
}


def _mark(one: Export) -> Mark:
    if one.state == ExportState.READY and not one.open_at(timezone.now()):
        return Mark("已过期", "note")
    return Mark(one.state_label, MEANINGS[one.state])


def _file(one: Export) -> str:
    return f"/exports/{one.pk}/file" if one.open_at(timezone.now()) else ""


EXPORTS = (
    Column("asked", "申请时间", lambda one: one.asked_at, "instant", order="asked_at"),
    Column("title", "清单", lambda one: one.title, link=_file),
    Column("filters", "筛选", lambda one: "；".join(f"{title}：{value}" for title, value in one.filters)),
    Column("rows", "行数", lambda one: one.rows, "number", order="rows"),
    Column("state", "状态", _mark, "mark"),
    Column("until", "下载到", lambda one: one.until, "instant"),
    Column("person", "谁", lambda one: one.person.name, hidden=True),
    Column("decided", "谁答复", lambda one: one.decided_by.name if one.decided_by else ""),
)


def long_export(request: HttpRequest, wanted: Wanted, person: Person) -> HttpResponse:
    """The page that says at once: this one takes a while, or needs another person's word."""
    signed = signing.dumps({**vars(wanted), "person": str(person.pk)}, salt=SALT)
    form = ExportForm(initial={"wanted": signed}, with_reason=wanted.approval)
    return _asked(request, wanted, form, person)


def _asked(
    request: HttpRequest, wanted: Wanted, form: ExportForm, person: Person, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form, "wanted": wanted, "approvers": queries.approvers(person) if wanted.approval else [],
    }  # fmt: skip
    return render(request, "disclosure/export.html", context, status=status)


def _signed(request: HttpRequest, person: Person) -> Wanted:
    """What the page had put into the form, unchanged and for her who posts it."""
    try:
        said = signing.loads(request.POST.get("wanted", ""), salt=SALT, max_age=ASKED_WITHIN_SECONDS)
    except signing.BadSignature as error:
        raise Http404 from error
    if said.pop("person") != str(person.pk):
        raise Http404
    return Wanted(**said)


@signed_in()
@proof_first
@require_POST
def ask_export(request: HttpRequest) -> HttpResponseBase:
    """Put an export down for the worker, or for another person to agree to."""
    person = myself(request)
    wanted = _signed(request, person)
    form = ExportForm(request.POST, with_reason=wanted.approval)
    if form.is_valid():
        try:
            made = actions.ask_for_export(
                wanted=wanted, reason=form.cleaned_data.get("reason", ""), by=person
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            asked = made.state == ExportState.ASKED
            text = "已提交，批准后开始生成。" if asked else "已开始生成，做好后在站内信里告诉您。"
            messages.add_message(request, messages.INFO, text, extra_tags="good")
            return redirect("exports")
    return _asked(request, wanted, form, person, 422)


@signed_in()
def exports(request: HttpRequest) -> HttpResponseBase:
    """One's own exports, and those of colleagues that wait for one's word."""
    sight, person = sight_of(request.user), myself(request)
    rows = queries.exports_visible_to(sight).select_related("person", "decided_by")
    waiting = rows.filter(state=ExportState.ASKED).exclude(person=person)
    may = sight.has("approve_reveal")
    page = listing(
        request, "我的导出", EXPORTS, rows if sight.has("read_audit") else rows.filter(person=person),
        order=("-asked_at", "-pk"), empty="没有在后台生成的导出",
        empty_next="行数多的清单，导出时在后台生成，做好后在这里下载。",
    )  # fmt: skip
    context = {"page": page, "waiting": waiting if may else []}
    return exported(request, page, by=person) or render(request, "disclosure/exports.html", context)


@needs("approve_reveal")
@proof_first
@require_POST
def decide_export(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Agree to a colleague's export, or not."""
    sight, person = sight_of(request.user), myself(request)
    asked = get_object_or_404(queries.exports_visible_to(sight).exclude(person=person), pk=pk)
    try:
        actions.decide_export(export=asked, granted=request.POST.get("granted") == "yes", by=person)
    except Refused as refused:
        messages.add_message(request, messages.ERROR, str(refused))
    else:
        messages.add_message(request, messages.INFO, "已答复。", extra_tags="good")
    return redirect("exports")


@signed_in()
@proof_first
def export_file(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The file, for her who asked for it, until it expires."""
    person = myself(request)
    found = get_object_or_404(queries.exports_visible_to(sight_of(request.user)), pk=pk, person=person)
    try:
        sealed = actions.fetch_export(export=found, by=person)
    except Refused as refused:
        messages.add_message(request, messages.ERROR, str(refused))
        return redirect("exports")
    plain = queries.plain_file(found, sealed)
    return FileResponse(plain, as_attachment=True, filename=found.name, content_type=TYPE)
