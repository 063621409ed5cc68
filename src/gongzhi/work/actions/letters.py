"""The office issues a drafted letter, or decides not to."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.organisation.models import Person
from gongzhi.work.models import Address, Letter, Message

from .refused import Refused


@transaction.atomic
def decide_letter(*, letter: Letter, issue: bool, by: Person) -> Letter:
    """签发, with the next number of the year, or 不发. Refused when it was decided already."""
    now = Letter.objects.select_for_update().get(pk=letter.pk)
    if now.state != "drafted":
        raise Refused(f"这份函件{now.state_label}，不能再改")
    now.state, now.decided_by, now.decided_at = "issued" if issue else "withdrawn", by, timezone.now()
    if issue:
        year = timezone.localdate().year
        used = Letter.objects.filter(number__startswith=f"〔{year}〕").count()
        now.number = f"〔{year}〕{used + 1}号"
    now.save(update_fields=["state", "decided_by", "decided_at", "number"])
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
