"""重点保护 and 回避: who is put on the list, and taken off it."""

from __future__ import annotations

import re

from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.disclosure.models import Guard
from gongzhi.disclosure.queries import KEEPS, guards_visible_to, normal
from gongzhi.engine.definitions import REVEAL
from gongzhi.gate import sight_of
from gongzhi.organisation.models import Person

from .refusal import Refused

_NUMBER = re.compile(r"[0-9A-Z]{15,18}")


@transaction.atomic
def guard(*, number: str, name: str, reason: str, by: Person, person: Person | None = None) -> Guard:
    """Protect somebody (no `person`), or recuse a person from a party; everybody may recuse herself.

    Refused for a number that is none, without name or reason, and to who does not keep the list.
    """
    keeps, code = sight_of(by).has(KEEPS), normal(number)
    if not keeps and (person is None or person.pk != by.pk):
        raise Refused(("", "只能登记自己应当回避的当事人"), code="not_allowed")
    if not _NUMBER.fullmatch(code):
        raise Refused(("number", "请填写证件号码或统一社会信用代码，15至18位"))
    if not (name.strip() and reason.strip()):
        raise Refused(("reason", "请写明姓名或名称，以及理由"))
    made = Guard(person=person, reason=reason.strip()[:300], begun_by=by, begun_at=timezone.now())
    made.keep(code, name.strip())
    made.save()
    _record("begun", made, by)
    return made


@transaction.atomic
def end_guard(*, guard: Guard, by: Person) -> Guard:
    """Take an entry off. Refused to who may not see it, and when it is over.

    Only who keeps the list takes off: a recusal that one may lift oneself holds nobody off.
    """
    now = guards_visible_to(sight_of(by)).select_for_update(of=("self",)).filter(pk=guard.pk).first()
    if now is None or not sight_of(by).has(KEEPS):
        raise Refused(("", "只能由安全管理员移出"), code="not_allowed")
    if now.ended_at:
        raise Refused(("", "这一条已经移出"))
    now.ended_by, now.ended_at = by, timezone.now()
    now.save(update_fields=["ended_by", "ended_at"])
    _record("ended", now, by)
    return now


def _record(verb: str, made: Guard, by: Person) -> None:
    duty = KEEPS if sight_of(by).has(KEEPS) else REVEAL
    detail = {"person": str(made.person_id or ""), "kind": "recusal" if made.person_id else "protected"}
    record(f"guard.{verb}", by=by, subject=("guard", made.pk), duty=duty, detail=detail)
