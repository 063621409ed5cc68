"""提建议, and what the office answers."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from gongzhi.editions import actions
from gongzhi.editions.forms import AnswerForm, CarriedForm, SuggestionForm
from gongzhi.editions.models import Edition, Suggestion
from gongzhi.editions.queries import (
    Piece,
    about_page,
    about_thing,
    label,
    suggestions_visible_to,
    visible_to,
)
from gongzhi.editions.queries.about import page_at
from gongzhi.editions.queries.counting import contents_in_force
from gongzhi.editions.queries.pieces import kind_word, pieces_of, title_of
from gongzhi.editions.states import Answer, NotPossible, State
from gongzhi.gate import needs, sight_of, signed_in
from gongzhi.lists import Meaning, back_to
from gongzhi.lists.workbook import exported
from gongzhi.organisation.queries import myself, unit_name

from .tables import suggestions_table

MEANINGS: dict[str, Meaning] = {Answer.OPEN: "warn", Answer.TAKEN: "good", Answer.DECLINED: "note"}
SHOWN = 200


@signed_in()
def suggestions(request: HttpRequest) -> HttpResponseBase:
    """What was suggested and answered: all of it for the office, the own unit's for everybody else."""
    sight = sight_of(request.user)
    rows = suggestions_visible_to(sight).select_related("made_by", "owner", "answered_by", "edition")
    only_open = request.GET.get("state") == Answer.OPEN
    rows = rows.filter(state=Answer.OPEN) if only_open else rows
    page = suggestions_table(request, rows, "待答复" if only_open else "全部")
    found = [
        (row, kind_word(row), unit_name(row.unit), MEANINGS[row.state], _form(request, row))
        for row in rows[:SHOWN]
    ]
    reads = sight.has("see_definitions")
    context = {
        "rows": found, "may_answer": sight.has("draft_definitions"), "only_open": only_open, "page": page,
        "reads": reads, "trail": "/definitions" if reads else "",
    }  # fmt: skip
    return exported(request, page, by=request.user) or render(request, "editions/suggestions.html", context)


def _form(request: HttpRequest, row: Suggestion, data: object = None) -> forms.Form:
    """What the office can say now: the answer, then which version carries what was taken up."""
    same = visible_to(sight_of(request.user)).filter(kind=row.kind, code=row.code)
    named = [
        (str(one.pk), f"{f'第 {one.version} 版' if one.version else '草稿'}（{label(one)}）")
        for one in same.exclude(state=State.DISCARDED)[:20]
    ]
    kind = AnswerForm if row.state == Answer.OPEN else CarriedForm
    return kind(data, editions=named, prefix=f"s{row.pk}")


@signed_in()
def suggest(request: HttpRequest) -> HttpResponse:
    """Make a suggestion about one piece, or about the page from which somebody comes."""
    piece, title = _about(request)
    about = request.GET.get("about", "")[:60]
    form = SuggestionForm(request.POST or None, initial={"text": f"“{about}”：" if about else ""})
    if request.method == "POST" and form.is_valid():
        try:
            actions.suggest(piece=piece, title=title, text=form.cleaned_data["text"], by=myself(request))
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            messages.add_message(request, messages.INFO, "建议已送到领导小组办公室。", extra_tags="good")
            return redirect("suggestions")
    reads = sight_of(request.user).has("see_definitions")
    context = {"form": form, "title": title, "back": back_to(request, "/definitions") if reads else "/"}
    return render(request, "editions/suggest.html", context, status=422 if form.is_bound else 200)


def _about(request: HttpRequest) -> tuple[Piece, str]:
    """What a suggestion is about: the piece that a page shows or is about, else the page itself.

    Who does not read definitions speaks of pages only, so that no title of one is told this way.
    """
    said, reads = request.GET, sight_of(request.user).has("see_definitions")
    piece = Piece(said.get("kind", ""), said.get("code", ""))
    if address := said.get("page", ""):
        piece = about_page(address)
        thing = about_thing(*(said.get(name, "") for name in ("rule", "resource", "list")))
        piece = thing if thing and piece.kind == "page" else piece
    if piece.kind == "page" or not reads:
        menu = said.get("at", "")[:20]
        return page_at(address), f"“{menu}”页面" if menu else f"页面 {page_at(address).code}"
    found = pieces_of(contents_in_force()).get(piece)
    if found is None:
        raise Http404
    return piece, title_of(piece, found)


@require_POST
@needs("draft_definitions")
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The office answers."""
    row = get_object_or_404(suggestions_visible_to(sight_of(request.user)), pk=pk)
    if row.state != Answer.OPEN:
        return _told(request, "这条建议已经答复过了", "stop")
    return _said(request, row, "已答复。")


@require_POST
@needs("draft_definitions")
def carried(request: HttpRequest, pk: int) -> HttpResponse:
    """The office names the version that carries a suggestion, once there is one."""
    row = get_object_or_404(suggestions_visible_to(sight_of(request.user)), pk=pk)
    if row.state != Answer.TAKEN:
        return _told(request, "采纳了的建议，才有在哪一版里改", "stop")
    return _said(request, row, "已写明在哪一版里改；那一版生效时，提建议的人会收到消息。")


def _said(request: HttpRequest, row: Suggestion, done: str) -> HttpResponse:
    """Take what the form of a suggestion says; what is wrong is told above the list."""
    form = _form(request, row, request.POST)
    if not form.is_valid():
        return _told(
            request, "；".join(str(text) for texts in form.errors.values() for text in texts), "stop"
        )
    said, by = form.cleaned_data, myself(request)
    edition = Edition.objects.get(pk=said["edition"]) if said["edition"] else None
    try:
        if "verdict" in said:
            verdict = Answer(said["verdict"])
            actions.answer(suggestion=row, verdict=verdict, text=said["text"], by=by, edition=edition)
        elif edition:
            actions.carry(suggestion=row, edition=edition, by=by)
    except NotPossible as error:
        return _told(request, str(error), "stop")
    return _told(request, done, "good")


def _told(request: HttpRequest, text: str, tags: str) -> HttpResponse:
    said = text if tags == "good" else f"没有办成：{text}"
    messages.add_message(request, messages.INFO, said, extra_tags=tags)
    return redirect("suggestions")
