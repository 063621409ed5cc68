"""Score items (评分项): what of a unit's part in the notice is measured, and how much it counts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field as Also
from pydantic import model_validator

from .organisation import UnitKind
from .strict import Key, Strict, Text, Title


class Measure(StrEnum):
    """The rates that the house computes for every unit from what a cut-off freezes.

    There is none for tax collected and none for the growth of revenue: neither ever scores a unit. Whoever
    adds a measure here adds one of how a unit does its part, not of what came of it.
    """

    TIMELY = "timely"  # 按时率
    REPORTED = "reported"  # 报送率
    FIRST_PASS = "first_pass"  # 一次通过率
    ROWS_PASSED = "rows_passed"  # 一次合格行率
    FILLED = "filled"  # 填报完整率


class ScoreItem(Strict):
    """One item: a measure of units of some kinds, with its full marks.

    `proposed`: the notice names no such item; it stands for the office to confirm or to change.
    """

    key: Key
    title: Title
    kinds: Annotated[tuple[UnitKind, ...], Also(min_length=1)]
    measure: Measure
    marks: Annotated[Decimal, Also(gt=0, le=100)]
    clause: Title
    document: Title
    since: dt.date
    proposed: bool = False
    note: Text | None = None


class ScoreItemsFile(Strict):
    items: Annotated[tuple[ScoreItem, ...], Also(min_length=1)]

    @model_validator(mode="after")
    def _once(self) -> Self:
        """Nothing is counted twice against one unit."""
        met: dict[tuple[UnitKind, Measure], str] = {}
        for item in self.items:
            for kind in item.kinds:
                if (first := met.setdefault((kind, item.measure), item.title)) != item.title:
                    raise ValueError(f"“{first}”和“{item.title}”对同一类单位评同一个指标，只能留一个")
        return self
