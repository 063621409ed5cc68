"""Messages to oneself, letters to units, what did not get out."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from gongzhi.gate import needs, sight_of, signed_in
from gongzhi.lists import Column, Mark, Meaning, back_to, listing
from gongzhi.lists.workbook import exported
from gongzhi.organisation.queries import myself, unit_name
from gongzhi.work import actions, queries
from gongzhi.work.actions.refused import Refused
from gongzhi.work.forms import AddressForm, NotSentForm
from gongzhi.work.models import Address, Delivery, Letter
from gongzhi.work.models.message import LETTERS as LETTER_LABELS

from .items import say

SHOWN = 60
LETTER_MEANINGS: dict[str, Meaning] = {"drafted": "warn", "issued": "good", "withdrawn": "note"}


def _mark(letter: Letter) -> Mark:
    return Mark(letter.state_label, LETTER_MEANINGS[letter.state])


LETTERS = (
    Column("day", "日期", lambda a: a.day, "day", order="day"),
    Column("title", "函件", lambda a: a.title, link=lambda a: f"/letters/{a.pk}"),
    Column("unit", "单位", lambda a: unit_name(a.unit), order="unit"),
    Column("number", "文号", lambda a: a.number, order="number"),
    Column("state", "状态", _mark, "mark", order="state"),
)
OUTBOX = (
    Column("id", "编号", lambda d: d.pk, "number", order="pk"),
    Column("channel", "方式", lambda d: d.channel_label, order="channel"),
    Column("unit", "单位", lambda d: unit_name(d.unit) if d.unit else ""),
    Column("day", "日期", lambda d: d.day, "day"),
    Column("tries", "已试次数", lambda d: d.tries, "number", order="tries"),
    Column("error", "原因", lambda d: f"{d.why}（{d.error}）" if d.error else ""),
    Column("next", "下次", lambda d: d.next_at, "instant", order="next_at"),
    Column("state", "状态", lambda d: Mark(d.state_label, "stop" if d.state == "failed" else "note"), "mark"),
)


@signed_in()
def messages(request: HttpRequest) -> HttpResponse:
    """What one was reminded of, a day at a time, and where it is sent besides."""
    sight, by = sight_of(request.user), myself(request)
    address = Address.objects.filter(person=by).first()
    form = AddressForm(request.POST or None, initial={"mail": address.mail if address else ""})
    if request.method == "POST" and form.is_valid():
        actions.keep_address(mail=form.cleaned_data["mail"], by=by)
        say(request, "已保存。" if form.cleaned_data["mail"] else "不再发邮件。")
        return redirect("messages")
    found = list(queries.messages_visible_to(sight)[:SHOWN])
    context = {
        "days": found, "form": form, "unread": queries.unread(sight),
        "not_mailed": queries.not_mailed(by) if address else None,
    }  # fmt: skip
    return render(request, "work/messages.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in()
def read(request: HttpRequest) -> HttpResponse:
    """Everything was read."""
    actions.read_messages(by=myself(request))
    return redirect("messages")


@needs("chase_units", "do_work", "oversee_unit")
def letters(request: HttpRequest) -> HttpResponseBase:
    """Letters of the machine's drafting: all for the office, issued ones for the unit."""
    rows, state = queries.letters_visible_to(sight_of(request.user)), request.GET.get("state", "")
    known = state in LETTER_LABELS
    rows = rows.filter(state=state) if known else rows
    page = listing(
        request, "催报函", LETTERS, rows, guarded=False, order=("-day", "unit", "pk"),
        filters=[("状态", LETTER_LABELS[state])] if known else [],
        empty="没有催报函", empty_next="逾期到了规定的天数仍没有报的，系统按单位拟好，由领导小组办公室签发。",
    )  # fmt: skip
    states = LETTER_LABELS.items() if sight_of(request.user).has("chase_units") else ()
    context = {"page": page, "state": state, "states": states}
    return exported(request, page, by=myself(request)) or render(request, "work/letters.html", context)


@needs("chase_units", "do_work", "oversee_unit")
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter, as it is printed."""
    found = get_object_or_404(queries.letters_visible_to(sight_of(request.user)), pk=pk)
    return _letter(request, found, NotSentForm())


def _letter(request: HttpRequest, found: Letter, form: NotSentForm) -> HttpResponse:
    sight = sight_of(request.user)
    drafted = found.state == "drafted"
    if drafted:  # as it would be issued now
        today = timezone.localdate()
        queries.drawn(found, queries.matters_on(today), today)
    context = {"letter": found, "mark": _mark(found), "back": back_to(request, "/letters")}
    context["made_by"] = f"letters/{found.template}"
    context |= {"may_decide": drafted and sight.has("chase_units"), "settled": drafted and not found.matters}
    context["form"] = form
    return render(request, "work/letter.html", context, status=422 if form.errors else 200)


@require_POST
@needs("chase_units")
def decide_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """签发, or 不发 with a reason."""
    found = get_object_or_404(queries.letters_visible_to(sight_of(request.user)), pk=pk)
    issue, form = request.POST.get("verdict") == "issue", NotSentForm(request.POST)
    if not form.is_valid():
        return _letter(request, found, form)
    try:
        done = actions.decide_letter(
            letter=found, issue=issue, reason=form.cleaned_data["note"], by=myself(request)
        )
        say(request, f"已签发，文号 {done.number}。" if issue else "已记为不发。")
    except Refused as error:
        say(request, str(error), "stop")
    return redirect("letter", pk)


@needs("administer_system")
def outbox(request: HttpRequest) -> HttpResponseBase:
    """Messages and outcomes that are on their way or did not get out; never what they say."""
    rows = queries.deliveries_visible_to(sight_of(request.user))
    page = listing(
        request, "待发和没有发出的消息", OUTBOX, rows, guarded=False,
        order=("-pk",), empty="没有待发或没有发出的消息",
        empty_next="发不出去的会在这里写明原因，改好设置后可以再试。",
    )  # fmt: skip
    failed: list[Delivery] = list(rows.filter(state="failed")[:SHOWN])
    context = {"page": page, "failed": failed}
    return exported(request, page, by=myself(request)) or render(request, "work/outbox.html", context)


@require_POST
@needs("administer_system")
def try_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send again what was given up."""
    found = get_object_or_404(queries.deliveries_visible_to(sight_of(request.user)), pk=pk)
    try:
        actions.try_again(delivery=found, by=myself(request))
        say(request, "已放回待发。")
    except Refused as error:
        say(request, str(error), "stop")
    return redirect("outbox")
