"""Somebody looks at the personal values of one row (security.md 3.4)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.disclosure.models import Reveal
from gongzhi.disclosure.queries import About, MaskedRow, faults, may_reveal, over, quota_of, roles_over
from gongzhi.engine.crypto import hmac_sm3
from gongzhi.engine.definitions import REVEAL, Field, Purpose
from gongzhi.gate import sight_of
from gongzhi.organisation.models import Person

from .refusal import Refused

Opened = Callable[[], Mapping[str, str]]
OVER = ("over_day", "over_burst")  # codes of a refusal over the quota; another may allow more for a day
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
    nothing is shown. `opened` gives the row's originals by field key. Refused where duty, purpose, matter,
    reason or quota do not allow it; a bound of the quota that was reached leaves an event of its own.
    """
    try:
        return _looked(asked, opened, by)
    except Refused as refused:
        if refused.code in OVER:
            _turned_away(asked, by, str(refused))
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
    about = asked.about
    look = Reveal.objects.create(
        person=by, person_unit=by.unit, at=now, purpose=asked.purpose.key, purpose_title=asked.purpose.title,
        about_kind=about.kind if about else "", about=about.id if about else "",
        about_title=about.title[:200] if about else "", reason=asked.reason, unit=asked.row.unit,
        resource=asked.row.resource.number, batch=asked.row.batch, batch_number=asked.row.number,
        part=asked.row.part, row=asked.row.row, fields=[[one.key, one.title] for one in asked.fields],
    )  # fmt: skip
    values = opened()
    seen = {one.key: _mac(f"{one.type}|{values[one.key]}") for one in asked.fields}
    detail = _said(asked) | {"values": seen, "reason": _mac(asked.reason) if asked.reason else ""}
    record("reveal.made", by=by, subject=("reveal", look.pk), duty=REVEAL, detail=detail)
    return look


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
def _turned_away(asked: Asked, by: Person, why: str) -> None:
    subject = ("batch", asked.row.batch)
    detail = _said(asked) | {"why": why}
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
