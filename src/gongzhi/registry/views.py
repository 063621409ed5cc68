"""The taxpayer file, and the queue of doubtful joins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from gongzhi.engine.idcodes.industries import industry_name
from gongzhi.gate import Sight, needs, sight_of
from gongzhi.lists import Bulk, Column, Listing, Mark, Meaning, back_to, chosen, listing, table
from gongzhi.lists.workbook import exported
from gongzhi.organisation.queries import myself
from gongzhi.work.queries import TAXPAYER, about, kinds_to_give, place_name, with_standing

from . import queries
from .actions import decide, decide_outside, decide_together, decide_unlinked, undo
from .actions.decision import Refused
from .forms import DecisionForm, OutsideForm, TogetherForm, UndoForm, UnlinkedForm
from .models import Decision, Doubt, Taxpayer

STATUS: dict[str, Meaning] = {"正常": "good", "非正常": "stop", "注销": "note"}

ORIGINS = {"bureau": "税务登记", "market": "市场监管登记", "": "已无登记（批次撤回或更正）"}
TAXPAYERS = (
    Column("name", "名称", lambda t: t.name, link=lambda t: f"/taxpayers/{t.pk}", order="name"),
    Column("code", "统一社会信用代码", lambda t: t.code, "code", order="code"),
    Column(
        "status",
        "税务状态",
        lambda t: Mark(t.status, STATUS.get(t.status, "note")) if t.status else None,
        "mark",
    ),
    Column("kind", "类别", lambda t: t.kind, order="kind"),
    Column("street", "街道", lambda t: t.street, order="street"),
    Column("address", "地址", lambda t: t.address),
    Column("origin", "登记来源", lambda t: ORIGINS[t.origin]),
)
FOUND = (TAXPAYERS[0], Column("former", "按曾用名找到", lambda t: t.matched_former), *TAXPAYERS[1:])


def _why(doubt: Doubt) -> Mark:
    return (
        Mark("名称与代码指向不同的户", "stop")
        if doubt.status == "conflict"
        else Mark("名称相近，证据不足", "warn")
    )


DOUBTS = (
    Column(
        "name", "来文中的名称", lambda d: d.name or "（未填）", link=lambda d: f"/links/{d.pk}", order="name"
    ),
    Column(
        "code", "来文中的代码", lambda d: d.code if not d.code.startswith("P") else "（个人，已脱敏）", "code"
    ),
    Column("status", "为什么要认定", _why, "mark"),
    Column("candidates", "候选户数", lambda d: len(d.candidates), "number"),
    Column("mentions", "涉及行数", lambda d: d.mentions, "number", order="mentions"),
    Column("seen", "发现时间", lambda d: d.seen_at, "instant", order="seen_at"),
)


@needs("see_taxpayer")
def taxpayers(request: HttpRequest) -> HttpResponseBase:
    """The register, searched by code or name."""
    text = request.GET.get("q", "").strip()
    rows = queries.visible_to(sight_of(request.user))
    found = queries.search(rows, text) if text else rows
    page = listing(
        request, "纳税人", FOUND if text else TAXPAYERS, found, guarded=True,
        order=("name", "pk"), filters=(("查找", text),) if text else (),
        empty="没有找到", empty_next="可以只输名称中的几个字，或核对统一社会信用代码。",
    )  # fmt: skip
    context = {"page": page, "q": text}
    return exported(request, page, by=request.user) or render(request, "registry/taxpayers.html", context)


@needs("see_taxpayer")
def taxpayer(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """One taxpayer: who it is, what departments said of it, how each row was joined."""
    sight = sight_of(request.user)
    found = get_object_or_404(queries.visible_to(sight), pk=pk)
    context = {
        "taxpayer": found,
        "names": found.former_names.all(),
        "industry": industry_name(found.industry),
        "back": back_to(request, "/taxpayers"),
        **_work(found, sight),
    }
    mentions = queries.mentions_of(found, sight)
    tables = [_mentioned(request, found, one, at) for at, one in enumerate(mentions)]
    items = table(request, f"{found.name}的事项", ITEMS, context["work"], guarded=True, key="work")
    context |= {"mentions": list(zip(mentions, tables, strict=True)), "items": items}
    answer = exported(request, items, *tables, by=myself(request))
    return answer or render(request, "registry/taxpayer.html", context)


ITEMS = (
    Column("item", "事项", lambda one: one[0].title),
    Column("place", "承办", lambda one: one[1]),
    Column("given", "交办", lambda one: one[0].given_at, "instant"),
    Column("due", "期限", lambda one: one[0].due, "day"),
    Column("state", "状态", lambda one: one[2]),
)


def _mentioned(request: HttpRequest, taxpayer: Taxpayer, mention: queries.Mention, at: int) -> Listing:
    """What one table says of a taxpayer, as it stands on its page, for its workbook."""
    columns = [
        Column("period", "所属期", lambda row: row.period),
        Column("unit", "提供单位", lambda row: row.unit),
        *(Column(f"c{n}", head.text, _cell(n)) for n, head in enumerate(mention.heads)),
        Column("name", "报来的名称", lambda row: row.name),
        Column("how", "怎样认定为同一户", lambda row: row.how),
        Column("row", "来源行", lambda row: row.place[2], "number"),
    ]
    filters = [("纳税人", taxpayer.name), ("表", mention.title), ("作为", mention.role)]
    return table(
        request, mention.title, columns, mention.rows, guarded=True, filters=filters, key=f"mention{at}"
    )


def _cell(place: int) -> Callable[[queries.Said], str]:
    return lambda row: row.cells[place].text if row.cells else ""


WORK = 10
"""How many work items a taxpayer's page shows; the others stand in the list that it leads to."""


def _work(taxpayer: Taxpayer, sight: Sight) -> dict[str, Any]:
    """What there is to do about a taxpayer, as far as the reader may see it; may she give more?"""
    rows, today = about(sight, TAXPAYER, str(taxpayer.pk)), timezone.localdate()
    shown = [(one, place_name(one), *with_standing(one, today)) for one in rows.order_by("-given_at")[:WORK]]
    gives = any(TAXPAYER in kind.subjects for kind in kinds_to_give(sight))
    return {"work": shown, "work_total": rows.count() if len(shown) == WORK else len(shown), "gives": gives}


@needs("decide_links")
def doubts(request: HttpRequest) -> HttpResponseBase:
    """What the machine does not decide, the most frequent first."""
    rows = queries.doubts_visible_to(sight_of(request.user))
    page = listing(
        request, "待认定", DOUBTS, rows, guarded=True, order=("-mentions", "pk"),
        empty="没有待认定的名称", empty_next="新批次入库并关联后，拿不准的会排在这里。",
        bulk=(Bulk("/links/decide", "一起认定"),),
    )  # fmt: skip
    return exported(request, page, by=request.user) or render(request, "registry/doubts.html", {"page": page})


@needs("decide_links")
def doubt(request: HttpRequest, pk: int) -> HttpResponse:
    """One doubtful mention with its candidates side by side, and the decision; once decided, that."""
    found = get_object_or_404(queries.every_doubt_visible_to(sight_of(request.user)), pk=pk)
    if not found.open:
        decided = queries.decision_of(found)
        return redirect("decision", decided.pk) if decided else redirect("doubts")
    candidates = queries.candidates_of(found)
    form = DecisionForm(
        request.POST or None, candidates=[(str(c.taxpayer.pk), c.taxpayer.name) for c in candidates]
    )
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["taxpayer"]
        same = None if chosen == "none" else get_object_or_404(Taxpayer, pk=chosen)
        try:
            decide(doubt=found, taxpayer=same, by=myself(request), note=form.cleaned_data["note"])
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.add_message(request, messages.INFO, "已认定，相关批次将重新关联。", extra_tags="good")
            return redirect(back_to(request, "/links"))
    context = {"doubt": found, "candidates": candidates, "form": form, "why": _why(found)}
    context["back"] = back_to(request, "/links")
    return render(request, "registry/doubt.html", context)


@needs("decide_links")
def decide_chosen(request: HttpRequest) -> HttpResponse:
    """Several doubtful mentions of the list, each decided or left open, with one reason."""
    seen = queries.doubts_visible_to(sight_of(request.user))
    found = list(seen.filter(pk__in=chosen(request, int)).order_by("-mentions", "pk"))
    asked = list(zip(found, queries.candidates_of_all(found).values(), strict=True))
    form = TogetherForm(request.POST if request.method == "POST" else None, asked=asked)
    back = back_to(request, "/links")
    if found and form.is_valid():
        pairs = form.decided(form.cleaned_data)
        choices = [(one, candidate.taxpayer if candidate else None) for one, candidate in pairs]
        try:
            done = decide_together(choices=choices, by=myself(request), note=form.cleaned_data["note"])
        except Refused as error:
            form.add_error(None, str(error))
        else:
            said = f"已认定 {len(done)} 条，相关批次将重新关联。"
            messages.add_message(request, messages.INFO, said, extra_tags="good")
            return redirect(back)
    context = {"form": form, "found": found, "back": back}
    return render(request, "registry/decide.html", context, status=422 if form.errors else 200)


def _row_of(mention: dict[str, Any]) -> str:
    return f"/batches/{mention['batch']}?part={mention['part']}&row={mention['row']}#row"


def _state(decision: Decision) -> Mark:
    if queries.struck(decision):
        return Mark("有效，但这一户已无登记", "warn")
    return Mark("有效", "good") if decision.ended_at is None else Mark("已不再有效", "note")


DECISIONS = (
    Column(
        "name", "来文中的名称", lambda d: d.name or "（未填）", link=lambda d: f"/links/decisions/{d.pk}",
        order="name",
    ),
    Column("code", "来文中的代码", lambda d: d.code, "code"),
    Column("verdict", "认定", lambda d: d.verdict_label, order="verdict"),
    Column(
        "taxpayer", "登记的户", lambda d: d.taxpayer and d.taxpayer.name,
        link=lambda d: f"/taxpayers/{d.taxpayer_id}" if d.taxpayer_id else "",
    ),
    Column("note", "理由", lambda d: d.note),
    Column("by", "认定人", lambda d: d.decided_by.name, order="decided_by__name"),
    Column("at", "认定时间", lambda d: d.decided_at, "instant", order="decided_at"),
    Column("state", "状态", _state, "mark"),
    Column("ended", "撤销时间", lambda d: d.ended_at, "instant", hidden=True),
    Column("why_ended", "撤销理由", lambda d: d.end_reason, hidden=True),
)  # fmt: skip
STATES = {"live": "有效", "ended": "已不再有效", "all": "全部"}


@needs("decide_links")
def decisions(request: HttpRequest) -> HttpResponseBase:
    """Who decided what about mentions, when and why; the latest first."""
    text, state = request.GET.get("q", "").strip(), request.GET.get("state", "live")
    state = state if state in STATES else "live"
    rows = queries.decisions_visible_to(sight_of(request.user))
    rows = queries.decisions_like(rows, text) if text else rows
    rows = rows if state == "all" else rows.filter(ended_at__isnull=state == "live")
    words = (("状态", STATES[state]), *([("查找", text)] if text else []))
    page = listing(
        request, "认定记录", DECISIONS, rows, guarded=True, order=("-decided_at", "-pk"), filters=words,
        empty="没有认定过的名称", empty_next="在“待认定”里认定的会记在这里。",
    )  # fmt: skip
    context = {"page": page, "q": text, "state": state, "states": STATES.items()}
    return exported(request, page, by=request.user) or render(request, "registry/decisions.html", context)


@needs("decide_links")
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """One decision about a mention, and its end."""
    found = get_object_or_404(queries.decisions_visible_to(sight_of(request.user)), pk=pk)
    form, back = UndoForm(request.POST or None), back_to(request, "/links/decisions")
    if request.method == "POST" and form.is_valid():
        try:
            undo(decision=found, reason=form.cleaned_data["reason"], by=myself(request))
        except Refused as error:
            form.add_error(None, str(error))
        else:
            said = "已撤销，相关批次将重新关联；仍拿不准的回到“待认定”。"
            messages.add_message(request, messages.INFO, said, extra_tags="good")
            return redirect(back)
    context = {
        "decision": found,
        "act": queries.act_of(found),
        "ground": queries.ground_of(found),
        "state": _state(found),
        "form": form,
        "back": back,
    }
    return render(request, "registry/decision.html", context, status=422 if form.errors else 200)


def _decide_of(mention: dict[str, Any]) -> str:
    said = {"name": mention["name"] or "", "code": mention["code"] or ""}
    return f"/links/unlinked/decide?{urlencode(said)}"


UNLINKED = (
    Column("name", "名称", lambda m: m["name"] or "（未填）", order="name"),
    Column("code", "代码", lambda m: m["code"], "code", order="code"),
    Column("mentions", "行数", lambda m: m["mentions"], "number", order="mentions"),
    Column("source", "来源", lambda m: f"第 {m['row']} 行", link=_row_of),
    Column("do", "办理", lambda _: "到登记簿里找", link=_decide_of),
)


@needs("decide_links")
def unlinked(request: HttpRequest) -> HttpResponseBase:
    """Mentions that joined nobody: a queue of its own, perhaps unregistered taxpayers."""
    text = request.GET.get("q", "").strip()
    page = listing(
        request, "没有对上任何一户", UNLINKED, queries.unlinked(text), guarded=True,
        order=("-mentions", "key"),
        filters=(("查找", text),) if text else (),
        empty="没有找到" if text else "每个名称都对上了",
        empty_next="可以只输名称中的几个字。" if text else "没有需要处理的。",
        identity=lambda m: m["mark"], bulk=(Bulk("/links/unlinked/outside", "不属于本区"),),
    )  # fmt: skip
    context = {"page": page, "q": text}
    return exported(request, page, by=request.user) or render(request, "registry/unlinked.html", context)


@needs("decide_links")
def outside_chosen(request: HttpRequest) -> HttpResponse:
    """Several mentions that joined nobody, found to be nobody of this district with one reason."""
    named = chosen(request, str)
    found, back = queries.unlinked_mentions(named), back_to(request, "/links/unlinked")
    form = OutsideForm(request.POST if request.method == "POST" else None)
    if found and form.is_valid():
        mentions = [(one["name"] or "", one["code"] or "") for one in found]
        try:
            done = decide_outside(mentions=mentions, by=myself(request), note=form.cleaned_data["note"])
        except Refused as error:
            form.add_error(None, str(error))
        else:
            left = len(named) - len(done)
            said = f"已把 {len(done)} 个名称记为不属于本区。"
            said += f"另有 {left} 个已经认定过。" if left else ""
            messages.add_message(request, messages.INFO, said, extra_tags="good")
            return redirect(back)
    rows = [(one, _row_of(one)) for one in found]
    context = {"rows": rows, "form": form, "back": back}
    return render(request, "registry/outside.html", context, status=422 if form.errors else 200)


OFFERED = 20
"""How many taxpayers a search beside a mention offers; who looks for another types more."""


@needs("decide_links")
def decide_mention(request: HttpRequest) -> HttpResponse:
    """A mention that joined nobody: looked for in the register, joined by hand or found to be outside."""
    given = request.POST if request.method == "POST" else request.GET
    mention = queries.unlinked_mention(given.get("name", ""), given.get("code", ""))
    if mention is None:
        raise Http404
    text, back = given.get("q", mention["name"] or "").strip(), back_to(request, "/links/unlinked")
    seen = queries.visible_to(sight_of(request.user))
    found = list(queries.search(seen, text).order_by("name", "pk")[: OFFERED + 1]) if text else []
    form = UnlinkedForm(request.POST if request.method == "POST" else None, found=found[:OFFERED])
    if form.is_valid():
        same = next((one for one in found if str(one.pk) == form.cleaned_data["taxpayer"]), None)
        if _decided(request, form, mention, same):
            return redirect(back)
    context = {"mention": mention, "source": _row_of(mention), "q": text, "found": found[:OFFERED]}
    context |= {"more": len(found) > OFFERED, "form": form, "back": back}
    return render(request, "registry/mention.html", context, status=422 if form.errors else 200)


def _decided(
    request: HttpRequest, form: UnlinkedForm, mention: dict[str, Any], same: Taxpayer | None
) -> bool:
    """Whether the decision was taken; otherwise the form says why not."""
    name, code = mention["name"] or "", mention["code"] or ""
    try:
        decide_unlinked(
            name=name, code=code, taxpayer=same, by=myself(request), note=form.cleaned_data["note"]
        )
    except Refused as error:
        form.add_error(None, str(error))
        return False
    said = "已对上，相关批次将重新关联。" if same else "已记为不属于本区，不再列在这里。"
    messages.add_message(request, messages.INFO, said, extra_tags="good")
    return True
