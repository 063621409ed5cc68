"""提建议, and what the office answers."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from gongzhi.editions import actions
from gongzhi.editions.forms import AnswerForm, SuggestionForm
from gongzhi.editions.models import Edition, Suggestion
from gongzhi.editions.queries import Piece, about_page, label, suggestions_visible_to, visible_to
from gongzhi.editions.queries.counting import contents_in_force
from gongzhi.editions.queries.pieces import kind_word, pieces_of, title_of
from gongzhi.editions.states import Answer, NotPossible
from gongzhi.gate import needs, sight_of
from gongzhi.lists import Meaning, back_to
from gongzhi.organisation.queries import myself, unit_name

MEANINGS: dict[str, Meaning] = {Answer.OPEN: "warn", Answer.TAKEN: "good", Answer.DECLINED: "note"}
SHOWN = 200


@needs("see_definitions")
def suggestions(request: HttpRequest) -> HttpResponse:
    """What was suggested and answered: all of it for the office, the own unit's for everybody else."""
    rows = suggestions_visible_to(sight_of(request.user)).select_related(
        "made_by", "owner", "answered_by", "edition"
    )
    only_open = request.GET.get("state") == Answer.OPEN
    rows = rows.filter(state=Answer.OPEN) if only_open else rows
    found = [
        (row, kind_word(row), unit_name(row.unit), MEANINGS[row.state], _form(request, row))
        for row in rows[:SHOWN]
    ]
    may_answer = sight_of(request.user).has("draft_definitions")
    context = {"rows": found, "may_answer": may_answer, "only_open": only_open}
    return render(request, "editions/suggestions.html", context)


def _form(request: HttpRequest, row: Suggestion, data: object = None) -> AnswerForm:
    same = visible_to(sight_of(request.user)).filter(kind=row.kind, code=row.code)
    named = [
        (str(one.pk), f"{f'第 {one.version} 版' if one.version else '草稿'}（{label(one)}）")
        for one in same[:20]
    ]
    return AnswerForm(data, editions=named, prefix=f"s{row.pk}")


@needs("see_definitions")
def suggest(request: HttpRequest) -> HttpResponse:
    """Make a suggestion about one piece."""
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
    context = {"form": form, "title": title, "back": back_to(request, "/definitions")}
    return render(request, "editions/suggest.html", context, status=422 if form.is_bound else 200)


def _about(request: HttpRequest) -> tuple[Piece, str]:
    """What a suggestion is about: a piece by kind and code, or the page from which somebody comes."""
    if address := request.GET.get("page", ""):
        piece = about_page(address)
        if piece.kind == "page":
            menu = request.GET.get("at", "")[:20]
            return piece, f"“{menu}”页面" if menu else f"页面 {piece.code}"
    else:
        piece = Piece(request.GET.get("kind", ""), request.GET.get("code", ""))
    found = pieces_of(contents_in_force()).get(piece)
    if found is None:
        raise Http404
    return piece, title_of(piece, found)


@require_POST
@needs("draft_definitions")
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The office answers."""
    row = get_object_or_404(suggestions_visible_to(sight_of(request.user)), pk=pk)
    form = _form(request, row, request.POST)
    if not form.is_valid():
        texts = "；".join(str(text) for texts in form.errors.values() for text in texts)
        messages.add_message(request, messages.INFO, f"没有办成：{texts}", extra_tags="stop")
        return redirect("suggestions")
    said = form.cleaned_data
    carried = Edition.objects.get(pk=said["edition"]) if said["edition"] else None
    verdict = Answer(said["verdict"])
    actions.answer(suggestion=row, verdict=verdict, text=said["text"], by=myself(request), edition=carried)
    messages.add_message(request, messages.INFO, "已答复。", extra_tags="good")
    return redirect("suggestions")
