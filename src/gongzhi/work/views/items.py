"""我的待办: the list, its views, and the filters that people keep for it."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from gongzhi.editions.queries import in_force
from gongzhi.gate import Sight, needs, sight_of, text_in
from gongzhi.lists import Bulk, Column, Mark, Meaning, listing
from gongzhi.lists.workbook import exported
from gongzhi.organisation.queries import cell_name, myself, unit_name
from gongzhi.work import actions, queries
from gongzhi.work.actions.refused import Refused
from gongzhi.work.models import Item
from gongzhi.work.queries import Filter

_EMPTY_NEXT = ("交到本单位、本网格的事项会按期限排在这里。", "交给单位、网格的事项会按期限排在这里。")
BULK = Bulk("/work/together", "一起办理")


def state_of(item: Item) -> Mark:
    text, meaning = queries.with_standing(item, timezone.localdate())
    return Mark(text, cast("Meaning", meaning))


def columns(sight: Sight) -> tuple[Column, ...]:
    """The columns of a list of items; what an item is about leads where this reader may follow."""
    return (
        Column("title", "事项", lambda i: i.title, link=lambda i: f"/work/{i.pk}", order="title"),
        Column("kind", "类别", lambda i: queries.kind_of(i).title, order="kind"),
        Column("about", "关于", lambda i: i.subject_title, link=lambda i: queries.subject_address(sight, i)),
        Column("place", "承办", queries.place_name),
        Column("person", "签收人", lambda i: i.person.name if i.person else ""),
        Column("stand_in", "AB角", lambda i: i.stand_in.name if i.stand_in else "", hidden=True),
        Column("given_by", "交办人", lambda i: i.given_by.name if i.given_by else "系统", hidden=True),
        Column("given_at", "交办时间", lambda i: i.given_at, "instant", order="given_at", hidden=True),
        Column("due", "期限", lambda i: i.due, "day", order="due"),
        Column("state", "状态", state_of, "mark", order="state"),
    )


def say(request: HttpRequest, text: str, tags: str = "good") -> None:
    messages.add_message(request, messages.INFO, text, extra_tags=tags)


@needs("do_work", "give_work", "oversee_unit")
def items(request: HttpRequest) -> HttpResponseBase:
    """What the reader has to do or to judge, by due day; the views are one tap away."""
    sight, today = sight_of(request.user), timezone.localdate()
    opening = queries.opening_of(sight)
    if opening and opening.query and not request.GET:
        return redirect(f"/work?{opening.query}")
    views, named = queries.views_of(sight), request.GET.get("view", "")
    which = Filter(named) if named in set(Filter) else views[0]
    all_rows = queries.mine(sight, today, which).select_related("person", "stand_in", "given_by")
    rows, said = _filtered(request, all_rows)
    acts = sight.has("do_work") or sight.has("give_work")
    page = listing(
        request, "我的待办", columns(sight), rows, guarded=True, order=("due", "pk"),
        bulk=(BULK,) if acts else (), filters=[("看", which.label), *said],
        empty="没有这样的事项", empty_next=_EMPTY_NEXT[which is Filter.GIVEN],
    )  # fmt: skip
    counted = queries.counts(sight, today)
    context = {
        "page": page, "which": which, "q": request.GET.get("q", ""), "kind": request.GET.get("kind", ""),
        "about": request.GET.get("about", ""), "place": request.GET.get("place", ""),
        "places": queries.places_of(all_rows), "said": said, "kinds": in_force().work.values(),
        "views": [(one, counted.get(one)) for one in views], "kept": queries.filters_of(sight), "acts": acts,
        "may_give": bool(queries.kinds_to_give(sight)), "query": queries.tidied(request.GET.urlencode()),
    }  # fmt: skip
    return exported(request, page, by=myself(request)) or render(request, "work/items.html", context)


def _filtered(request: HttpRequest, rows: QuerySet[Item]) -> tuple[QuerySet[Item], list[tuple[str, str]]]:
    """The items that the address asks for, and the filter in words."""
    q, kind = request.GET.get("q", "").replace("\x00", "").strip()[:60], request.GET.get("kind", "")
    about, _, key = request.GET.get("about", "").replace("\x00", "").partition(":")
    said = []
    if q:
        rows = queries.search(rows, q)
        said.append(("名称或关于", q))
    if kind in in_force().work:
        rows = rows.filter(kind=kind)
        said.append(("类别", in_force().work[kind].title))
    where, _, code = request.GET.get("place", "").replace("\x00", "").partition(":")
    if code:
        rows = rows.filter(cell=code) if where == "cell" else rows.filter(unit=code)
        said.append(("承办", cell_name(code) if where == "cell" else unit_name(code)))
    if key:
        rows = rows.filter(subject_kind=about, subject_id=key)
        title = rows.values_list("subject_title", flat=True).first()
        said.append(("关于", title or "所选的对象"))
    return rows, said


@require_POST
@needs("do_work", "give_work", "oversee_unit")
def keep_filter(request: HttpRequest) -> HttpResponse:
    """Keep the filter of the list under a name."""
    query = queries.tidied(text_in(request.POST, "query"))
    try:
        kept = actions.keep_filter(name=text_in(request.POST, "name"), query=query, by=myself(request))
        say(request, f"已保存筛选“{kept.name}”。")
    except Refused as error:
        say(request, str(error), "stop")
    return redirect(f"/work?{query or 'view='}")


@require_POST
@needs("do_work", "give_work", "oversee_unit")
def rename_filter(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a kept filter another name."""
    kept = get_object_or_404(queries.filters_of(sight_of(request.user)), pk=pk)
    try:
        kept = actions.rename_filter(kept=kept, name=text_in(request.POST, "name"), by=myself(request))
        say(request, f"已改名为“{kept.name}”。")
    except Refused as error:
        say(request, str(error), "stop")
    return redirect(f"/work?{kept.query or 'view='}")


@require_POST
@needs("do_work", "give_work", "oversee_unit")
def open_filter(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the list open with a kept filter, or as it did before."""
    kept = get_object_or_404(queries.filters_of(sight_of(request.user)), pk=pk)
    opens = request.POST.get("opens") == "yes"
    actions.open_with(kept=kept, opens=opens, by=myself(request))
    said = f"以后打开“我的待办”先看“{kept.name}”。" if opens else "以后打开“我的待办”先看全部待办。"
    say(request, said)
    return redirect(f"/work?{kept.query or 'view='}")


@require_POST
@needs("do_work", "give_work", "oversee_unit")
def drop_filter(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a kept filter."""
    kept = get_object_or_404(queries.filters_of(sight_of(request.user)), pk=pk)
    actions.drop_filter(kept=kept, by=myself(request))
    say(request, f"已删去筛选“{kept.name}”。")
    return redirect("work")
