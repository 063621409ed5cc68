"""The office issues a drafted letter, or decides not to."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.organisation.models import Person
from gongzhi.work.models import Address, Letter, Message
from gongzhi.work.queries import answering, drawn, matters_on

from .refused import Refused
from .telling import tell_people

_SETTLED = "函里的事项都已办结或改期"


@transaction.atomic
def decide_letter(*, letter: Letter, issue: bool, by: Person, reason: str = "") -> Letter:
    """签发, with the next number of the year, or 不发 with a reason; who answers for the unit is told.

    What was met or moved since the draft is left out. Refused when nothing is left, when decided already,
    and without a reason where something is left and it is not sent.
    """
    now = Letter.objects.select_for_update().get(pk=letter.pk)
    if now.state != "drafted":
        raise Refused(f"这份函件{now.state_label}，不能再改")
    now.state, now.decided_by, now.decided_at = "issued" if issue else "withdrawn", by, timezone.now()
    today = timezone.localdate()
    settled = not drawn(now, matters_on(today), today).matters
    if issue:
        if settled:
            raise Refused(f"{_SETTLED}，没有可催的了，请点“不发”")
        year = today.year
        used = Letter.objects.filter(number__startswith=f"〔{year}〕").count()
        now.number = f"〔{year}〕{used + 1}号"
    else:
        now.reason = reason.strip() or (_SETTLED if settled else "")
        if not now.reason:
            raise Refused("请写明不发的理由")
    now.save(update_fields=None if issue else ["state", "decided_by", "decided_at", "reason"])
    if issue:
        text = f"收到《{now.title}》{now.number}，请按函中的期限办理"
        tell_people(people=answering(now.unit), text=text, address=f"/letters/{now.pk}", by=by)
    detail = {"verdict": now.state}
    record("letter.decided", by=by, subject=("letter", now.pk), duty="chase_units", detail=detail)
    return now


@transaction.atomic
def read_messages(*, by: Person) -> int:
    """Mark all of one's messages as read; returns how many were not."""
    count = Message.objects.filter(person=by, read_at=None).update(read_at=timezone.now())
    if count:
        record("message.read", by=by, subject=("list", "消息"), duty="do_work")
    return count


@transaction.atomic
def keep_address(*, mail: str, by: Person) -> None:
    """Where to send one's reminders; an empty text takes the address away."""
    if mail:
        address = Address(person=by)
        address.keep(mail)
        address.save()
    else:
        Address.objects.filter(person=by).delete()
    record("address.kept" if mail else "address.dropped", by=by, subject=("person", by.pk), duty="do_work")
