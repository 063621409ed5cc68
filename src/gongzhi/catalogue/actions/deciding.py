"""What a unit says about an obligation instead of handing a file in, and what the office decides."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.catalogue.models import Act, Obligation
from gongzhi.catalogue.queries import resource_named
from gongzhi.catalogue.states import SHANGHAI, ActState, Kind, NotPossible, after, day_of, due_of
from gongzhi.editions.queries import in_force
from gongzhi.organisation.models import Person

from .answering import answered, said
from .asking import tell_asker, tell_deciders, tell_zero_returned
from .meeting import due_again
from .opening import number_on
from .ruling import end_as_asked, exempt_as_asked

_BROUGHT_ABOUT: dict[Kind, tuple[str, ...]] = {
    Kind.ZERO: ("zero_at",),
    Kind.EXEMPT: (),  # the ruling that it became ends
    Kind.EXTEND: (),  # the day follows from what is still granted
    Kind.ELSEWHERE: (),
}
_DAYS = (Kind.EXTEND, Kind.ELSEWHERE)
_WITH_DAY = (*_DAYS, Kind.EXEMPT)


class NeedsAnswer(NotPossible):
    """Zero reports in a row where there is usually data: the sender is asked once more."""


@transaction.atomic
def report_zero(*, obligation: Obligation, reason: str, by: Person | None, confirmed: bool = False) -> Act:
    """零报告: nothing happened in the period. It meets the obligation at once.

    Raises NotPossible without a reason, before the period ends, or when something has come in; NeedsAnswer
    when it is the third in a row where the unit usually has data and `confirmed` is not set.
    """
    text = said(reason, "请写明没有数据的原因")
    owed = _locked(obligation)
    now = timezone.now()
    if owed.received_at or owed.zero_at:
        raise NotPossible("这一期已经报过，不必零报告")
    if owed.period_end >= now.astimezone(SHANGHAI).date():
        raise NotPossible("这一期还没有结束，期末后才能零报告")
    if not confirmed and usually_has_data(owed):
        raise NeedsAnswer("前两期都是零报告，而此前通常有数据。请核实确实没有后再确认。")
    act = _write(owed, Kind.ZERO, text, by, now=now, state=ActState.GRANTED)
    owed.zero_at = now
    owed.save(update_fields=["zero_at"])
    _record("zero_reported", act, by, "request_waiver")
    return act


@transaction.atomic
def return_zero(*, act: Act, reason: str, by: Person) -> Act:
    """The office does not believe a zero report, and says why: the duty is due again, after its due day with
    some working days more if it had come in time. Raises NotPossible without a reason and where it does not
    stand any more.
    """
    why = said(reason, "请写明退回的理由")
    locked = Act.objects.select_for_update().get(pk=act.pk)
    if locked.kind != Kind.ZERO:
        raise NotPossible("只有零报告可以这样退回")
    if locked.asked_by_id == by.pk:
        raise NotPossible("自己提交的零报告要由另一个人退回")
    locked.state, locked.answer = after(locked.state, "return"), why
    locked.decided_by, locked.decided_at = by, timezone.now()
    locked.save(update_fields=["state", "answer", "decided_by", "decided_at"])
    owed = _locked(locked.obligation)
    said_at, owed.zero_at = owed.zero_at or locked.asked_at, None
    owed.save(update_fields=["zero_at"])
    due = None if owed.received_at else due_again(owed, timezone.localdate(), said_at)
    _record("zero_returned", locked, by, "decide_waiver")
    tell_zero_returned(act=locked, what=_what(locked), due=due, address=_page(locked))
    return locked


def usually_has_data(obligation: Obligation) -> bool:
    """Whether the last periods were zero reports in a row and an earlier one had a file."""
    often = number_on(in_force(), "zero_reports_in_a_row", obligation.period_end) - 1
    earlier = Obligation.objects.filter(
        unit=obligation.unit, resource=obligation.resource, period_end__lt=obligation.period_end
    ).order_by("-period_end")
    last = list(earlier[:often])
    zeros = len(last) == often and all(one.zero_at and not one.received_at for one in last)
    return zeros and earlier.filter(received_at__isnull=False).exists()


@transaction.atomic
def ask(
    *,
    obligation: Obligation,
    kind: Kind,
    reason: str,
    by: Person | None,
    wanted: dt.date | None = None,
    place: str = "",
) -> Act:
    """Ask the office for 免报, 延期, or another way of exchange (已在其他平台公布、无法通过平台提供).

    `wanted` is the day asked for: until when it is extended, by when it is provided in the other way (the
    duty's own due day stands without one), or up to which periods end that are exempt too.
    Raises NotPossible without a reason, without the day or the place that the kind needs, when the
    obligation is met already, or when the same waits to be decided.
    """
    text = said(reason, "请写明理由")
    owed = _locked(obligation)
    if owed.received_at or owed.zero_at:
        raise NotPossible("这一期已经报过，不必再申请")
    _fits(owed, kind, wanted)
    if kind is Kind.ELSEWHERE and not place.strip():
        raise NotPossible("请写明在哪里公布、或以什么方式提供")
    try:
        with transaction.atomic():
            act = _write(owed, kind, text, by, wanted=wanted, place=place.strip()[:200])
    except IntegrityError as error:
        raise NotPossible("同样的申请还没有决定，请等办公室答复") from error
    _record("asked", act, by, "request_waiver")
    tell_deciders(unit=owed.unit, what=_what(act), duty="decide_waiver", address=_page(act), by=by)
    return act


def latest_day(owed: Obligation, today: dt.date) -> dt.date | None:
    """Until when a duty can be put off, from its own due day, or from today where that has gone by; None
    while the office has not approved the parameter, which came with a later release.
    """
    definitions = in_force()
    if "extension_days" not in definitions.parameters:
        return None
    first = max(owed.due or today, today)
    return first + dt.timedelta(number_on(definitions, "extension_days", today))


def _not_too_far(owed: Obligation, kind: Kind, day: dt.date | None, today: dt.date) -> None:
    latest = latest_day(owed, today)
    if kind in _DAYS and day and latest and day > latest:
        word = "延期" if kind is Kind.EXTEND else "约定提供日"
        raise NotPossible(f"{word}最晚到 {latest}，到时仍不能报的请重新申请")


def _fits(owed: Obligation, kind: Kind, day: dt.date | None) -> None:
    """Whether a day can be asked for or given: never in the past or too far off for 延期 and another way;
    later than the due day for 延期, not before it for another way (it would stand then); for 免报 not before
    the period's own end.
    """
    today = timezone.localdate()
    due = due_of(owed, today)
    _not_too_far(owed, kind, day, today)
    if kind is Kind.EXTEND and (day is None or due is None or day <= due):
        raise NotPossible(f"请填写晚于现在到期日{f'（{due}）' if due else ''}的日期")
    if kind is Kind.EXTEND and day is not None and day < today:
        raise NotPossible(f"延期到的日期请填今天（{today}）或以后：延到过去的日子，这一期仍是逾期")
    if kind is Kind.EXEMPT and day is not None and owed.of_stock:
        raise NotPossible("存量只报一次，免报不用填到哪一期")
    if kind is Kind.EXEMPT and day is not None and day < owed.period_end:
        raise NotPossible("免报到哪一期，不能早于这一期")
    if kind is not Kind.ELSEWHERE or day is None:
        return
    if due is None:
        raise NotPossible("这一期没有到期日，不必填约定提供日")
    if day < max(today, due):
        raise NotPossible(f"约定提供日请填 {max(today, due)} 或以后的日期；不填就按现在的到期日（{due}）")


@transaction.atomic
def decide(*, act: Act, grant: bool, answer: str, by: Person, due: dt.date | None = None) -> Act:
    """The office's decision; nobody decides what she asked for herself.

    `due` counts instead of the day asked for. A granted act takes effect from this day. Raises NotPossible.
    """
    locked = Act.objects.select_for_update().get(pk=act.pk)
    answered(locked, grant=grant, answer=answer, by=by)
    if grant:
        locked.given = due if Kind(locked.kind) in _WITH_DAY and due != locked.wanted else None
    locked.save()
    if grant:
        _take_effect(_locked(locked.obligation), locked)
    _record("granted" if grant else "refused", locked, by, "decide_waiver")
    tell_asker(asking=locked, unit=locked.obligation.unit, what=_what(locked), address=_page(locked))
    return locked


def _take_effect(owed: Obligation, act: Act) -> None:
    """Another way is met when the unit says that it was provided so; it is not late before the agreed day."""
    kind = Kind(act.kind)
    _fits(owed, kind, act.day)
    if kind is Kind.EXEMPT:
        exempt_as_asked(act)
    if kind in _DAYS:
        _extend(owed)
    owed.save(update_fields=["extended_on", "extended_due"])


def _extend(owed: Obligation) -> None:
    """The latest of the days that are granted, from the day of its decision on; none when none is left."""
    granted = [one for one in owed.acts.filter(kind__in=_DAYS, state=ActState.GRANTED) if one.day]
    latest = max(granted, key=lambda one: one.day or dt.date.min, default=None)
    owed.extended_on = day_of(latest.decided_at) if latest else None
    owed.extended_due = latest.day if latest else None


@transaction.atomic
def provided_elsewhere(*, act: Act, by: Person | None) -> Obligation:
    """The unit says that the data was provided in the agreed way: this instant meets the obligation."""
    if act.kind != Kind.ELSEWHERE or act.state != ActState.GRANTED:
        raise NotPossible("还没有同意以其他方式共享，请先申请")
    owed = _locked(act.obligation)
    if owed.received_at is None:
        act.provided_at = owed.received_at = owed.satisfied_at = timezone.now()
        act.save(update_fields=["provided_at"])
        owed.save(update_fields=["received_at", "satisfied_at"])
        _record("provided", act, by, "request_waiver")
    return owed


@transaction.atomic
def withdraw(*, act: Act, by: Person | None) -> Act:
    """Take back what was asked or said; what it had brought about ends with it."""
    locked = Act.objects.select_for_update().get(pk=act.pk)
    if locked.state == ActState.GRANTED and locked.kind != Kind.ZERO and locked.obligation.received_at:
        provided = locked.provided_at is not None
        raise NotPossible("已经按约定的方式提供，不能撤回" if provided else "这一期已经报过，不必撤回")
    before, locked.state = locked.state, after(locked.state, "withdraw")
    locked.save(update_fields=["state"])
    if before == ActState.GRANTED:
        owed = _locked(locked.obligation)
        for name in _BROUGHT_ABOUT[Kind(locked.kind)]:
            setattr(owed, name, None)
        if Kind(locked.kind) in _DAYS:
            _extend(owed)
        owed.save()
        if locked.kind == Kind.EXEMPT:
            end_as_asked(locked, by)
    _record("withdrawn", locked, by, "request_waiver")
    return locked


def _locked(obligation: Obligation) -> Obligation:
    return Obligation.objects.select_for_update().get(pk=obligation.pk)


def _write(
    owed: Obligation,
    kind: Kind,
    reason: str,
    by: Person | None,
    *,
    now: dt.datetime | None = None,
    state: ActState = ActState.ASKED,
    wanted: dt.date | None = None,
    place: str = "",
) -> Act:
    return Act.objects.create(
        obligation=owed, kind=kind.value, state=state.value, reason=reason, wanted=wanted, place=place,
        asked_by=by, asked_at=now or timezone.now(),
    )  # fmt: skip


def _what(act: Act) -> str:
    owed = act.obligation
    return f"{Kind(act.kind).label}（{resource_named(owed.resource)} {owed.period_label}）"


def _page(act: Act) -> str:
    return f"/obligations/{act.obligation_id}"


def _record(verb: str, act: Act, by: Person | None, duty: str) -> None:
    owed = act.obligation
    detail = {"kind": act.kind, "unit": owed.unit, "resource": owed.resource, "period": owed.period}
    record(f"obligation.{verb}", by=by, subject=("obligation", owed.pk), duty=duty, detail=detail)
