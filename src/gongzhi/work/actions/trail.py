"""What every act on an item has in common: the row locked, the right looked at, the step written."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from gongzhi.gate import sight_of
from gongzhi.organisation.models import Person
from gongzhi.work.models import Item, Step
from gongzhi.work.queries import kind_of, why_not
from gongzhi.work.states import State, after

from .refused import Refused

LONGEST = 1_000


def locked(item: Item, verb: str, by: Person) -> Item:
    """The item as it is now, locked; Refused when it or its kind does not allow `verb` to this person."""
    now = Item.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if why := why_not(sight_of(by), now, verb):
        raise Refused(why)
    return now


def moved(item: Item, verb: str, by: Person | None, *, note: str = "", **changes: Any) -> Item:
    """Write the step and the new state; `changes` are fields of the item that the step records."""
    at, state = timezone.now(), after(item.state, verb)
    said = {name: [_plain(getattr(item, name)), _plain(value)] for name, value in changes.items()}
    item.state = state
    for name, value in changes.items():
        setattr(item, name, value)
    if state in {State.DONE, State.WITHDRAWN} and item.closed_at is None:
        item.closed_at = at
    item.save(update_fields=["state", "closed_at", *changes])
    Step.objects.create(item=item, at=at, verb=verb, by=by, note=words(note), changes=said)
    return item


def words(text: str, *, needed: str = "") -> str:
    """A text that somebody wrote, trimmed; Refused when too long, or missing where `needed` names it."""
    found = text.strip()
    if needed and not found:
        raise Refused(f"请写明{needed}")
    if len(found) > LONGEST:
        raise Refused(f"文字请不超过 {LONGEST} 字，现在是 {len(found)} 字；更长的请作为附件")
    return found


def duty_of(item: Item, side: str) -> str:
    """The duty under which a side acts, for the trail."""
    kind = kind_of(item)
    return kind.assignee if side == "assignee" else kind.reviewer


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, int, dict)):
        return value
    return value.name if isinstance(value, Person) else str(value)
