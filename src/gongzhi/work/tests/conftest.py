"""Work given to the liaison's unit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gongzhi.work import actions
from gongzhi.work.actions.giving import PlaceOfWork
from gongzhi.work.models import Item

UNIT = "construction_transport"


@pytest.fixture
def errand(cast: dict[str, Any]) -> Callable[..., Item]:
    """Gives one item to the liaison's unit, by the office."""

    def given(kind: str = "errand", title: str = "核对预售清单", **more: Any) -> Item:
        place = more.pop("place", PlaceOfWork(unit=UNIT))
        return actions.give(
            kind=kind, title=title, note="按楼盘核对", places=[place], by=cast["office"], **more
        )[0]

    return given
