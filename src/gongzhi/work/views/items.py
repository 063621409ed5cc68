"""我的待办, giving, several at once, kept filters."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from gongzhi.editions.queries import in_force
from gongzhi.gate import Sight, needs, sight_of
from gongzhi.lists import Bulk, Column, Mark, Meaning, back_to, chosen, listing
from gongzhi.lists.workbook import exported
from gongzhi.organisation.queries import myself
from gongzhi.work import actions, queries
from gongzhi.work.actions.giving import PlaceOfWork
from gongzhi.work.actions.refused import Refused
from gongzhi.work.forms import GiveForm, NoteForm
from gongzhi.work.models import Item
from gongzhi.work.queries import Filter

VERBS = {"take": "签收", "accept": "审核通过", "send_back": "退回"}
BULK = Bulk("/work/together", "一起办理")


def _state(item: Item) -> Mark:
    text, meaning = queries.with_standing(item, timezone.localdate())
    return Mark(text, cast("Meaning", meaning))


COLUMNS = (
    Column("title", "事项", lambda i: i.title, link=lambda i: f"/work/{i.pk}", order="title"),
    Column("kind", "类别", lambda i: queries.kind_of(i).title, order="kind"),
    Column("about", "关于", lambda i: i.subject_title),
    Column("place", "承办", queries.place_name),
    Column("person", "签收人", lambda i: i.person.name if i.person else ""),
    Column("due", "期限", lambda i: i.due, "day", order="due"),
    Column("state", "状态", _state, "mark", order="state"),
)


def say(request: HttpRequest, text: str, tags: str = "good") -> None:
    messages.add_message(request, messages.INFO, text, extra_tags=tags)


@needs("do_work", "give_work")
def items(request: HttpRequest) -> HttpResponseBase:
    """What the reader has to do or to judge, by due day; the views are one tap away."""
    sight, today = sight_of(request.user), timezone.localdate()
    named = request.GET.get("view", "")
    which = Filter(named) if named in set(Filter) else Filter.OPEN
    q, kind = request.GET.get("q", "").strip()[:60], request.GET.get("kind", "")
    rows = queries.mine(sight, today, which).select_related("person")
    rows = rows.filter(title__icontains=q) if q else rows
    rows = rows.filter(kind=kind) if kind in in_force().work else rows
    page = listing(
        request, "我的待办", COLUMNS, rows, guarded=True,
        order=("due", "pk"), filters=[("看", which.label)], bulk=(BULK,),
        empty="没有这样的事项", empty_next="交到本单位、本网格的事项会按期限排在这里。",
    )  # fmt: skip
    counted = queries.counts(sight, today)
    context = {
        "page": page, "which": which, "q": q, "kind": kind, "kinds": in_force().work.values(),
        "views": [(one, counted.get(one)) for one in Filter], "kept": queries.filters_of(sight),
        "may_give": bool(queries.kinds_to_give(sight)), "query": request.GET.urlencode(),
    }  # fmt: skip
    return exported(request, page, by=myself(request)) or render(request, "work/items.html", context)


@require_http_methods(["GET", "POST"])
@needs("give_work")
def give(request: HttpRequest) -> HttpResponse:
    """交办."""
    sight = sight_of(request.user)
    kinds = [(kind.key, kind.title) for kind in queries.kinds_to_give(sight)]
    form = GiveForm(request.POST if request.method == "POST" else None, kinds=kinds, places=places(sight))
    if form.is_valid():
        said = form.cleaned_data
        try:
            given = actions.give(
                kind=said["kind"], title=said["title"], note=said["note"], due=said["due"],
                places=[place_of(text) for text in said["places"]], by=myself(request),
            )  # fmt: skip
        except Refused as error:
            form.add_error(None, str(error))
        else:
            say(request, f"已交办 {len(given)} 件。")
            return redirect(f"/work/{given[0].pk}" if len(given) == 1 else "/work?view=given")
    return render(request, "work/give.html", {"form": form}, status=422 if form.errors else 200)


def places(sight: Sight) -> list[tuple[str, str]]:
    """The units and the grid cells to which the reader may give work, as choices."""
    definitions = in_force()
    units, cells = sight.units("give_work"), sight.cells("give_work")
    found = [(f"unit:{key}", unit.name) for key, unit in definitions.units.items() if key in units]
    if isinstance(cells, frozenset):
        inside = [code for code in definitions.cells if any(code.startswith(cell) for cell in cells)]
        found += [(f"cell:{code}", definitions.cells[code].name) for code in inside]
    return found


def place_of(text: str) -> PlaceOfWork:
    """A choice of `places` read back; one that was written by hand names nothing that the action accepts."""
    kind, _, key = text.partition(":")
    return PlaceOfWork(cell=key) if kind == "cell" else PlaceOfWork(unit=key)


@require_http_methods(["GET", "POST"])
@needs("do_work", "give_work")
def together(request: HttpRequest) -> HttpResponse:
    """Several items of the list: taken, accepted or sent back."""
    found = list(queries.visible_to(sight_of(request.user)).filter(pk__in=chosen(request, UUID)))
    back, form = back_to(request, "/work"), NoteForm(request.POST if request.method == "POST" else None)
    verb = request.POST.get("verb", "")
    if found and form.is_valid():
        try:
            if verb not in VERBS:
                raise Refused("请选择签收、审核通过还是退回")
            note = form.cleaned_data["note"]
            done = actions.together(items=found, verb=verb, note=note, by=myself(request))
        except Refused as error:
            form.add_error(None, str(error))
        else:
            left = len(found) - done
            say(request, f"已{VERBS[verb]} {done} 件。" + (f"另有 {left} 件不能这样办理。" if left else ""))
            return redirect(back)
    context = {"rows": [(one, _state(one), queries.place_name(one)) for one in found], "form": form}
    context |= {"back": back, "verbs": VERBS.items(), "verb": verb}
    return render(request, "work/together.html", context, status=422 if form.errors else 200)


@require_POST
@needs("do_work", "give_work")
def keep_filter(request: HttpRequest) -> HttpResponse:
    """Keep the filter of the list under a name."""
    query = request.POST.get("query", "")
    try:
        kept = actions.keep_filter(name=request.POST.get("name", ""), query=query, by=myself(request))
        say(request, f"已保存筛选“{kept.name}”。")
    except Refused as error:
        say(request, str(error), "stop")
    return redirect(f"/work?{query}" if query else "/work")


@require_POST
@needs("do_work", "give_work")
def drop_filter(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a kept filter."""
    kept = get_object_or_404(queries.filters_of(sight_of(request.user)), pk=pk)
    actions.drop_filter(kept=kept, by=myself(request))
    say(request, f"已删去筛选“{kept.name}”。")
    return redirect("work")
