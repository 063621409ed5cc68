"""Filters that people keep for their list."""

from __future__ import annotations

from django.db import transaction

from gongzhi.audit.actions import record
from gongzhi.organisation.models import Person
from gongzhi.work.models import SavedFilter

from .refused import Refused

MOST = 12
_NAME = 20


@transaction.atomic
def keep_filter(*, name: str, query: str, by: Person) -> SavedFilter:
    """Keep what the address says under a name; the same name again is written over."""
    title = name.strip()
    if not title or len(title) > _NAME:
        raise Refused(f"请给这个筛选起一个不超过 {_NAME} 字的名字")
    own = SavedFilter.objects.filter(person=by)
    if own.exclude(name=title).count() >= MOST:
        raise Refused(f"最多保存 {MOST} 个筛选，请先删去不用的")
    found, _ = SavedFilter.objects.update_or_create(person=by, name=title, defaults={"query": query[:300]})
    record("filter.kept", by=by, subject=("list", "work"), duty="do_work")
    return found


@transaction.atomic
def drop_filter(*, kept: SavedFilter, by: Person) -> None:
    """Forget one of one's own filters."""
    SavedFilter.objects.filter(pk=kept.pk, person=by).delete()
    record("filter.dropped", by=by, subject=("list", "work"), duty="do_work")
