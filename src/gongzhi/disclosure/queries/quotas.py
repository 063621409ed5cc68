"""How many rows somebody has looked at, how many are left, and who may allow more."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet, Sum
from django.utils import timezone

from gongzhi.audit.queries import in_force
from gongzhi.disclosure.models import Allowance, Reveal
from gongzhi.disclosure.states import State
from gongzhi.engine.definitions import REVEAL, Quota
from gongzhi.gate import Sight, allowed, sight_of
from gongzhi.organisation.models import Person

APPROVE = "approve_reveal"


@dataclass(frozen=True)
class OverQuota:
    """Which bound is reached: of the day, or of the last minutes (then: from when on it goes again)."""

    quota: Quota
    day: bool
    again_at: dt.datetime | None = None

    @property
    def text(self) -> str:
        if self.day:
            return f"今天已查看到限额（每天 {self.quota.day} 行）"
        again = timezone.localtime(self.again_at).strftime("%H:%M") if self.again_at else ""
        return f"{self.quota.minutes} 分钟内最多查看 {self.quota.burst} 行，请在 {again} 以后再看"


def quota_of(sight: Sight) -> Quota | None:
    """The widest quota among the roles through which the reader may look; None when she may not.

    Both are those in force: an edition may take the duty from a role, or change its quota.
    """
    roles = {held.role for held in sight.held if REVEAL in held.duties}
    quotas = [
        role.quota
        for key, role in in_force().roles.items()
        if key in roles and REVEAL in role.duties and role.quota
    ]
    return max(quotas, key=lambda quota: quota.day, default=None)


def _today(now: dt.datetime) -> dt.datetime:
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


def left_today(person: Person, quota: Quota, now: dt.datetime) -> int:
    """How many more rows the person may look at before midnight, with what was granted for today."""
    granted = Allowance.objects.filter(person=person, day=timezone.localdate(now), state=State.GRANTED)
    more = granted.aggregate(more=Sum("more"))["more"] or 0
    used = Reveal.objects.filter(person=person, at__gte=_today(now)).count()
    return max(0, quota.day + more - used)


def over(person: Person, quota: Quota, now: dt.datetime) -> OverQuota | None:
    """Which bound one more row would break. To be asked with the person's row locked."""
    if not left_today(person, quota, now):
        return OverQuota(quota, day=True)
    since = now - dt.timedelta(minutes=quota.minutes)
    times = list(
        Reveal.objects.filter(person=person, at__gt=since).order_by("-at").values_list("at", flat=True)
    )
    if len(times) < quota.burst:
        return None
    again = times[quota.burst - 1] + dt.timedelta(minutes=quota.minutes, seconds=59)
    return OverQuota(quota, day=False, again_at=again)


def approvers(person: Person) -> list[Person]:
    """Who may allow the person more: others of the same unit whose duty it is."""
    if not person.unit:
        return []
    others = Person.objects.filter(unit=person.unit, is_active=True).exclude(pk=person.pk).order_by("name")
    return [one for one in others if allowed(sight_of(one), APPROVE, unit=person.unit)]


def allowances_visible_to(sight: Sight) -> QuerySet[Allowance]:
    """One's own; those of one's unit for who decides them; all for the auditor."""
    if sight.has("read_audit"):
        return Allowance.objects.all()
    if not sight.person:
        return Allowance.objects.none()
    own = Allowance.objects.filter(person=UUID(sight.person))
    if sight.unit and allowed(sight, APPROVE, unit=sight.unit):
        return own | Allowance.objects.filter(unit=sight.unit)
    return own


def allowances_waiting(sight: Sight, day: dt.date) -> QuerySet[Allowance]:
    """What colleagues ask for a day and the reader has to answer."""
    if not sight.person or not sight.has(APPROVE):
        return Allowance.objects.none()
    asked = allowances_visible_to(sight).filter(state=State.ASKED, day=day)
    return asked.exclude(person=UUID(sight.person))
