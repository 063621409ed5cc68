"""疑点: the list, one hit with its comparison and evidence, and the decision to exclude it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from gongzhi.disclosure.queries import About
from gongzhi.editions.queries import Piece, in_force, retired, retirement_of
from gongzhi.gate import needs, sight_of, text_in
from gongzhi.intake.views.revealing import Place, ask
from gongzhi.lists import Bulk, Column, Mark, Meaning, back_to, chosen, listing, table, with_back
from gongzhi.lists.workbook import exported
from gongzhi.organisation.queries import myself
from gongzhi.registry import queries as registry

from . import queries
from .actions import ask_for_scan, exclude_together
from .actions import exclude as exclude_hit
from .actions import reopen as reopen_hit
from .actions.refused import Refused
from .forms import ExclusionForm, ReopeningForm, SourceFilter, TogetherForm
from .models import Hit
from .states import LABELS, State

STATES: dict[str, Meaning] = {State.OPEN: "warn", State.CLEARED: "good", State.EXCLUDED: "note"}


def _tax_fen(hit: Hit) -> int | None:
    return None if hit.expected_yuan is None else int(hit.expected_yuan * 100)


COLUMNS = (
    Column(
        "subject",
        "对象",
        lambda h: h.subject_name or "（个人）",
        link=lambda h: f"/hits/{h.pk}",
        order="subject_name",
    ),
    Column("rule", "疑似", queries.rule_name, order="rule"),
    Column("tax", "预计税额", _tax_fen, "yuan", order="tax_yuan", unit="元"),
    Column("grade", "等级", queries.grade_of, "mark", order="grade"),
    Column("object", "标的", lambda h: h.object_name),
    Column("period", "所属期", lambda h: h.period_label, "day", order="period"),
    Column("state", "状态", lambda h: Mark(h.state_label, STATES[h.state]), "mark", order="state"),
    Column("found", "发现时间", lambda h: h.found_at, "instant", order="found_at"),
)
SIDES = {"left": "左", "right": "右"}
EVIDENCE = (
    Column("side", "哪一边", lambda c: SIDES[c.side]),
    Column("table", "数据", lambda c: c.table_title),
    Column("column", "列", lambda c: c.head.text),
    Column("value", "内容", lambda c: c.text),
    Column("batch", "批次", lambda c: c.batch.number),
    Column("file", "文件", lambda c: c.file),
    Column("sheet", "工作表", lambda c: c.sheet),
    Column("row", "原表行号", lambda c: c.row, "number"),
    Column("cell", "单元格", lambda c: c.cell),
)
OF_TAXPAYER = tuple(one for one in COLUMNS if one.key != "subject")
EXCLUDE = Bulk("/hits/exclude", "排除并说明")


@needs("see_hits")
def hits(request: HttpRequest) -> HttpResponseBase:
    """Hits in sight, the greatest expected tax first; by rule, by state, by what they are about."""
    sight = sight_of(request.user)
    rows, asked, words = _filtered(request, queries.visible_to(sight))
    page = listing(
        request, "疑点", COLUMNS, rows, order=("-tax_yuan", "pk"), filters=words, guarded=True,
        empty="没有符合条件的疑点", empty_next="扫描后命中的会排在这里；也可以换一条规则或状态看看。",
        bulk=(EXCLUDE,) if sight.has("decide_hits") else (), choosable=lambda h: h.state == State.OPEN,
    )  # fmt: skip
    rules = [(code, folder.rule.name) for code, folder in in_force().rules.items()]
    gone = (one for one in retired() if one.kind == "rule")
    rules += [(one.code, f"{one.title.partition(' ')[2]}（已停用）") for one in gone]
    context = {"page": page, "rules": rules, "states": LABELS.items(), **asked}
    context |= {"failed": queries.failed_rules(sight), "standing": queries.standing(sight)}
    return exported(request, page, by=myself(request)) or render(request, "risk/hits.html", context)


def _filtered(
    request: HttpRequest, rows: QuerySet[Hit]
) -> tuple[QuerySet[Hit], dict[str, Any], list[tuple[str, str]]]:
    """The hits that the address asks for, what it asks, and that in words."""
    rule, state = request.GET.get("rule", ""), request.GET.get("state", State.OPEN.value)
    text = text_in(request.GET, "q").strip()
    rows = queries.search(rows, text) if text else rows
    rows = rows.filter(rule=rule) if rule else rows
    rows = rows.filter(state=state) if state in LABELS else rows
    behind = SourceFilter(request.GET, sight=sight_of(request.user))
    rows = queries.resting_in(rows, behind.batches) if behind.words else rows
    words = [("规则", rule or "全部"), ("状态", LABELS[State(state)] if state in LABELS else "全部")]
    words += [("查找", text)] if text else []
    return rows, {"rule": rule, "state": state, "q": text, "behind": behind}, [*words, *behind.words]


@needs("see_hits")
def hit(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """One hit explains itself: left, right, formula, law, evidence to the cell."""
    found = get_object_or_404(queries.visible_to(sight_of(request.user)), pk=pk)
    return _page(request, found, ReopeningForm() if found.state == State.EXCLUDED else ExclusionForm())


def _page(request: HttpRequest, found: Hit, form: Form, status: int = 200) -> HttpResponseBase:
    cells = queries.evidence_of(found)
    shown = queries.exhibits(cells)
    which = f"{found.subject_name or '（个人）'} {queries.rule_name(found)} {found.period_label}".strip()
    page = table(request, "疑点的证据", EVIDENCE, cells, guarded=True, filters=[("疑点", which)])
    context = {
        "page": page,
        "hit": found,
        "rule": queries.rule_of(found),
        "retired": retirement_of(Piece("rule", found.rule)),
        "left": queries.shown(found.left_unit, found.left_value),
        "right": queries.shown(found.right_unit, found.right_value),
        "sides": [(side, [one for one in shown if one.side == key]) for key, side in SIDES.items()],
        "trail": queries.trail(found),
        "ground": queries.ground_of(found),
        "state": Mark(found.state_label, STATES[found.state]),
        "grade": queries.grade_of(found),
        "form": form,
        "back": back_to(request, "/hits"),
    }
    file = exported(request, page, by=myself(request))
    return file or render(request, "risk/hit.html", context, status=status)


@require_POST
@needs("decide_hits")
def exclude(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Exclude a hit with a reason."""
    return _decided(request, pk, ExclusionForm(request.POST), exclude_hit, "已排除，理由已记录。")


@require_POST
@needs("decide_hits")
def reopen(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Open an excluded hit again, with a reason."""
    return _decided(request, pk, ReopeningForm(request.POST), reopen_hit, "已重新打开，理由已记录。")


def _decided(
    request: HttpRequest, pk: UUID, form: Form, act: Callable[..., Any], said: str
) -> HttpResponseBase:
    found = get_object_or_404(queries.visible_to(sight_of(request.user)), pk=pk)
    if form.is_valid():
        try:
            act(hit=found, reason=form.cleaned_data["reason"], by=myself(request))
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.add_message(request, messages.INFO, said, extra_tags="good")
            return redirect(with_back(f"/hits/{pk}", back_to(request, "/hits")))
    return _page(request, found, form, status=422)


@require_POST
@needs("run_scan")
def scan_now(request: HttpRequest) -> HttpResponse:
    """Ask the worker for a scan; the list says when it is done."""
    ask_for_scan(by=myself(request))
    said = "已请求立即比对，后台一空下来就做；做完后本页上方写明时间。"
    messages.add_message(request, messages.INFO, said, extra_tags="good")
    return redirect("/hits")


@require_http_methods(["GET", "POST"])
@needs("decide_hits")
def exclude_chosen(request: HttpRequest) -> HttpResponse:
    """Exclude several hits of the list with one reason."""
    seen = queries.visible_to(sight_of(request.user)).filter(state=State.OPEN)
    found = list(seen.filter(pk__in=chosen(request, UUID)).order_by("-tax_yuan", "pk"))
    form = TogetherForm(request.POST if request.method == "POST" else None)
    back = back_to(request, "/hits")
    if found and form.is_valid():
        try:
            done = exclude_together(hits=found, reason=form.cleaned_data["reason"], by=myself(request))
        except Refused as error:
            form.add_error(None, str(error))
        else:
            left = len(chosen(request, UUID)) - len(done)
            said = f"已排除 {len(done)} 条，理由已记录。" + (f"另有 {left} 条已经处理过。" if left else "")
            messages.add_message(request, messages.INFO, said, extra_tags="good")
            return redirect(back)
    rows = [(one, queries.rule_name(one), queries.grade_of(one)) for one in found]
    context = {"rows": rows, "form": form, "back": back}
    return render(request, "risk/exclude.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@needs("reveal_person")
def reveal_evidence(request: HttpRequest, pk: UUID, batch: UUID, part: int, row: int) -> HttpResponseBase:
    """Ask to see masked values of a row behind a hit; only an open hit is a matter to look for."""
    found = get_object_or_404(queries.visible_to(sight_of(request.user)), pk=pk)
    if not queries.rests_on(found, batch, part, row):
        raise Http404
    title = f"{queries.rule_name(found)} {found.subject_name or '（个人）'}"
    abouts = [About("hit", str(found.pk), title)] if found.state == State.OPEN else []
    return ask(request, Place(batch, part, row, f"/hits/{found.pk}"), abouts)


@needs("see_hits")
def of_taxpayer(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The hits of one taxpayer, a fragment of its page."""
    sight = sight_of(request.user)
    taxpayer = get_object_or_404(registry.visible_to(sight), pk=pk)
    found = queries.of_taxpayer(queries.visible_to(sight), taxpayer)
    rows = [(one, queries.rule_name(one), Mark(one.state_label, STATES[one.state])) for one in found[:50]]
    page = table(request, f"{taxpayer.name}的疑点", OF_TAXPAYER, [one for one, _, _ in rows], guarded=True)
    context = {"rows": rows, "page": page}
    return exported(request, page, by=myself(request)) or render(request, "risk/_of_taxpayer.html", context)
