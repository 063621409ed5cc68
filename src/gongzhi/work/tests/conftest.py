"""Work given to the liaison's unit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gongzhi.catalogue.queries import matters
from gongzhi.work import actions, queries
from gongzhi.work.actions.giving import PlaceOfWork
from gongzhi.work.models import Item, Message
from gongzhi.work.queries import Matter

UNIT = "construction_transport"
TODAY = dt.date(2026, 9, 10)


def matter(due: dt.date, key: str = "obligation:1", **more: Any) -> Matter:
    """What the liaison's unit owes."""
    title = "9.5 商品房预售信息（2026年三季度）"
    return Matter(key, title, due, "/obligations/1", "submit_file", "usual", unit=UNIT, **more)


def said(cast: dict[str, Any], who: str) -> list[str]:
    """The lines of somebody's messages."""
    return [text for one in Message.objects.filter(person=cast[who]) for text, _ in one.lines]


@pytest.fixture
def errand(cast: dict[str, Any]) -> Callable[..., Item]:
    """Gives one item to the liaison's unit, by the office."""

    def given(kind: str = "errand", title: str = "核对预售清单", **more: Any) -> Item:
        place = more.pop("place", PlaceOfWork(unit=UNIT))
        return actions.give(
            kind=kind, title=title, note="按楼盘核对", places=[place], by=cast["office"], **more
        )[0]

    return given


@pytest.fixture
def owing() -> Iterator[Callable[..., list[Matter]]]:
    """What units owe is what is named here."""

    def named(*those: Matter) -> list[Matter]:
        queries.bind_owed(lambda day: list(those))
        return list(those)

    yield named
    queries.bind_owed(matters)
