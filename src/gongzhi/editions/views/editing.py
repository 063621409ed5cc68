"""The editor: the parts of a draft, each with its own form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from gongzhi.editions import actions
from gongzhi.editions.forms import AboutForm, BindingForm, ColumnForm, TextsForm, ValueForm
from gongzhi.editions.models import Edition
from gongzhi.editions.queries import Piece, history, in_force, visible_to
from gongzhi.editions.queries.checking import examples_unfit, unfilled
from gongzhi.editions.queries.pieces import GONE
from gongzhi.editions.queries.placing import placed
from gongzhi.editions.queries.used import users_of
from gongzhi.editions.states import STATES, NotPossible, State
from gongzhi.engine import documents
from gongzhi.engine.definitions import DefinitionError, Resource, understood
from gongzhi.engine.definitions.editing import (
    fields_of,
    plain,
    sheets_of,
    with_about,
    with_field,
    with_value,
    without_field,
)
from gongzhi.gate import needs, sight_of
from gongzhi.lists.workbook import TYPE, attachment
from gongzhi.organisation.queries import myself

from .drafts import done, seen

View = Callable[..., HttpResponseBase]


class Moved(Exception):
    """The edition is no draft any more."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        super().__init__(edition.pk)


def draft_at(request: HttpRequest, pk: int, kind: str) -> Edition:
    """A draft of this kind; where there is none the form is not there, where it has moved on that is told."""
    found = visible_to(sight_of(request.user)).exclude(digest=GONE)
    draft: Edition = get_object_or_404(found.filter(kind=kind) if kind else found, pk=pk)
    if draft.state != State.DRAFT:
        raise Moved(draft)
    return draft


def of_draft(view: View) -> View:
    """A view of a draft's part: a page that was open while the draft went on leads to how it stands now."""

    @wraps(view)
    def told(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Moved as moved:
            word = STATES[State(moved.edition.state)]
            return done(request, moved.edition, f"这一版现在是“{word}”，不是草稿，刚才这一步没有办。", "stop")

    return told


def _text(draft: Edition) -> str:
    return str(next(iter(draft.texts.values())))


def edit(
    request: HttpRequest,
    draft: Edition,
    form: forms.Form,
    change: Callable[[], Mapping[str, str]],
    **words: Any,
) -> HttpResponse:
    """Show a form, or rewrite the draft by it; what is refused stands above the form."""
    if form.is_bound and form.is_valid():
        try:
            actions.rewrite(
                edition=draft, texts=change(), by=myself(request), whole=words.get("whole", False)
            )
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            return done(request, draft, "已改好草稿。")
    context = {"form": form, "edition": draft, "back": f"/editions/{draft.pk}", **words}
    return render(request, "editions/part.html", context, status=422 if form.is_bound else 200)


def _one(draft: Edition, text: str) -> dict[str, str]:
    return {next(iter(draft.texts)): text}


@needs("draft_definitions")
@of_draft
def about(request: HttpRequest, pk: int) -> HttpResponse:
    """Title, providers, due rule, ground."""
    draft = draft_at(request, pk, "resource")
    text = _text(draft)
    form = AboutForm(request.POST or None, initial=AboutForm.initial_of(plain(text), in_force()))
    return edit(
        request, draft, form, lambda: _one(draft, with_about(text, form.values)), title="基本信息和报送要求"
    )


@needs("draft_definitions")
@of_draft
def column(request: HttpRequest, pk: int, key: str = "") -> HttpResponse:
    """Add a column, or change one."""
    draft, letter = draft_at(request, pk, "resource"), request.GET.get("sheet", "")
    text = _text(draft)
    columns = _columns(text, letter)
    old = next((one for one in columns if one["key"] == key), None)
    if key and old is None:
        raise Http404
    published = _published(draft, letter)
    form = ColumnForm(
        request.POST or None,
        column=old if key in published else None,
        taken=[*(one["key"] for one in columns), *published],
        others=[one for one in columns if one is not old],
        initial=ColumnForm.initial_of(old) if old else None,
    )
    if old:
        form.fields.pop("key", None)

    def change() -> Mapping[str, str]:
        said, keep = form.cleaned_data, key in published
        return _one(draft, with_field(text, said, letter=letter, key=key or None, keep=keep))

    title = f"列“{old['title']}”" if old else "增加一列"
    return edit(request, draft, form, change, title=title, column=old, letter=letter)


def _columns(text: str, letter: str) -> list[dict[str, Any]]:
    if letter not in {sheet.get("letter", "") for sheet in sheets_of(text)}:
        raise Http404
    return fields_of(text, letter)


def _published(draft: Edition, letter: str) -> set[str]:
    """Codes of columns that some edition had: they keep their meaning."""
    earlier = [_text(one) for one in history(Piece(draft.kind, draft.code))]
    return {str(field["key"]) for text in earlier for field in fields_of(text, letter)}


@require_POST
@needs("draft_definitions")
@of_draft
def retire(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Take a column out; refused while rules or the sheet itself need it, and said by which."""
    draft, letter = draft_at(request, pk, "resource"), request.GET.get("sheet", "")
    text = _text(draft)
    old = next((one for one in _columns(text, letter) if one["key"] == key), None)
    if old is None:
        raise Http404
    if users := users_of(_table(text, letter), key):
        return done(request, draft, f"“{old['title']}”不能停用，这些还在用它：{'、'.join(users)}。", "stop")
    try:
        new = _one(draft, without_field(text, key, letter=letter))
        actions.rewrite(edition=draft, texts=new, by=myself(request))
    except NotPossible as error:
        return done(request, draft, str(error), "stop")
    return done(request, draft, f"已停用列“{old['title']}”。已入库的数据不变。")


def _table(text: str, letter: str) -> str:
    found = next(sheet for sheet in sheets_of(text) if sheet.get("letter", "") == letter)
    return str(found.get("code"))


@needs("draft_definitions")
@of_draft
def binding(request: HttpRequest, pk: int) -> HttpResponse:
    """Who a row is about, and which columns name it once."""
    draft, letter = draft_at(request, pk, "resource"), request.GET.get("sheet", "")
    text = _text(draft)
    columns = _columns(text, letter)
    sheet = next(one for one in sheets_of(text) if one.get("letter", "") == letter)
    old: Sequence[Mapping[str, Any]] = sheet.get("parties") or ()
    main = next((one for one in old if one.get("main")), {})
    initial = {**main, "party": main.get("title", ""), "key": sheet.get("key") or []}
    form = BindingForm(request.POST or None, columns=columns, initial=initial)

    def change() -> Mapping[str, str]:
        return _one(draft, with_about(text, form.values(old), letter=letter))

    return edit(request, draft, form, change, title="这一行说的是谁", letter=letter)


@needs("draft_definitions")
@of_draft
def value(request: HttpRequest, pk: int) -> HttpResponse:
    """A new value of a parameter from a day on."""
    draft = draft_at(request, pk, "parameters")
    text = _text(draft)
    wanted = {"parameter": request.GET.get("parameter", "")}
    form = ValueForm(request.POST or None, parameters=plain(text)["parameters"], initial=wanted)

    def change() -> Mapping[str, str]:
        said = form.cleaned_data
        new = with_value(
            text, said["parameter"], since=said["since"], value=said["value"], basis=said["basis"]
        )
        return _one(draft, new)

    return edit(request, draft, form, change, title="新的取值")


@needs("draft_definitions")
@of_draft
def texts(request: HttpRequest, pk: int) -> HttpResponse:
    """The texts as they are written, for everything that has no form of its own."""
    draft = draft_at(request, pk, "")
    form = TextsForm(request.POST or None, texts=draft.texts)
    return edit(request, draft, form, lambda: form.texts, title="文本", whole=True)


@needs("see_definitions")
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The template as this edition would make it."""
    found = seen(request, pk)
    if found.kind != "resource":
        raise Http404
    ((name, text),) = found.texts.items()
    if lacks := unfilled(found):
        return done(request, found, f"还不能生成模板：{lacks}", "stop")
    try:
        resource = understood(name, text.encode(), Resource)[1]
    except DefinitionError as error:
        return done(request, found, f"还不能生成模板：{placed(error.problems[0], text)}", "stop")
    if unfit := next(examples_unfit(resource, in_force()), ""):
        return done(request, found, f"还不能生成模板：{unfit}", "stop")
    response = HttpResponse(documents.template(resource, found.digest), content_type=TYPE)
    response.headers["Content-Disposition"] = attachment(f"{resource.number} {resource.title}（预览）.xlsx")
    return response
