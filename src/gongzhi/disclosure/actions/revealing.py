"""Somebody looks at the personal values of one row (security.md 3.4)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.disclosure.models import Allowance, Reveal
from gongzhi.disclosure.queries import (
    About,
    MaskedRow,
    Standing,
    approvers,
    faults,
    in_the_way,
    may_open,
    may_reveal,
    over,
    quota_of,
    roles_over,
    second_word,
)
from gongzhi.disclosure.states import State
from gongzhi.engine.crypto import hmac_sm3
from gongzhi.engine.definitions import REVEAL, Field, Purpose
from gongzhi.gate import sight_of
from gongzhi.organisation.models import Person

from .refusal import Refused

Opened = Callable[[], Mapping[str, str]]
OVER = ("over_day", "over_burst")  # codes of a refusal over the quota; another may allow more for a day
GUARDS = ("recused", "guarded")
_MAC_CHARACTERS = 32


@dataclass(frozen=True)
class Asked:
    """What somebody asks to see, and why."""

    row: MaskedRow
    purpose: Purpose
    keys: Collection[str]
    about: About | None = None
    reason: str = ""
    fields: tuple[Field, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", self.row.chosen(self.keys))
        object.__setattr__(self, "reason", self.reason.strip())


def reveal(*, asked: Asked, opened: Opened, by: Person) -> Reveal:
    """Open the sealed values of one row for a stated purpose; returns the look, at which they can be shown.

    Look, event and the opening of the seal are one transaction: when any of them fails, nothing was seen and
    nothing is shown. `opened` gives all originals of the row by field key. Refused where duty, purpose,
    matter, reason or quota do not allow it, to herself and to who is recused, and where somebody protected
    stands in the row and no second person has allowed it (then that is asked for). A bound that was reached,
    a recusal and a guard leave an event of their own.
    """
    try:
        return _looked(asked, opened, by)
    except Refused as refused:
        if refused.code in (*OVER, *GUARDS):
            _turned_away(asked, by, refused)
        raise


@transaction.atomic
def _looked(asked: Asked, opened: Opened, by: Person) -> Reveal:
    _allowed(asked, by)
    quota = quota_of(sight_of(by))
    Person.objects.select_for_update().get(pk=by.pk)  # looks of one person are counted one after the other
    now = timezone.now()
    if quota is None:
        raise Refused(("", "这个角色没有限额，不能查看"), code="not_allowed")
    if bound := over(by, quota, now):
        raise Refused(("", bound.text), code="over_day" if bound.day else "over_burst")
    values = opened()
    guarded = _not_in_the_way(asked.row, values, by)
    about = asked.about
    look = Reveal.objects.create(
        person=by, person_unit=by.unit, at=now, purpose=asked.purpose.key, purpose_title=asked.purpose.title,
        about_kind=about.kind if about else "", about=about.id if about else "",
        about_title=about.title[:200] if about else "", reason=asked.reason, unit=asked.row.unit,
        resource=asked.row.resource.number, batch=asked.row.batch, batch_number=asked.row.number,
        part=asked.row.part, row=asked.row.row, fields=[[one.key, one.title] for one in asked.fields],
        guarded=guarded,
    )  # fmt: skip
    seen = {one.key: _mac(f"{one.type}|{values[one.key]}") for one in asked.fields}
    detail = _said(asked) | {"values": seen, "reason": _mac(asked.reason) if asked.reason else ""}
    record("reveal.made", by=by, subject=("reveal", look.pk), duty=REVEAL, detail=detail)
    return look


def _not_in_the_way(row: MaskedRow, values: Mapping[str, str], by: Person) -> bool:
    """Whether somebody protected stands in the row, whom a second person has opened to the viewer today."""
    standing = in_the_way(row, list(values.values()), by)
    if standing is Standing.RECUSED:
        raise Refused(("", "这一行涉及您本人或您应当回避的当事人，不能查看；请由其他人办理"), code="recused")
    if standing is Standing.GUARDED and not may_open(row, by):
        raise Refused(("", _waits(row, by)), code="guarded")
    return standing is Standing.GUARDED


def _waits(row: MaskedRow, by: Person) -> str:
    said, text = second_word(row, by), "这一行涉及重点保护的人，须由本单位另一人批准"
    if said and said.state == State.DECLINED:
        return f"{text}；今天没有批准"
    return (
        f"{text}；已提请批准，批准后当天可以再来查看" if approvers(by) else f"{text}；本单位没有可以批准的人"
    )


def _allowed(asked: Asked, by: Person) -> None:
    sight, row = sight_of(by), asked.row
    if not may_reveal(sight, row.unit, row.resource):
        raise Refused(("", "这一行的个人信息不在您可以查看的范围内"), code="not_allowed")
    today = timezone.localdate()
    if asked.purpose.since > today or not roles_over(sight, row.unit) & set(asked.purpose.roles):
        raise Refused(("purpose", "您的岗位不能用这个事由"), code="not_allowed")
    if found := tuple(faults(asked.purpose, asked.fields, asked.about, asked.reason)):
        raise Refused(*found)


@transaction.atomic
def _turned_away(asked: Asked, by: Person, refused: Refused) -> None:
    """Write down that nothing was shown; for a guarded row the second person is asked, once a day."""
    row, subject = asked.row, ("batch", asked.row.batch)
    if refused.code == "guarded" and second_word(row, by) is None and approvers(by):
        why = asked.about.title if asked.about else asked.reason
        Allowance.objects.create(
            person=by, unit=by.unit, day=timezone.localdate(), more=0, reason=why[:300],
            asked_at=timezone.now(), batch=row.batch, batch_number=row.number, part=row.part, row=row.row,
        )  # fmt: skip
    detail = _said(asked) | {"why": str(refused)}
    record("reveal.refused", by=by, subject=subject, duty=REVEAL, outcome="refused", detail=detail)


def _said(asked: Asked) -> dict[str, object]:
    """Purpose, matter, row and names of fields; no value and no reason in words."""
    row = asked.row
    return {
        "purpose": asked.purpose.key, "about": asked.about.key if asked.about else "", "unit": row.unit,
        "resource": row.resource.number, "batch": row.number, "part": row.part, "row": row.row,
        "fields": [one.key for one in asked.fields],
    }  # fmt: skip


def _mac(text: str) -> str:
    """A keyed code in place of a text: it can be checked against a text that is brought, and tells none."""
    return hmac_sm3(settings.KEYS.current("audit").secret, text.encode()).hex()[:_MAC_CHARACTERS]
