"""What the trail calls the things of this room."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from gongzhi.audit.queries import Describer, names_of
from gongzhi.gate import Sight
from gongzhi.organisation.queries import person_named, unit_name
from gongzhi.work.models import Delivery, Item, Letter, Message


def _items(identities: Collection[str], _: Sight) -> Mapping[str, str]:
    return names_of(Item.objects.all(), identities, lambda one: one.title)


def _letters(identities: Collection[str], _: Sight) -> Mapping[str, str]:
    return names_of(Letter.objects.all(), identities, lambda one: f"{one.title} {unit_name(one.unit)}")


def _messages(identities: Collection[str], _: Sight) -> Mapping[str, str]:
    rows = Message.objects.select_related("person")
    return names_of(rows, identities, lambda one: f"{person_named(one.person)} {one.day}")


def _deliveries(identities: Collection[str], _: Sight) -> Mapping[str, str]:
    rows = Delivery.objects.select_related("message__person", "announcement")
    return names_of(rows, identities, _delivery)


def _delivery(one: Delivery) -> str:
    to = person_named(one.message.person) if one.message else unit_name(one.unit)
    return f"{one.channel_label} {to} {one.day}"


NAMES: Mapping[str, Describer] = {
    "work": _items, "letter": _letters, "message": _messages, "delivery": _deliveries,
}  # fmt: skip
