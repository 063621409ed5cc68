"""Several items at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from gongzhi.gate import sight_of
from gongzhi.organisation.models import Person
from gongzhi.work.models import Item
from gongzhi.work.queries import may, why_alone

from .deciding import accept, finish, send_back
from .giving import forward, merge, split, withdraw
from .holding import ask_time, decide_time, take
from .refused import Refused

Said = Mapping[str, Any]


@dataclass(frozen=True)
class Together:
    """What became of several items: those that were done, and those that were not, each with why."""

    done: tuple[Item, ...]
    left: tuple[tuple[Item, str], ...]


@transaction.atomic
def together(*, items: Sequence[Item], verb: str, said: Said, by: Person) -> Together:
    """Say `verb` (one of TOGETHER) of all that allow it; each keeps its own step and event.

    `said` is what the verb asks: note, place, wanted, grant, into (the id of one of the items), parts. What
    cannot be done is left as it is, with the reason; all that is done is done in one transaction.
    """
    wanted = [item for item in items if verb != "merge" or item.pk != said["into"]]
    _locked(items)
    done, left = [], []
    for item in wanted:
        try:
            with transaction.atomic():
                _told(item, verb, said, by)
        except Refused as error:
            left.append((item, str(error)))
        else:
            done.append(item)
    return Together(tuple(done), tuple(left))


def _locked(items: Sequence[Item]) -> None:
    """Always in the same order: of two people who choose the same items, one waits for the other."""
    rows = Item.objects.select_for_update(of=("self",)).filter(pk__in=[item.pk for item in items])
    list(rows.order_by("pk").values_list("pk", flat=True))


def _told(item: Item, verb: str, said: Said, by: Person) -> None:
    now = Item.objects.select_related("person").get(pk=item.pk)
    if may(sight_of(by), now, verb) and (why := why_alone(now, verb)):
        raise Refused(why)
    TOGETHER[verb](now, said, by)


def _merge(item: Item, into: UUID, by: Person) -> None:
    merge(item=item, into=Item.objects.get(pk=into), by=by)


TOGETHER: dict[str, Callable[[Item, Said, Person], object]] = {
    "take": lambda item, said, by: take(item=item, by=by),  # noqa: ARG005  # all acts are called alike
    "finish": lambda item, said, by: finish(item=item, answer=item.answer, by=by),  # noqa: ARG005  # the same
    "accept": lambda item, said, by: accept(item=item, note=said["note"], by=by),
    "send_back": lambda item, said, by: send_back(item=item, note=said["note"], by=by),
    "forward": lambda item, said, by: forward(item=item, place=said["place"], note=said["note"], by=by),
    "ask_time": lambda item, said, by: ask_time(item=item, wanted=said["wanted"], note=said["note"], by=by),
    "decide_time": lambda item, said, by: decide_time(
        item=item, grant=said["grant"], note=said["note"], by=by
    ),
    "split": lambda item, said, by: split(item=item, titles=said["parts"], by=by),
    "merge": lambda item, said, by: _merge(item, said["into"], by),
    "withdraw": lambda item, said, by: withdraw(item=item, note=said["note"], by=by),
}
"""The verbs that several items can be told at once, in the order of the page."""
