"""The office's review of what came in: one batch, or several of the list together."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from gongzhi.catalogue.actions import number_on
from gongzhi.editions.queries import in_force, in_force_for
from gongzhi.gate import needs, sight_of
from gongzhi.intake import actions, queries
from gongzhi.intake.actions.refused import Refused
from gongzhi.intake.forms import DecideForm, ListFilter, Part, ReturnForm
from gongzhi.intake.models import Batch
from gongzhi.intake.queries.pages import period_label, unit_choices
from gongzhi.lists import Bulk, Column, back_to, chosen, listing
from gongzhi.lists.workbook import exported
from gongzhi.organisation.queries import myself

from .batches import COLUMNS as OF_BATCHES
from .batches import filtered

COLUMNS = tuple(column for column in OF_BATCHES if column.key != "state")


def _columns(unexplained: queries.Unexplained) -> tuple[Column, ...]:
    """The columns of the list, with how many findings still ask for a reason."""

    def link(batch: Batch) -> str:
        return f"/submissions/{batch.submission_id}#asked" if unexplained.of(batch) else ""

    return (*COLUMNS, Column("asked", "待说明", lambda b: unexplained.of(b) or None, "number", link))


TOGETHER = Bulk("/reviews/together", "一起审核")


def _say(request: HttpRequest, text: str, tags: str = "good") -> None:
    messages.add_message(request, messages.INFO, text, extra_tags=tags)


@needs("return_file")
def reviews(request: HttpRequest) -> HttpResponseBase:
    """What came in and waits for the office, the oldest first."""
    sight = sight_of(request.user)
    asked = ListFilter(request.GET, states=(), units=unit_choices(sight))
    unexplained = queries.Unexplained()
    rows = filtered(queries.unreviewed(sight), asked.values)
    page = listing(
        request, "待审核", _columns(unexplained), rows, guarded=False,
        order=("committed_at", "pk"), filters=asked.words, bulk=(TOGETHER,),
        empty="没有符合条件的批次" if asked.words else "没有待审核的批次",
        empty_next="可以放宽上面的条件。" if asked.words else "新入库的批次会出现在这里。",
    )  # fmt: skip
    unexplained.look(page.items)
    context = {"page": page, "chosen": asked}
    return exported(request, page, by=request.user) or render(request, "intake/reviews.html", context)


@require_http_methods(["GET", "POST"])
@needs("return_file")
def decide_together(request: HttpRequest) -> HttpResponse:
    """Several batches of the list: accepted, or returned with one reason."""
    names = chosen(request, UUID)
    found = list(queries.unreviewed(sight_of(request.user)).filter(pk__in=names))
    form, back = DecideForm(request.POST if request.method == "POST" else None), back_to(request, "/reviews")
    if found and form.is_valid():
        try:
            done, said = _decided(request, found, **form.cleaned_data)
        except Refused as error:
            form.add_error("reason", error.text)
        else:
            _say(request, said + _left_alone(request, names, done))
            return redirect(back)
    context = {"rows": [(one, *_words(one)) for one in found], "form": form, "back": back}
    return render(request, "intake/together.html", context, status=422 if form.errors else 200)


def _left_alone(request: HttpRequest, names: list[UUID], done: int) -> str:
    """What is said of the chosen batches on which nothing was decided."""
    seen = queries.batches_visible_to(sight_of(request.user)).filter(pk__in=names)
    gone = seen.exclude(replaced_by=None, withdrawn_at=None).count()
    before = len(names) - done - gone
    told = f"另有 {before} 批已经审核过。" if before else ""
    return told + (f"另有 {gone} 批已更正或撤回，不再使用，没有审核。" if gone else "")


def _decided(request: HttpRequest, batches: list[Batch], *, verdict: str, reason: str) -> tuple[int, str]:
    """How many were decided, and the words for it."""
    by = myself(request)
    if verdict == "accept":
        count = actions.accept(batches=batches, by=by)
        return count, f"已接受 {count} 批。"
    count = actions.return_batches(batches=batches, reason=reason, by=by)
    return count, f"已退回 {count} 批。"


def _words(one: Batch) -> tuple[str, str, str]:
    """Title, unit and period of a batch."""
    definitions = in_force()
    slot = one.slot
    title, unit = definitions.resources[slot.resource].title, definitions.units[slot.unit].name
    return title, unit, period_label(slot.period)


@needs("return_file")
def return_one(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Return one batch with remarks to its rows and cells."""
    found = get_object_or_404(queries.batches_visible_to(sight_of(request.user)), pk=pk)
    form = _return_form(request, found)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            day = actions.return_batch(
                batch=found, reason=said["reason"], remarks=said["remarks"], by=myself(request)
            )
        except Refused as error:
            form.add_error(None, error.text)
        else:
            _say(request, f"已退回，请单位在 {day:%Y-%m-%d} 前重新报送。" if day else "已退回。")
            return redirect("batch", pk)
    days = number_on(in_force(), "return_working_days", timezone.localdate())
    resource = in_force().resources[found.slot.resource]
    context = {"form": form, "batch": found, "resource": resource, "days": days}
    return render(request, "intake/return.html", context, status=422 if form.is_bound else 200)


def _return_form(request: HttpRequest, found: Batch) -> ReturnForm:
    """The form that knows the tables of the batch and their columns."""
    asked = in_force_for(found.slot.resource, found.slot.period).tables
    rows = queries.row_numbers(found) if request.method == "POST" else {}
    parts = [
        Part(
            one.part, one.sheet, asked[one.table][1].title, asked[one.table][1].fields,
            rows.get(one.part, ()),
        )
        for one in found.parts.order_by("part")
    ]  # fmt: skip
    return ReturnForm(request.POST or None, parts=parts)


def _left(batch: Batch) -> str:
    """Why a batch was not accepted, as it stands now."""
    batch.refresh_from_db()
    if batch.withdrawn_at:
        return "这一批已由单位撤回，不再使用，不必审核。"
    return "这一批已被更正，请审核最新的一批。" if batch.replaced_by_id else "这一批已经审核过。"


@require_POST
@needs("return_file")
def accept(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The office has no objection to one batch."""
    found = get_object_or_404(queries.batches_visible_to(sight_of(request.user)), pk=pk)
    done = actions.accept(batches=[found], by=myself(request))
    _say(request, "已接受。" if done else _left(found), "good" if done else "note")
    return redirect("batch", pk)
