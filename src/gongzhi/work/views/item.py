"""One item: what is asked, what was said, what can be done; one address for every verb."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django import forms as base
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from gongzhi.gate import needs, sight_of
from gongzhi.lists import back_to, with_back
from gongzhi.organisation.models import Person
from gongzhi.organisation.queries import myself
from gongzhi.work import actions, queries
from gongzhi.work.actions.refused import Refused
from gongzhi.work.forms import AnswerForm, FileForm, MergeForm, NoteForm, PlaceForm, StandInForm, TimeForm
from gongzhi.work.models import Attachment, Item
from gongzhi.work.states import OPEN, WORDS

from .choices import near, place_of
from .items import say


def _seen(request: HttpRequest, pk: UUID) -> Item:
    seen = queries.visible_to(sight_of(request.user)).select_related(
        "person", "stand_in", "given_by", "parent"
    )
    return get_object_or_404(seen, pk=pk)


@needs("do_work", "give_work", "oversee_unit")
def item(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One item explains itself."""
    return _page(request, _seen(request, pk))


def _page(
    request: HttpRequest, found: Item, answer: AnswerForm | None = None, wrong: base.Form | None = None
) -> HttpResponse:
    sight, kind = sight_of(request.user), queries.kind_of(found)
    text, meaning = queries.with_standing(found, timezone.localdate())
    context = {
        "item": found, "kind": kind, "made_by": f"work/{kind.key}",
        "state": (text, meaning), "place": queries.place_name(found),
        "verbs": queries.verbs_of(sight, found), "form": answer if answer is not None else wrong,
        "ask": answer or AnswerForm(kind=kind, initial=found.answer),
        "said": [(field.title, found.answer[field.key]) for field in kind.form if field.key in found.answer],
        "steps": [(one, queries.changed_by(one)) for one in found.steps.select_related("by")],
        "files": found.attachments.select_related("by"),
        "pieces": found.pieces.all(), "places": near(sight), "same": queries.same_as(sight, found),
        "unattended": found.state in OPEN and queries.unattended([found]),
        "about": queries.subject_address(sight, found),
        "most": queries.largest_attachment(), "elsewhere": (kind.page or "").format(subject=found.subject_id),
        "mine": str(found.person_id) == sight.person,
        "stand_in": found.person and not queries.why_no_stand_in(sight, found),
        "colleagues": queries.colleagues(found, found.person or myself(request)),
        "back": back_to(request, "/work"),
    }  # fmt: skip
    return render(request, "work/item.html", context, status=422 if answer is not None or wrong else 200)


@require_POST
@needs("do_work", "give_work")
def act(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Do one thing with an item; what was typed comes back when it cannot be done."""
    found = _seen(request, pk)
    done, form = ACTS.get(verb), _form(request, verb, found)
    if done is None:
        raise Http404
    if form.is_valid():
        try:
            done(found, form, myself(request))
        except Refused as error:
            form.add_error(None, str(error))
        else:
            say(request, f"已{WORDS.get(verb, '记录')}。")
            return redirect(with_back(f"/work/{pk}", back_to(request, "/work")))
    return _page(request, found, form) if isinstance(form, AnswerForm) else _page(request, found, None, form)


@require_POST
@needs("do_work", "give_work", "oversee_unit")
def stand_in(request: HttpRequest, pk: UUID) -> HttpResponse:
    """指定AB角, by the holder or by who answers for her post."""
    found, form = _seen(request, pk), StandInForm(request.POST)
    if form.is_valid():
        near = queries.colleagues(found, found.person or myself(request))
        named = near.filter(pk=form.cleaned_data["person"]).first()
        try:
            actions.name_stand_in(
                item=found, person=named, by=myself(request), note=form.cleaned_data["note"]
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            say(request, f"已指定{named.name}为AB角。" if named else "已不再指定AB角。")
            return redirect(with_back(f"/work/{pk}", back_to(request, "/work")))
    return _page(request, found, None, form)


def _form(request: HttpRequest, verb: str, found: Item) -> Any:
    if verb in {"submit", "finish"}:
        return AnswerForm(request.POST, kind=queries.kind_of(found))
    if verb == "attach":
        return FileForm(request.POST, request.FILES)
    return FORMS.get(verb, NoteForm)(request.POST)


def _attach(found: Item, form: Any, by: Person) -> None:
    sent = form.cleaned_data["file"]
    actions.attach(item=found, name=sent.name, file=sent, by=by)


def _merge(found: Item, form: Any, by: Person) -> None:
    other = queries.visible_to(sight_of(by)).filter(pk=form.cleaned_data["into"]).first()
    if other is None:
        raise Refused("请选择并入哪一件")
    actions.merge(item=found, into=other, by=by)


def _noted(name: str) -> Callable[[Item, Any, Person], None]:
    action = getattr(actions, name)

    def done(found: Item, form: Any, by: Person) -> None:
        action(item=found, note=form.cleaned_data["note"], by=by)

    return done


FORMS: dict[str, type[NoteForm]] = {
    "ask_time": TimeForm, "forward": PlaceForm, "merge": MergeForm,
}  # fmt: skip
ACTS: dict[str, Callable[[Item, Any, Person], Any]] = {
    "take": lambda found, form, by: actions.take(item=found, by=by),  # noqa: ARG005  # all acts are called alike
    "submit": lambda found, form, by: actions.submit(item=found, answer=form.answer, by=by),
    "finish": lambda found, form, by: actions.finish(item=found, answer=form.answer, by=by),
    "accept": _noted("accept"),
    "send_back": _noted("send_back"),
    "withdraw": _noted("withdraw"),
    "comment": _noted("comment"),
    "forward": lambda found, form, by: actions.forward(
        item=found, place=place_of(form.cleaned_data["place"]), note=form.cleaned_data["note"], by=by
    ),
    "ask_time": lambda found, form, by: actions.ask_time(
        item=found, wanted=form.cleaned_data["wanted"], note=form.cleaned_data["note"], by=by
    ),
    "decide_time": lambda found, form, by: actions.decide_time(
        item=found, grant=form.data.get("grant") == "yes", note=form.cleaned_data["note"], by=by
    ),
    "split": lambda found, form, by: actions.split(
        item=found, titles=form.cleaned_data["note"].splitlines(), by=by
    ),
    "merge": _merge,
    "attach": _attach,
}


@needs("do_work", "give_work", "oversee_unit")
def file(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """An attachment, always as a download: nothing that a stranger sent is shown inside the page."""
    found: Attachment = get_object_or_404(_seen(request, pk).attachments, pk=number)
    with actions.opened(attachment=found, by=myself(request)) as content:
        answer = HttpResponse(content, content_type=found.media)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name)}"
    return answer
