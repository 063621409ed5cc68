"""The table of days off: a year is entered as it is announced, changed, taken out again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from gongzhi.editions import actions
from gongzhi.editions.forms import AnnouncementForm, HolidayYearForm
from gongzhi.editions.forms.holidays import USUAL
from gongzhi.editions.models import Edition
from gongzhi.editions.queries.pieces import HOLIDAYS
from gongzhi.editions.states import NotPossible
from gongzhi.engine.definitions import NoSuchDay, read_announcement
from gongzhi.engine.definitions.editing import plain, with_year, without_last_year
from gongzhi.gate import needs, number_in
from gongzhi.organisation.queries import myself

from .drafts import done
from .editing import draft_at, of_draft


def _table(request: HttpRequest, pk: int) -> tuple[Edition, str, str]:
    """The draft of the table with its file's name and text."""
    draft = draft_at(request, pk, "list")
    if draft.code != HOLIDAYS:
        raise Http404
    ((name, text),) = draft.texts.items()
    return draft, name, text


@needs("draft_definitions")
@of_draft
def year(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of a year: the next one, or one that the table has (`at`)."""
    draft, name, text = _table(request, pk)
    years = plain(text)["years"]
    at = _place(request, years)
    number = years[-1]["year"] + 1 if at is None else years[at]["year"]
    value = {"holidays": [{"name": one} for one in USUAL]} if at is None else years[at]
    pasted = AnnouncementForm(request.POST if "read" in request.POST else None)
    if pasted.is_bound:
        value = _read(pasted, number) or value
    form = HolidayYearForm(None if pasted.is_bound else request.POST or None, year=number, value=value)
    if form.is_bound and form.is_valid():
        try:
            texts = {name: with_year(text, form.value, at)}
            actions.rewrite(edition=draft, texts=texts, by=myself(request), whole=True)
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            return done(request, draft, f"已把 {number} 年的安排存入草稿，请看“会改动的期限”。")
    bad = bool(form.errors or pasted.errors)
    context = {"form": form, "pasted": pasted, "edition": draft, "year": number, "back": f"/editions/{pk}"}
    return render(request, "editions/year.html", context, status=422 if bad else 200)


def _place(request: HttpRequest, years: list[Any]) -> int | None:
    if "at" not in request.GET:
        return None
    at = number_in(request.GET["at"])
    if at is None or not 0 <= at < len(years):
        raise Http404
    return at


def _read(pasted: AnnouncementForm, number: int) -> Mapping[str, Any] | None:
    """The lines that the pasted text gives; None, with the reason at its field, where it gives none."""
    if not pasted.is_valid():
        return None
    try:
        found = read_announcement(pasted.cleaned_data["announcement"], number)
    except NoSuchDay as error:
        pasted.add_error("announcement", f"{error}，请核对")
        return None
    if not found:
        pasted.add_error("announcement", "没有读出放假安排，请粘贴“一、元旦：……”那几段，或直接填下表")
        return None
    return {"holidays": found}


@require_POST
@needs("draft_definitions")
@of_draft
def remove_year(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the last year out: the years follow one another without a gap."""
    draft, name, text = _table(request, pk)
    if len(plain(text)["years"]) == 1:
        return done(request, draft, "至少要有一年的安排，不能去掉。", "stop")
    try:
        texts = {name: without_last_year(text)}
        actions.rewrite(edition=draft, texts=texts, by=myself(request), whole=True)
    except NotPossible as error:
        return done(request, draft, str(error), "stop")
    return done(request, draft, "已从草稿中去掉最后一年。")
