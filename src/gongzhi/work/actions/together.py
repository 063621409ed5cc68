"""Several items at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import transaction

from gongzhi.gate import sight_of
from gongzhi.organisation.models import Person
from gongzhi.work.models import Item
from gongzhi.work.queries import may

from .deciding import accept, send_back
from .holding import take
from .refused import Refused


@transaction.atomic
def together(*, items: Sequence[Item], verb: str, note: str, by: Person) -> int:
    """Say `verb` (take, accept, send_back) of all that allow it; each keeps its own step and event.

    Returns how many; what somebody did meanwhile is left alone. Refused when none is left, or as one alone.
    """
    sight = sight_of(by)
    now = Item.objects.select_for_update(of=("self",)).filter(pk__in=[item.pk for item in items])
    found = [item for item in now if may(sight, item, verb)]
    if not found:
        raise Refused("选中的事项现在都不能这样办理，请刷新后再选")
    for item in found:
        _ACTS[verb](item, note, by)
    return len(found)


def _take(item: Item, _: str, by: Person) -> None:
    take(item=item, by=by)


def _accept(item: Item, note: str, by: Person) -> None:
    accept(item=item, note=note, by=by)


def _send_back(item: Item, note: str, by: Person) -> None:
    send_back(item=item, note=note, by=by)


_ACTS: dict[str, Callable[[Item, str, Person], None]] = {
    "take": _take, "accept": _accept, "send_back": _send_back,
}  # fmt: skip
