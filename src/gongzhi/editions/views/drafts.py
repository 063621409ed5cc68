"""The desk of editions: what is drafted, what waits, what is in force; and the decisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from gongzhi.editions import actions
from gongzhi.editions.actions.deciding import Faulty, first_day
from gongzhi.editions.forms import NewResourceForm, ReasonForm, SubmitForm
from gongzhi.editions.models import Edition
from gongzhi.editions.queries import (
    Piece,
    changes,
    in_force,
    lines,
    problems,
    reading,
    standing,
    submitted_to,
    suggestions_visible_to,
    visible_to,
)
from gongzhi.editions.queries.pieces import TITLES, WHOLE, kind_word, list_kinds
from gongzhi.editions.queries.pieces import TYPES as PIECE_TYPES
from gongzhi.editions.queries.preview import head_keys, preview
from gongzhi.editions.queries.seen import of_type
from gongzhi.editions.queries.words import type_word
from gongzhi.editions.states import Answer, NotPossible, Standing, State
from gongzhi.engine.definitions.editing import plain, sheets_of
from gongzhi.gate import needs, sight_of, text_in
from gongzhi.lists.workbook import exported
from gongzhi.organisation.models import Person
from gongzhi.organisation.queries import myself

from .choosing import decisions, submissions, whole_sets
from .tables import editions_list, entries_list, entry_address, mark_of

SHOWN = 30


def seen(request: HttpRequest, pk: int) -> Edition:
    """An edition that the reader may see; for everybody else it is not there."""
    return get_object_or_404(
        visible_to(sight_of(request.user)).select_related("basis", "author", "approver"), pk=pk
    )


def done(request: HttpRequest, edition: Edition, text: str, tags: str = "good") -> HttpResponse:
    messages.add_message(request, messages.INFO, text, extra_tags=tags)
    return redirect("edition", edition.pk)


@needs("draft_definitions", "approve_definitions")
def desk(request: HttpRequest) -> HttpResponseBase:
    """What is being worked on, what waits for a second person, what was published last."""
    sight, type_ = sight_of(request.user), text_in(request.GET, "type")
    rows, submitted = visible_to(sight), submitted_to(sight)
    drafts, approved = rows.filter(state=State.DRAFT), rows.filter(state=State.APPROVED, author__isnull=False)
    lists: tuple[tuple[str, str, Any, str, dict[str, Any]], ...] = (
        ("submitted", "待批准的修改", submitted, "没有等待批准的修改", decisions(sight)),
        ("drafts", "草稿", drafts.filter(author__isnull=False), "没有草稿", submissions(sight)),
        ("brought", "新版程序带来的不同", drafts.filter(author=None), "没有这一类的", submissions(sight)),
        ("published", "最近批准的", approved, "还没有批准过修改，现行的都是程序所附的第一版", {}),
    )
    words = (("类别", PIECE_TYPES.get(type_, "全部")),)
    pages = {
        key: editions_list(request, key, title, of_type(found, type_), empty=empty, filters=words, **bulk)
        for key, title, found, empty, bulk in lists
    }
    context = {**pages, **whole_sets(sight, type_), "lists": sorted(TITLES.items())}
    context["suggestions"] = suggestions_visible_to(sight).filter(state=Answer.OPEN).count()
    return exported(request, *pages.values(), by=request.user) or render(
        request, "editions/desk.html", context
    )


@require_POST
@needs("draft_definitions")
def draft(request: HttpRequest) -> HttpResponse:
    """Open the draft of a piece, or begin one."""
    piece = Piece(text_in(request.POST, "kind"), text_in(request.POST, "code"))
    begin = actions.draft_retirement if request.POST.get("retire") else actions.draft_of
    try:
        made = begin(piece=piece, by=myself(request))
    except KeyError as error:
        raise Http404 from error
    except NotPossible as error:
        messages.add_message(request, messages.INFO, str(error), extra_tags="stop")
        return redirect("editions")
    if wanted := request.POST.get("parameter"):
        query = urlencode({"parameter": wanted})
        return redirect(f"/editions/{made.pk}/value?{query}")
    return redirect("edition", made.pk)


@needs("draft_definitions")
def new_resource(request: HttpRequest) -> HttpResponse:
    """A resource that does not exist yet."""
    form = NewResourceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.new_resource(values=form.values, by=myself(request))
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            return done(request, made, "已建立草稿，请逐列添加。")
    status = 422 if form.is_bound else 200
    return render(request, "editions/new_resource.html", {"form": form}, status=status)


@needs("see_definitions")
def edition(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One edition: what it says, what is different, what is wrong, what can be done."""
    return page(request, seen(request, pk))


def page(request: HttpRequest, found: Edition, status: int = 200, **forms: Any) -> HttpResponseBase:
    """The page of an edition, with a form that was refused where there is one."""
    person, was = myself(request), found.basis.texts if found.basis else None
    context = {
        "edition": found,
        "kind": kind_word(found),
        "mark": mark_of(found),
        "changes": changes(found.kind, was, found.texts, in_force()),
        "lines": lines(was, found.texts) if was else [],
        "texts": sorted(found.texts.items()),
        "suggestions": _suggested(found, person),
        "faults": problems(found) if found.state in {State.DRAFT, State.CHECKED} else [],
        **_way_back(found, person),
        **_may(found, person),
        **(_resource(found) if found.kind == "resource" else _other(request, found)),
        **forms,
    }
    context.setdefault("submit", _submit_form(found) if context["mine"] else None)
    context.setdefault("reason", ReasonForm())
    if found.state == State.CHECKED:
        context["begins"] = first_day(found)
    pages = [one for _, one in context.get("pages", ())]
    return exported(request, *pages, by=person) or render(
        request, "editions/edition.html", context, status=status
    )


def _suggested(found: Edition, person: Person) -> Any:
    return suggestions_visible_to(sight_of(person)).filter(kind=found.kind, code=found.code)[:SHOWN]


def _way_back(found: Edition, person: Person) -> dict[str, str]:
    if sight_of(person).has("draft_definitions"):
        return {"back": "/editions", "back_label": "修订目录与规则"}
    return {"back": "/definitions", "back_label": "目录与规则"}


def _may(found: Edition, person: Person) -> dict[str, bool]:
    sight = sight_of(person)
    draft, mine = found.state == State.DRAFT, found.author_id in {None, person.pk}
    waits = found.state == State.CHECKED and sight.has("approve_definitions")
    return {
        "may_bring_back": standing(found) == Standing.RETIRED and sight.has("draft_definitions"),
        "may_take_together": any(map(sight.has, ("draft_definitions", "approve_definitions"))),
        "mine": draft and mine and sight.has("draft_definitions"),
        "may_approve": waits and not mine,
        "waits_for_another": waits and mine,
        "may_take_back": found.state == State.CHECKED and found.author_id == person.pk,
        "may_discard": found.state in {State.DRAFT, State.CHECKED} and sight.has("draft_definitions"),
    }


def _resource(found: Edition) -> dict[str, Any]:
    (text,) = found.texts.values()
    value, definitions = plain(text), in_force()
    names = [definitions.units[key].name if key in definitions.units else key for key in value["providers"]]
    sheets = [
        (
            sheet.get("letter", ""),
            sheet,
            [(one, _called(one), _holds(one)) for one in sheet.get("fields") or ()],
            [one["title"] for one in sheet.get("fields") or () if one["key"] in (sheet.get("key") or ())],
        )
        for sheet in sheets_of(text)
    ]
    rules = reading("resource", found.code, definitions) if found.code in _codes() else []
    return {"value": value, "providers": "、".join(names), "sheets": sheets, "rules": rules}


def _called(field: Mapping[str, Any]) -> str:
    """A column with its unit of measure, which many titles carry already."""
    title, unit = str(field.get("title", "")), str(field.get("unit") or "")
    return title if unit in title else f"{title}（{unit}）"


def _holds(field: Mapping[str, Any]) -> str:
    """What a column holds, with the options that it offers."""
    options = "、".join(map(str, field.get("values") or ()))
    return type_word(field.get("type")) + (f"：{options}" if options else "")


def _other(request: HttpRequest, found: Edition) -> dict[str, Any]:
    """What a user will see of it, or what its examples give; which form it has."""
    piece, basis = Piece(found.kind, found.code), found.basis.texts if found.basis else None
    if found.retires:
        return {"seen": preview(piece, basis), "pages": [], "texts": sorted(basis.items())} if basis else {}
    draft = found if found.state in {State.DRAFT, State.CHECKED} else None
    shown = preview(piece, found.texts, basis=basis, edition=draft)
    tables = shown.get("tables", [])
    mine = _may(found, myself(request))["mine"]
    pages = [
        entries_list(
            request, f"{found.title}：{one['word']}", one, alone=len(tables) == 1,
            link=entry_address(found, one["attribute"]) if mine else None,
        )
        for one in tables
    ]  # fmt: skip
    whole = found.kind == "rule" or found.code.split("/", maxsplit=1)[0] in {*WHOLE, "district"}
    name = next(iter(found.texts))
    return {
        "seen": shown,
        "pages": list(zip(tables, pages, strict=True)),
        "whole": whole,
        "head": not whole and bool(head_keys(name)),
        "entries": bool(list_kinds(name)),
    }


def _codes() -> set[str]:
    return {resource.code for resource in in_force().resources.values()}


def _submit_form(found: Edition, data: Any = None) -> SubmitForm:
    value = plain(next(iter(found.texts.values()))) if found.kind == "resource" else {}
    document = found.document or ("" if found.basis_id else value.get("document", ""))
    initial = {"document": document, "reason": found.reason}
    return SubmitForm(data, edition=found, frequency=str(value.get("frequency", "")), initial=initial)


@require_POST
@needs("draft_definitions")
def submit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Run the checks and ask for a second person."""
    found = seen(request, pk)
    form = _submit_form(found, request.POST)
    if form.is_valid():
        try:
            actions.submit(edition=found, by=myself(request), **form.cleaned_data)
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            return done(request, found, "检查全部通过，等另一个人批准。")
    return page(request, found, 422, submit=form, form=form)


@require_POST
@needs("approve_definitions")
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person approves."""
    found = seen(request, pk)
    try:
        made = actions.approve(edition=found, by=myself(request))
    except Faulty as error:
        return done(request, found, "；".join([str(error), *error.faults[:3]]), "stop")
    except NotPossible as error:
        return done(request, found, str(error), "stop")
    counts = "停用" if made.retires else "生效"
    return done(request, made, f"已批准，为第 {made.version} 版，从 {made.since} 起{counts}。")


@require_POST
@needs("approve_definitions")
def send_back(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The second person gives it back."""
    return _with_reason(request, pk, actions.send_back, "已退回起草人。")


@require_POST
@needs("draft_definitions")
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The author takes back what she has submitted."""
    found = seen(request, pk)
    try:
        actions.take_back(edition=found, by=myself(request))
    except NotPossible as error:
        return done(request, found, str(error), "stop")
    return done(request, found, "已收回，可以接着改，改好再提交。")


@require_POST
@needs("draft_definitions")
def discard(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Give a draft up."""
    return _with_reason(request, pk, actions.discard, "已作废。")


def _with_reason(request: HttpRequest, pk: int, act: Callable[..., Edition], said: str) -> HttpResponseBase:
    found = seen(request, pk)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            act(edition=found, by=myself(request), **form.cleaned_data)
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            return done(request, found, said)
    return page(request, found, 422, reason=form, form=form)
