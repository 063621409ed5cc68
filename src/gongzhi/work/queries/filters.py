"""Filters of 我的待办 that people keep: the address of a list without its place in it."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django.db.models import QuerySet

from gongzhi.gate import Sight
from gongzhi.work.models import SavedFilter

_KEPT = ("view", "q", "kind", "place", "about", "sort", "column")


def filters_of(sight: Sight) -> QuerySet[SavedFilter]:
    """The filters that the reader has kept."""
    own = SavedFilter.objects.all()
    return own.filter(person=UUID(sight.person)) if sight.person else own.none()


def opening_of(sight: Sight) -> SavedFilter | None:
    """The one with which her list opens."""
    return filters_of(sight).filter(opens=True).first()


def tidied(query: str) -> str:
    """What of an address makes the list what it is: its page and the way back are left out."""
    said = parse_qsl(query.lstrip("?"))
    return urlencode([(name, value) for key in _KEPT for name, value in said if name == key])
