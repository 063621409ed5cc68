"""Items are taken, talked about, and asked more time for."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.organisation.models import Person
from gongzhi.work.models import Item

from .refused import Refused
from .trail import duty_of, locked, moved, words

_WHY = 300


@transaction.atomic
def take(*, item: Item, by: Person) -> Item:
    """签收: this person carries it out; taken over from a colleague, both stand in the trail."""
    now = locked(item, "take", by)
    moved(now, "take", by, person=by, stand_in=None if now.stand_in_id == by.pk else now.stand_in)
    record("work.taken", by=by, subject=("work", now.pk), duty=duty_of(now, "assignee"))
    return now


@transaction.atomic
def comment(*, item: Item, note: str, by: Person) -> Item:
    """留言: seen by everybody who sees the item."""
    now = locked(item, "comment", by)
    moved(now, "comment", by, note=words(note, needed="留言"))
    record("work.commented", by=by, subject=("work", now.pk), duty=duty_of(now, "assignee"))
    return now


@transaction.atomic
def ask_time(*, item: Item, wanted: dt.date, note: str, by: Person) -> Item:
    """申请延期: a later day, and why. The day stays as it is until the other side has answered."""
    now = locked(item, "ask_time", by)
    if wanted <= max(now.due, timezone.localdate()):
        raise Refused("申请的日期应晚于现在的期限和今天")
    why = words(note, needed="延期的理由")
    if len(why) > _WHY:
        raise Refused(f"理由请不超过 {_WHY} 字")
    moved(now, "ask_time", by, note=why, wanted_due=wanted, wanted_why=why)
    record("work.time_asked", by=by, subject=("work", now.pk), duty=duty_of(now, "assignee"))
    return now


@transaction.atomic
def decide_time(*, item: Item, grant: bool, note: str, by: Person) -> Item:
    """答复延期: granted, the day moves; refused, it stays and a reason is needed."""
    now = locked(item, "decide_time", by)
    answer = words(note, needed="" if grant else "不同意的理由")
    due = now.wanted_due if grant and now.wanted_due else now.due
    said = f"{'同意' if grant else '不同意'}。{answer}" if answer else "同意"
    moved(now, "decide_time", by, note=said, due=due, wanted_due=None, wanted_why="")
    record("work.time_decided", by=by, subject=("work", now.pk), duty=duty_of(now, "reviewer"))
    return now
