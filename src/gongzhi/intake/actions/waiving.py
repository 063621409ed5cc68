"""A check that does not fit a unit: the unit asks, the office agrees until a day, and all see it (二(二))."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.catalogue.actions import answered, number_on, said, tell_asker, tell_deciders
from gongzhi.catalogue.queries import resource_named
from gongzhi.catalogue.states import ActState, NotPossible
from gongzhi.catalogue.states import after as answer_after
from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions import Resource
from gongzhi.intake.models import CheckWaiver, Submission
from gongzhi.intake.queries import waivable, waivers_of
from gongzhi.intake.states import State, after
from gongzhi.organisation.models import Person
from gongzhi.work.actions import tell_people
from gongzhi.work.queries import liaisons


@transaction.atomic
def ask_check_waiver(
    *, unit: str, resource: str, code: str, field: str, reason: str, until: dt.date, by: Person | None
) -> CheckWaiver:
    """Ask that one check of one column (`field`, or "" for the whole file) is not asked until a day.

    Raises NotPossible without a reason, for a day that has passed or lies too far, for a check that nobody
    may waive (what the law asks, personal columns, what could not be kept), and when it was asked or holds.
    """
    text = said(reason, "请写明这项检查为什么不合本单位的实际")
    definitions = in_force()
    named = definitions.resources[resource]
    if unit not in {one.key for one in definitions.providers(named)}:
        raise NotPossible("本单位不提供这项数据")
    _may_be_waived(named, code, field)
    today = timezone.localdate()
    if "check_waiver_days" not in definitions.parameters:
        raise NotPossible("还没有规定最长可以暂免多少天，请办公室先批准这个参数")
    longest = today + dt.timedelta(number_on(definitions, "check_waiver_days", today))
    if not today <= until <= longest:
        raise NotPossible(f"“暂免到”请填今天到 {longest} 之间的日期")
    holds = waivers_of(unit, resource, today).get((code, field))
    if holds and holds.until >= until:
        raise NotPossible(f"这项检查已同意暂免到 {holds.until}")
    try:
        with transaction.atomic():
            asked = CheckWaiver.objects.create(
                unit=unit, resource=resource, code=code, field=field, until=until, reason=text,
                asked_by=by, asked_at=timezone.now(),
            )  # fmt: skip
    except IntegrityError as error:
        raise NotPossible("同样的申请还没有决定，请等办公室答复") from error
    _record("asked", asked, by, "request_waiver")
    tell_deciders(unit=unit, what=_what(asked), duty="decide_waiver", address=_page(asked), by=by)
    return asked


def _may_be_waived(resource: Resource, code: str, field: str) -> None:
    fields = waivable(resource).get(code)
    if fields is None:
        raise NotPossible("这项检查不能暂免")
    if field and field not in {one.key for one in fields}:
        raise NotPossible("这一列不能暂免这项检查：没有这一列，不查这一列，或是个人信息")


@transaction.atomic
def decide_check_waiver(
    *, waiver: CheckWaiver, grant: bool, answer: str, by: Person, until: dt.date | None = None
) -> CheckWaiver:
    """The office's decision; nobody decides what she asked for herself. `until` replaces the day asked for.

    Files of the unit that wait for its word are then checked anew. Raises NotPossible.
    """
    asked = CheckWaiver.objects.select_for_update().get(pk=waiver.pk)
    answered(asked, grant=grant, answer=answer, by=by)
    if grant and until:
        if not timezone.localdate() <= until <= asked.until:
            raise NotPossible("“同意到”不能早于今天，也不能晚于申请的日期")
        asked.until = until
    asked.save()
    _record("granted" if grant else "refused", asked, by, "decide_waiver")
    tell_asker(asking=asked, unit=asked.unit, what=_what(asked), address=_page(asked))
    if grant:
        _check_again(asked)
    return asked


@transaction.atomic
def end_check_waiver(*, waiver: CheckWaiver, by: Person) -> CheckWaiver:
    """Take back what was asked, or end what holds before its day; a unit hears when the office ends it.

    Raises NotPossible when it is over.
    """
    locked = CheckWaiver.objects.select_for_update().get(pk=waiver.pk)
    if locked.state == ActState.GRANTED and locked.until < timezone.localdate():
        raise NotPossible("这项暂免已经到期")
    held = locked.state == ActState.GRANTED
    locked.state = answer_after(locked.state, "withdraw")
    locked.ended_at = timezone.now()
    locked.save(update_fields=["state", "ended_at"])
    _record("ended", locked, by, "request_waiver" if locked.unit == by.unit else "decide_waiver")
    if held and locked.unit != by.unit:
        text = f"本单位的{_what(locked)}，办公室已提前结束，恢复检查"
        tell_people(people=liaisons(locked.unit), text=text, address=_page(locked), by=by)
    return locked


def _check_again(waiver: CheckWaiver) -> None:
    waiting = Submission.objects.select_for_update().filter(
        unit=waiver.unit, resource=waiver.resource, state=State.CHECKED
    )
    for one in waiting:
        if waiver.code in one.by_code:
            one.state, one.checked_at, one.attempts = after(one.state, "check_again"), None, 0
            one.save(update_fields=["state", "checked_at", "attempts"])


def _what(waiver: CheckWaiver) -> str:
    return f"暂免一项检查（{resource_named(waiver.resource)}）"


def _page(waiver: CheckWaiver) -> str:
    return f"/check-waivers/{waiver.pk}"


def _record(verb: str, waiver: CheckWaiver, by: Person | None, duty: str) -> None:
    detail = {
        "unit": waiver.unit, "resource": waiver.resource, "code": waiver.code, "field": waiver.field,
        "until": waiver.until.isoformat(),
    }  # fmt: skip
    record(f"check_waiver.{verb}", by=by, subject=("check_waiver", waiver.pk), duty=duty, detail=detail)
