"""Lists: every entry of a draft to choose from, its form, and the way to take one out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST

from gongzhi.editions import actions
from gongzhi.editions.forms import CellForm, EntryForm, RuleForm, TableForm
from gongzhi.editions.models import Edition
from gongzhi.editions.queries import digest_of_texts, in_force
from gongzhi.editions.queries.pieces import WHOLE, entry_model, list_kinds, list_word
from gongzhi.editions.queries.preview import head_keys, known_with, tables_of
from gongzhi.editions.states import NotPossible
from gongzhi.engine.definitions import Rule
from gongzhi.engine.definitions.editing import plain, with_entry, with_one_more, without_entry
from gongzhi.engine.definitions.kinds import model_of
from gongzhi.gate import needs, number_in
from gongzhi.lists import back_to
from gongzhi.lists.workbook import exported
from gongzhi.organisation.queries import myself

from .drafts import done
from .editing import draft_at, edit, of_draft
from .tables import entries_list, entry_address

NEW = "new"
MOVED = "这一条在您打开以后改过或去掉了，刚才这一步没有办，请重新打开核对。"
TABLED = {"RegisterSource", "Coverage"}
"""Entries about a table: which columns there are to choose is known when the table is."""


@needs("draft_definitions")
@of_draft
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of a kind: the whole definition, or the entry of a list that `list` and `at` name."""
    draft = draft_at(request, pk, "")
    if draft.kind == "rule":
        return _rule(request, draft)
    attribute, at = request.GET.get("list", ""), request.GET.get("at", "")
    return _of_list(request, draft, attribute, at) if attribute else _whole(request, draft)


def _whole(request: HttpRequest, draft: Edition) -> HttpResponse:
    """A definition of one file, or what a file says beside its lists."""
    name, text = next(iter(draft.texts.items()))
    model, whole = model_of(name), draft.code.split("/", maxsplit=1)[0] in WHOLE
    if model is None or draft.kind == "resource" or not (whole or head_keys(name)):
        raise Http404
    without = [] if whole else [key for key in model.model_fields if key not in head_keys(name)]
    known = known_with(draft) or in_force()
    form = EntryForm(request.POST or None, model=model, value=plain(text), known=known, without=without)

    def change() -> Mapping[str, str]:
        return {name: with_entry(text, (), form.values, name=name)}

    return edit(request, draft, form, change, title="修改", whole=True)


def _rule(request: HttpRequest, draft: Edition) -> HttpResponse:
    names = {
        file: next(one for one in draft.texts if one.endswith(file))
        for file in ("rule.yml", "rule.sql", "cases.yml")
    }
    text = draft.texts[names["rule.yml"]]
    form = RuleForm(
        request.POST or None, model=Rule, value=plain(text), sql=draft.texts[names["rule.sql"]],
        cases=draft.texts[names["cases.yml"]],
    )  # fmt: skip

    def change() -> Mapping[str, str]:
        said = form.cleaned_data
        rule = with_entry(text, (), form.values, name=names["rule.yml"])
        return {names["rule.yml"]: rule, names["rule.sql"]: said["sql"], names["cases.yml"]: said["cases"]}

    return edit(request, draft, form, change, title="规则", whole=True)


def _place(request: HttpRequest, text: str, attribute: str, at: str) -> tuple[str, int]:
    """An entry's place in a list; -1 where there is none.

    A form tells which entry it was opened with (`was`): where the draft was changed in another window
    meanwhile, that entry stands elsewhere, or nowhere any more, and no other one is changed instead.
    """
    number, was = number_in(at), request.POST.get("was", "")
    if not was:
        return attribute, -1 if number is None else number
    same = [n for n, one in enumerate(plain(text).get(attribute) or []) if _mark(one) == was]
    return attribute, number if number is not None and number in same else same[0] if len(same) == 1 else -1


def _mark(entry: Any) -> str:
    return digest_of_texts({"entry": json.dumps(entry, default=str, ensure_ascii=False)})


def _of_list(request: HttpRequest, draft: Edition, attribute: str, at: str) -> HttpResponse:
    name, text = _list(draft, attribute)
    place, new, model = _place(request, text, attribute, at), at == NEW, entry_model(name, attribute)
    if place[1] < 0 and request.POST.get("was"):
        return done(request, draft, MOVED, "stop")
    known = known_with(draft) or in_force()
    value = _begun(request) if new else _entry(text, place)
    title = f"{'增加' if new else '修改'}{list_word(name, attribute)}"
    if new and model.__name__ in TABLED and not value:
        context = {"form": TableForm(known=known), "edition": draft, "title": title, "list": attribute}
        return render(request, "editions/of_table.html", context)
    made = CellForm if model.__name__ == "Cell" else EntryForm
    form = made(request.POST or None, model=model, value=value, new=new, known=known)

    def change() -> Mapping[str, str]:
        if new:
            return {name: with_one_more(text, attribute, form.values, name=name)}
        return {name: with_entry(text, place, form.values, name=name)}

    remove = "" if new else f"/editions/{draft.pk}/entry/remove?list={attribute}&at={place[1]}"
    back = back_to(request, f"/editions/{draft.pk}/entries")
    words = {"title": title, "remove": remove, "back": back, "was": "" if new else _mark(value)}
    return edit(request, draft, form, change, whole=True, **words)


def _begun(request: HttpRequest) -> dict[str, Any]:
    """What is known of an entry before anything is said: its table, where it has one."""
    table = request.GET.get("table", "")
    return {"table": table} if table in in_force().tables else {}


def _list(draft: Edition, attribute: str) -> tuple[str, str]:
    """File and text of a list."""
    name, text = next(iter(draft.texts.items()))
    if attribute not in {found for found, _ in list_kinds(name)}:
        raise Http404
    return name, text


def _entry(text: str, place: tuple[str, int]) -> dict[str, Any]:
    entries = plain(text).get(place[0]) or []
    if not 0 <= place[1] < len(entries):
        raise Http404
    return dict(entries[place[1]])


@needs("draft_definitions")
@of_draft
def entries(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Every entry of a list, to choose one."""
    draft = draft_at(request, pk, "")
    tables = [one for name, text in draft.texts.items() for one in tables_of(name, text)]
    if not tables or draft.kind not in {"list", "parameters"}:
        raise Http404
    pages = [
        entries_list(
            request, f"{draft.title}：{one['word']}", one, alone=len(tables) == 1,
            link=entry_address(draft, one["attribute"]),
        )
        for one in tables
    ]  # fmt: skip
    context = {
        "edition": draft, "tables": list(zip(tables, pages, strict=True)), "back": f"/editions/{pk}",
        "find": request.GET.get("find", ""),
    }  # fmt: skip
    return exported(request, *pages, by=request.user) or render(request, "editions/entries.html", context)


@require_POST
@needs("draft_definitions")
@of_draft
def remove_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an entry out of a list; what still names it is found by the checks."""
    draft = draft_at(request, pk, "")
    attribute, at = request.GET.get("list", ""), request.GET.get("at", "")
    name, text = _list(draft, attribute)
    place = _place(request, text, attribute, at)
    if place[1] < 0 and request.POST.get("was"):
        return done(request, draft, MOVED, "stop")
    _entry(text, place)
    try:
        new = {name: without_entry(text, *place, name=name)}
        actions.rewrite(edition=draft, texts=new, by=myself(request), whole=True)
    except NotPossible as error:
        return done(request, draft, str(error), "stop")
    return done(request, draft, "已从草稿中去掉。")
