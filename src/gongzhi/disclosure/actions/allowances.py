"""Somebody needs to look at more rows today; another person of the unit decides."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.disclosure.models import Allowance
from gongzhi.disclosure.queries import approvers, quota_of
from gongzhi.disclosure.states import State
from gongzhi.engine.definitions import REVEAL
from gongzhi.gate import sight_of
from gongzhi.organisation.models import Person

from .refusal import Refused

APPROVE = "approve_reveal"


@transaction.atomic
def ask_for_more(*, more: int, reason: str, by: Person) -> Allowance:
    """Ask for `more` rows today, at most as many again as the quota of the day.

    Refused without a quota of one's own, beyond that number, or while one's last wish is undecided.
    """
    quota = quota_of(sight_of(by))
    if quota is None:
        raise Refused(("", "现有岗位不能查看个人信息原文"), code="not_allowed")
    if not 1 <= more <= quota.day:
        raise Refused(("more", f"一次最多申请增加 {quota.day} 行"))
    Person.objects.select_for_update().get(pk=by.pk)
    day = timezone.localdate()
    if Allowance.objects.filter(person=by, day=day, state=State.ASKED, batch=None).exists():
        raise Refused(("", "今天的申请还没有答复"))
    asked = Allowance.objects.create(
        person=by, unit=by.unit, day=day, more=more, reason=reason.strip(), asked_at=timezone.now()
    )
    record("allowance.asked", by=by, subject=("allowance", asked.pk), duty=REVEAL, detail={"more": more})
    return asked


@transaction.atomic
def decide(*, allowance: Allowance, granted: bool, by: Person) -> None:
    """Grant or decline, as another person of the same unit whose duty it is, on the same day.

    Refused for oneself, to who was granted more today by the one who asks now, and once it is decided.
    """
    asked = Allowance.objects.select_for_update().get(pk=allowance.pk)
    if asked.state != State.ASKED or asked.day != timezone.localdate():
        raise Refused(("", "这项申请已经答复，或已过当天"))
    if by.pk == asked.person_id or by not in approvers(asked.person):
        raise Refused(("", "只能由本单位负责批准的另一人答复"), code="not_allowed")
    if granted and _in_return(asked, by):
        raise Refused(("", "今天您的申请由对方批准，不能再由您批准对方的申请，请由其他人答复"))
    asked.state = State.GRANTED if granted else State.DECLINED
    asked.decided_by, asked.decided_at = by, timezone.now()
    asked.save(update_fields=["state", "decided_by", "decided_at"])
    detail = {"granted": granted, "more": asked.more, "person": str(asked.person_id)}
    record("allowance.decided", by=by, subject=("allowance", asked.pk), duty=APPROVE, detail=detail)


def _in_return(asked: Allowance, by: Person) -> bool:
    others = Allowance.objects.filter(person=by, day=asked.day, state=State.GRANTED)
    return others.filter(decided_by=asked.person_id).exists()
