"""Exports that are kept: asked for, agreed to by the superior and the security administrator, fetched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from gongzhi.disclosure import actions, queries
from gongzhi.disclosure.actions import Refused, Wanted
from gongzhi.disclosure.forms import ExportForm
from gongzhi.disclosure.models import Export
from gongzhi.disclosure.states import ExportState
from gongzhi.gate import Sight, needs, sight_of, signed_in
from gongzhi.lists import Column, Mark, Meaning, listing
from gongzhi.lists.workbook import TYPE, attachment, exported
from gongzhi.organisation.models import Person
from gongzhi.organisation.queries import myself
from gongzhi.organisation.views.proof import proof_first

SALT = "export"
ASKED_WITHIN_SECONDS = 3_600
PIECE = 64 * 1024
MEANINGS: dict[str, Meaning] = {
    "given": "note",
    "asked": "warn",
    "agreed": "warn",
    "waiting": "note",
    "ready": "good",
    "taken": "note",
    "declined": "stop",
    "failed": "stop",
}


def _mark(one: Export) -> Mark:
    if one.state == ExportState.READY and not one.open_at(timezone.now()):
        return Mark("已过期", "note")
    if one.state == ExportState.READY and one.begun_at:
        return Mark("下载未完成，可再下载", "warn")
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
    Column("decided", "谁批准", lambda one: one.decided_by.name if one.decided_by else ""),
    Column("signed", "谁会签", lambda one: one.countersigned_by.name if one.countersigned_by else ""),
)


def long_export(request: HttpRequest, wanted: Wanted, person: Person) -> HttpResponse:
    """The page that says at once: this one takes a while, or needs the word of two others."""
    signed = signing.dumps({**vars(wanted), "person": str(person.pk)}, salt=SALT)
    said = _said(wanted, person)
    form = ExportForm(initial={"wanted": signed}, with_reason=said["words"])
    return render(request, "disclosure/export.html", {**said, "form": form})


def _said(wanted: Wanted, person: Person) -> dict[str, Any]:
    """Whether two others have to agree, why, and who they may be."""
    watched = queries.watched(person, wanted.title)
    words = wanted.guarded and watched.over(wanted.rows)
    return {
        "wanted": wanted, "words": words, "watched": watched, "together": watched.taken + wanted.rows,
        "approvers": queries.approvers(person) if words else [],
        "countersigners": queries.countersigners(person) if words else [],
        "resume": queries.resume_minutes(),
    }  # fmt: skip


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
    """Put an export down for the worker, or for two others to agree to."""
    person = myself(request)
    wanted = _signed(request, person)
    said = _said(wanted, person)
    form = ExportForm(request.POST, with_reason=said["words"])
    if form.is_valid():
        try:
            made = actions.ask_for_export(
                wanted=wanted, reason=form.cleaned_data.get("reason", ""), by=person
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            asked = made.state == ExportState.ASKED
            text = "已提交，批准并会签后开始生成。" if asked else "已开始生成，做好后在消息里告诉您。"
            messages.add_message(request, messages.INFO, text, extra_tags="good")
            return redirect("exports")
    return render(request, "disclosure/export.html", {**said, "form": form}, status=422)


@signed_in()
def exports(request: HttpRequest) -> HttpResponseBase:
    """One's own exports, and those of colleagues that wait for one's word."""
    sight, person = sight_of(request.user), myself(request)
    rows = queries.exports_visible_to(sight).select_related("person", "decided_by", "countersigned_by")
    page = listing(
        request, "我的导出", EXPORTS, rows if sight.has("read_audit") else rows.filter(person=person),
        guarded=False, order=("-asked_at", "-pk"), empty="没有留下记录的导出",
        empty_next="行数多的清单在后台生成，做好后在这里下载；企业、个人、涉税信息的导出都记在这里。",
    )  # fmt: skip
    waiting = queries.for_ones_word(sight).select_related("person", "decided_by").order_by("asked_at")
    context = {
        "page": page, "waiting": [(one, _short(one, sight)) for one in waiting],
        "decides": sight.has("approve_reveal") or sight.has("administer_grants"),
    }  # fmt: skip
    return exported(request, page, by=person) or render(request, "disclosure/exports.html", context)


def _short(one: Export, sight: Sight) -> str:
    """How the list is filtered: to the security administrator, who sees no data, without the values."""
    if one.state == ExportState.ASKED and sight.has("approve_reveal"):
        return "；".join(f"{title}：{value}" for title, value in one.filters)
    return "、".join(title for title, _ in one.filters)


@needs("approve_reveal", "administer_grants")
@proof_first
@require_POST
def decide_export(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Agree to another's export, or not: as her superior, or as the security administrator."""
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
@require_GET
def export_file(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The file, for her who asked for it, until it expires; of guarded rows once."""
    person = myself(request)
    found = get_object_or_404(queries.exports_visible_to(sight_of(request.user)), pk=pk, person=person)
    try:
        sealed = actions.fetch_export(export=found, by=person)
    except Refused as refused:
        messages.add_message(request, messages.ERROR, str(refused))
        return redirect("exports")
    answer = StreamingHttpResponse(_whole(queries.plain_file(found, sealed), found, person))
    answer.headers["Content-Type"], answer.headers["Content-Length"] = TYPE, str(found.size)
    answer.headers["Content-Disposition"] = attachment(found.name)
    return answer


def _whole(plain: BinaryIO, export: Export, person: Person) -> Iterator[bytes]:
    """The file in pieces; whoever takes the last one has it whole. A broken download ends before."""
    with plain:
        while piece := plain.read(PIECE):
            yield piece
    actions.take_export(export=export, by=person)
