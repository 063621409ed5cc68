"""States of an obligation, computed from its dates: disjoint and exhaustive (peers_collection.md 3)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class State(StrEnum):
    NOT_DUE = "not_due"  # 未到期: the period is still open
    AWAITED = "awaited"  # 待报: the period has ended, the due day has not passed
    ON_TIME = "on_time"  # 按时
    LATE = "late"  # 逾期k天
    MISSING = "missing"  # 逾期未报


LABELS = {
    State.NOT_DUE: "未到期",
    State.AWAITED: "待报",
    State.ON_TIME: "按时",
    State.LATE: "逾期",
    State.MISSING: "逾期未报",
}


@dataclass(frozen=True)
class Standing:
    """An obligation as of a day."""

    state: State
    days_late: int = 0

    @property
    def label(self) -> str:
        if self.state is State.LATE:
            return f"逾期{self.days_late}天"
        return LABELS[self.state]


class Dated(Protocol):
    """What a standing is computed from: an obligation's dates."""

    @property
    def period_end(self) -> dt.date: ...
    @property
    def due(self) -> dt.date | None: ...
    @property
    def received_at(self) -> dt.datetime | None: ...


def standing(obligation: Dated, as_of: dt.date) -> Standing:
    """Where an obligation stands at the end of `as_of`; what came in later does not count."""
    received = obligation.received_at.astimezone(SHANGHAI).date() if obligation.received_at else None
    if received and received <= as_of:
        late = max(0, (received - obligation.due).days) if obligation.due else 0
        return Standing(State.LATE if late else State.ON_TIME, late)
    if obligation.period_end >= as_of:
        return Standing(State.NOT_DUE)
    if obligation.due is None or as_of <= obligation.due:
        return Standing(State.AWAITED)
    return Standing(State.MISSING, (as_of - obligation.due).days)
