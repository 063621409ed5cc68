"""Batches and their history, the rows of one."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render

from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions import Field
from gongzhi.gate import Sight, needs, number_in, sight_of
from gongzhi.intake import queries
from gongzhi.intake.forms import ListFilter
from gongzhi.intake.models import Batch, Review
from gongzhi.intake.queries.listed import opened_fields
from gongzhi.intake.queries.marks import batch_mark
from gongzhi.intake.queries.pages import matching, period_label, unit_choices
from gongzhi.intake.queries.rows import sheet_of
from gongzhi.lists import Column, back_to, listing
from gongzhi.lists.workbook import exported

from .withdrawing import withdrawing

ROWS_SHOWN = 50
STATES = (("live", "有效"), ("returned", "已退回"), ("replaced", "已被更正"), ("withdrawn", "已撤回"))
IN_STATE: dict[str, Q] = {
    "live": Q(replaced_by=None, withdrawn_at=None) & ~Q(review__verdict="returned"),
    "returned": queries.RETURNED,
    "replaced": Q(replaced_by__isnull=False),
    "withdrawn": Q(withdrawn_at__isnull=False),
}
KINDS = {"first": "首批", "adds": "补充", "replaces": "更正"}
COLUMNS = (
    Column("number", "批次", lambda b: b.number, link=lambda b: f"/batches/{b.pk}"),
    Column("resource", "资源", lambda b: in_force().resources[b.slot.resource].title, order="slot__resource"),
    Column("period", "期间", lambda b: period_label(b.slot.period), order="slot__period"),
    Column("unit", "单位", lambda b: in_force().units[b.slot.unit].name, order="slot__unit"),
    Column("kind", "类别", lambda b: KINDS[b.kind]),
    Column("rows", "入库行数", lambda b: b.rows, "number", order="rows"),
    Column("committed", "入库时间", lambda b: b.committed_at, "instant", order="committed_at"),
    Column("state", "状态", batch_mark, "mark"),
)
WHY = Column("why", "退回的理由", lambda b: b.review.reason if b.returned else "")
AGAIN = Column("again", "重报期限", lambda b: b.review.again_by if b.returned else None, "day")


@needs("see_own_batches", "see_all_batches")
def batches(request: HttpRequest) -> HttpResponseBase:
    """Accepted batches, latest first."""
    sight = sight_of(request.user)
    chosen = ListFilter(request.GET, states=STATES, units=unit_choices(sight))
    rows = filtered(queries.batches_visible_to(sight).select_related("review"), chosen.values)
    columns = (*COLUMNS, WHY, AGAIN) if chosen.values.get("state") == "returned" else COLUMNS
    page = listing(
        request, "入库批次", columns, rows, guarded=False,
        order=("-committed_at", "-pk"), filters=chosen.words,
        empty="没有符合条件的批次" if chosen.words else "还没有入库的批次",
        empty_next="可以放宽上面的条件。" if chosen.words else "报送的文件通过检查并确认后，会出现在这里。",
    )  # fmt: skip
    context = {"page": page, "chosen": chosen}
    return exported(request, page, by=request.user) or render(request, "intake/batches.html", context)


def filtered(rows: QuerySet[Batch], values: dict[str, str]) -> QuerySet[Batch]:
    if "q" in values:
        rows = rows.filter(matching(values["q"], "slot__", file="submission__file_name", batch=""))
    if "state" in values:
        rows = rows.filter(IN_STATE[values["state"]])
    exactly = {name: values[name] for name in ("unit", "resource", "period") if name in values}
    return rows.filter(**{f"slot__{name}": value for name, value in exactly.items()})


@needs("see_own_batches", "see_all_batches")
def batch(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One batch: what it is, its versions, its rows; `row` opens the page that holds that row."""
    found = get_object_or_404(queries.batches_visible_to(sight_of(request.user)), pk=pk)
    part, wanted = _number(request, "part"), _number(request, "row")
    start = _number(request, "from")
    sight = sight_of(request.user)
    rows = queries.rows_page(found, part or 0, start or 0, ROWS_SHOWN, wanted, open_to=_open_to(found, sight))
    versions = queries.batches_visible_to(sight_of(request.user)).filter(slot=found.slot).order_by("version")
    versions = versions.select_related("review")
    review = Review.objects.filter(batch=found).select_related("by").first()
    context = {
        "review": review,
        "returned": queries.returned_of(found),
        "unexplained": queries.Unexplained().of(found) if found.live else 0,
        "batch": found,
        "resource": in_force().resources[found.slot.resource],
        "unit": in_force().units[found.slot.unit],
        "kind": KINDS[found.kind],
        "period": period_label(found.slot.period),
        "versions": versions,
        "back": back_to(request, "/batches"),
        "field": request.GET.get("field", ""),
        "rows": rows,
    }
    return render(request, "intake/batch.html", context | withdrawing(request, found))


def _open_to(found: Batch, sight: Sight) -> Callable[[Field], bool]:
    """Which columns of a batch the reader may see."""
    sheets = (sheet_of(found, part.table) for part in found.parts.all())
    opened = [one for sheet in sheets for one in opened_fields(sheet, sight, [found.slot.unit])]
    return opened.__contains__


def _number(request: HttpRequest, name: str) -> int | None:
    return number_in(request.GET.get(name, ""))
