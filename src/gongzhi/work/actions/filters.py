"""Filters that people keep for their list."""

from __future__ import annotations

from django.db import transaction

from gongzhi.audit.actions import record
from gongzhi.gate import sight_of
from gongzhi.organisation.models import Person
from gongzhi.work.models import SavedFilter
from gongzhi.work.queries import tidied

from .refused import Refused

MOST = 12
_NAME = 20
_QUERY = 1_000
_DUTIES = ("do_work", "give_work", "oversee_unit")


@transaction.atomic
def keep_filter(*, name: str, query: str, by: Person) -> SavedFilter:
    """Keep what the address says of the list under a name; the same name again is written over."""
    title, asked = _named(name), tidied(query)
    if len(asked) > _QUERY:
        raise Refused("筛选的条件太多，请减少后再保存")
    own = SavedFilter.objects.filter(person=by)
    if own.exclude(name=title).count() >= MOST:
        raise Refused(f"最多保存 {MOST} 个筛选，请先删去不用的")
    found, _ = SavedFilter.objects.update_or_create(person=by, name=title, defaults={"query": asked})
    _noted("filter.kept", by)
    return found


def _named(name: str) -> str:
    title = name.strip()
    if not title or len(title) > _NAME:
        raise Refused(f"请给这个筛选起一个不超过 {_NAME} 字的名字")
    return title


def _noted(verb: str, by: Person) -> None:
    duty = next((one for one in _DUTIES if sight_of(by).has(one)), "")
    record(verb, by=by, subject=("list", "我的待办"), duty=duty)


@transaction.atomic
def rename_filter(*, kept: SavedFilter, name: str, by: Person) -> SavedFilter:
    """Call one of one's own filters otherwise. Refused under a name that another one has."""
    title = _named(name)
    own = SavedFilter.objects.filter(person=by)
    if own.filter(name=title).exclude(pk=kept.pk).exists():
        raise Refused(f"已有名为“{title}”的筛选，请换一个名字")
    own.filter(pk=kept.pk).update(name=title)
    _noted("filter.renamed", by)
    return own.get(pk=kept.pk)


@transaction.atomic
def open_with(*, kept: SavedFilter, opens: bool, by: Person) -> SavedFilter:
    """The list opens with this filter, or no more; there is one such filter at most."""
    own = SavedFilter.objects.filter(person=by)
    own.exclude(pk=kept.pk).update(opens=False)
    own.filter(pk=kept.pk).update(opens=opens)
    _noted("filter.opens", by)
    return own.get(pk=kept.pk)


@transaction.atomic
def drop_filter(*, kept: SavedFilter, by: Person) -> None:
    """Forget one of one's own filters."""
    SavedFilter.objects.filter(pk=kept.pk, person=by).delete()
    _noted("filter.dropped", by)
