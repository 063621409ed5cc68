"""The other kinds of definitions: each read on a page, changed by a form of its own, begun as a copy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from gongzhi.editions import actions
from gongzhi.editions.forms import EntryForm, NewPieceForm, RuleForm
from gongzhi.editions.models import Edition
from gongzhi.editions.queries import Piece, contents_in_force, in_force, pieces_of
from gongzhi.editions.queries.pieces import WHOLE, title_of
from gongzhi.editions.queries.preview import all_entries, entries_formed, entry_model, preview
from gongzhi.editions.states import NotPossible
from gongzhi.engine import documents
from gongzhi.engine.definitions import Rule
from gongzhi.engine.definitions.editing import plain, with_entry, with_one_more, without_entry
from gongzhi.engine.definitions.kinds import LISTS, model_of
from gongzhi.gate import needs, number_in
from gongzhi.lists import back_to
from gongzhi.lists.workbook import TYPE, attachment
from gongzhi.organisation.queries import myself

from .drafts import done
from .editing import draft_at, edit
from .reading import editions_of_piece

NEW = "new"


@needs("see_definitions")
def piece(request: HttpRequest, code: str) -> HttpResponse:
    """A list, a check, a kind of work, a ladder, a letter or an agreement as it is in force."""
    one = Piece("list", code)
    texts = pieces_of(contents_in_force()).get(one)
    if texts is None:
        raise Http404
    context = {
        "title": title_of(one, texts),
        "back": back_to(request, "/definitions"),
        "seen": preview(one, texts),
        "texts": sorted(texts.items()),
        **editions_of_piece(request, one),
    }
    return render(request, "editions/piece.html", context)


@needs("draft_definitions")
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of a kind: the whole definition, or the entry of a list that `list` and `at` name."""
    draft = draft_at(request, pk, "")
    if draft.kind == "rule":
        return _rule(request, draft)
    attribute, at = request.GET.get("list", ""), request.GET.get("at", "")
    return _of_list(request, draft, attribute, at) if attribute else _whole(request, draft)


def _whole(request: HttpRequest, draft: Edition) -> HttpResponse:
    name, text = next(iter(draft.texts.items()))
    model = model_of(name)
    if model is None or draft.code.split("/", maxsplit=1)[0] not in WHOLE:
        raise Http404
    form = EntryForm(request.POST or None, model=model, value=plain(text))

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


def _place(attribute: str, at: str) -> tuple[str, int]:
    """An entry's place in a list; -1 where the address names none."""
    number = number_in(at)
    return attribute, -1 if number is None else number


def _of_list(request: HttpRequest, draft: Edition, attribute: str, at: str) -> HttpResponse:
    name, text = _list(draft, attribute)
    place = _place(attribute, at)
    value = {} if at == NEW else _entry(text, place)
    form = EntryForm(request.POST or None, model=entry_model(name, attribute), value=value, new=at == NEW)

    def change() -> Mapping[str, str]:
        if at == NEW:
            return {name: with_one_more(text, attribute, form.values, name=name)}
        return {name: with_entry(text, place, form.values, name=name)}

    return edit(request, draft, form, change, title="增加一项" if at == NEW else "修改一项", whole=True)


def _list(draft: Edition, attribute: str) -> tuple[str, str]:
    """File and text of a list that has a form."""
    name, text = next(iter(draft.texts.items()))
    kinds = [one for one in LISTS.values() if (one.file, one.attribute) == (name, attribute)]
    if not kinds or not entries_formed(name, attribute):
        raise Http404
    return name, text


def _entry(text: str, place: tuple[str, int]) -> dict[str, Any]:
    entries = plain(text).get(place[0]) or []
    if not 0 <= place[1] < len(entries):
        raise Http404
    return dict(entries[place[1]])


@needs("draft_definitions")
def entries(request: HttpRequest, pk: int) -> HttpResponse:
    """Every entry of a list, to choose one."""
    draft = draft_at(request, pk, "list")
    context = {"edition": draft, "tables": all_entries(draft.texts), "back": f"/editions/{pk}"}
    return render(request, "editions/entries.html", context)


@require_POST
@needs("draft_definitions")
def remove_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an entry out of a list; what still names it is found by the checks."""
    draft = draft_at(request, pk, "list")
    attribute, at = request.GET.get("list", ""), request.GET.get("at", "")
    name, text = _list(draft, attribute)
    place = _place(attribute, at)
    _entry(text, place)
    try:
        new = {name: without_entry(text, *place, name=name)}
        actions.rewrite(edition=draft, texts=new, by=myself(request), whole=True)
    except NotPossible as error:
        return done(request, draft, str(error), "stop")
    return done(request, draft, "已从草稿中去掉。")


@needs("draft_definitions")
def new_piece(request: HttpRequest) -> HttpResponse:
    """A rule, check, kind of work, ladder, letter or agreement that does not exist yet."""
    form = NewPieceForm(request.POST or None, likes=_likes(), initial={"like": request.GET.get("like", "")})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        like = Piece(*said["like"].split(":", maxsplit=1))
        try:
            made = actions.new_piece(like=like, code=said["code"], title=said["title"], by=myself(request))
        except NotPossible as error:
            form.add_error("code", str(error))
        else:
            return done(request, made, "已照着建立草稿，请逐项修改。")
    return render(request, "editions/new_piece.html", {"form": form}, status=422 if form.is_bound else 200)


def _likes() -> list[tuple[str, list[tuple[str, str]]]]:
    """What a new piece may begin as, by kind."""
    rules = [(f"rule:{code}", f"{code} {one.rule.name}") for code, one in in_force().rules.items()]
    found = pieces_of(contents_in_force())
    return [("比对规则", rules), *((title, _files(found, folder)) for folder, (title, _) in WHOLE.items())]


def _files(found: Mapping[Piece, Mapping[str, str]], folder: str) -> list[tuple[str, str]]:
    inside = [(one, texts) for one, texts in found.items() if one.code.startswith(f"{folder}/")]
    return [(f"list:{one.code}", title_of(one, texts)) for one, texts in inside]


@needs("see_definitions")
def catalogue(request: HttpRequest) -> HttpResponse:
    """The catalogue as a workbook: 口径, 标准 and 期限 of every resource and column."""
    response = HttpResponse(documents.catalogue(in_force()), content_type=TYPE)
    response.headers["Content-Disposition"] = attachment(f"{in_force().district.name}数据资源目录.xlsx")
    return response
