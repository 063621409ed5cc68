"""States of an obligation, computed from its dates: disjoint and exhaustive (peers_collection.md 3)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class State(StrEnum):
    EXEMPT = "exempt"  # 免报
    NOT_DUE = "not_due"  # 未到期: the period is still open
    AWAITED = "awaited"  # 待报: the period has ended, the due day has not passed
    ON_TIME = "on_time"  # 按时
    LATE = "late"  # 逾期k天
    MISSING = "missing"  # 逾期未报
    ZERO = "zero"  # 零报告(按时)
    ZERO_LATE = "zero_late"  # 零报告(逾期)


LABELS = {
    State.EXEMPT: "免报",
    State.NOT_DUE: "未到期",
    State.AWAITED: "待报",
    State.ON_TIME: "按时",
    State.LATE: "逾期",
    State.MISSING: "逾期未报",
    State.ZERO: "零报告（按时）",
    State.ZERO_LATE: "零报告（逾期）",
}
COUNTED = (State.ON_TIME, State.LATE, State.MISSING, State.ZERO, State.ZERO_LATE)
"""The states inside the rates; 免报, 未到期 and 待报 stand outside every rate."""
REPORTED = (State.ON_TIME, State.LATE, State.ZERO, State.ZERO_LATE)
TIMELY = (State.ON_TIME, State.ZERO)


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
    @property
    def zero_at(self) -> dt.datetime | None: ...
    @property
    def extended_on(self) -> dt.date | None: ...
    @property
    def extended_due(self) -> dt.date | None: ...
    @property
    def returned_on(self) -> dt.date | None: ...
    @property
    def grace_due(self) -> dt.date | None: ...


def day_of(instant: dt.datetime | None) -> dt.date | None:
    """The day of an instant in Asia/Shanghai."""
    return instant.astimezone(SHANGHAI).date() if instant else None


def due_of(obligation: Dated, as_of: dt.date) -> dt.date | None:
    """The due day that holds on a day: the first one, or a later one that was given by then."""
    days = [obligation.due]
    if obligation.extended_on and obligation.extended_on <= as_of:
        days.append(obligation.extended_due)
    if obligation.returned_on and obligation.returned_on <= as_of:
        days.append(obligation.grace_due)
    return max((day for day in days if day is not None), default=None)


def standing(obligation: Dated, as_of: dt.date, *, exempt: bool = False) -> Standing:
    """Where an obligation stands at the end of `as_of`; what came in or was decided later does not count.

    `exempt`: whether a ruling of 免报 holds for it on that day (`queries.Exemptions`). A file counts before a
    zero report, both count before an exemption.
    """
    due = due_of(obligation, as_of)
    for instant, on_time, late_state in (
        (obligation.received_at, State.ON_TIME, State.LATE),
        (obligation.zero_at, State.ZERO, State.ZERO_LATE),
    ):
        day = day_of(instant)
        if day and day <= as_of:
            late = max(0, (day - due).days) if due else 0
            return Standing(late_state if late else on_time, late)
    return Standing(State.EXEMPT) if exempt else _open(obligation, due, as_of)


def _open(obligation: Dated, due: dt.date | None, as_of: dt.date) -> Standing:
    if obligation.period_end >= as_of:
        return Standing(State.NOT_DUE)
    if due is None or as_of <= due:
        return Standing(State.AWAITED)
    return Standing(State.MISSING, (as_of - due).days)


class Kind(StrEnum):
    """What can be said or asked about an obligation."""

    ZERO = "zero"
    EXEMPT = "exempt"
    EXTEND = "extend"
    ELSEWHERE = "elsewhere"

    @property
    def label(self) -> str:
        return {"zero": "零报告", "exempt": "免报", "extend": "延期", "elsewhere": "其他方式共享"}[self.value]


class RulingKind(StrEnum):
    """What the office rules about a resource."""

    EXEMPT = "exempt"
    PROVIDER = "provider"

    @property
    def label(self) -> str:
        return {"exempt": "免报", "provider": "提供单位核实"}[self.value]


class ActState(StrEnum):
    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"

    @property
    def label(self) -> str:
        return {
            "asked": "待决定", "granted": "已同意", "refused": "未同意", "withdrawn": "已撤回",
            "returned": "已退回",
        }[self.value]  # fmt: skip


class Transition(NamedTuple):
    source: ActState
    verb: str
    target: ActState
    duty: str


TRANSITIONS = (
    Transition(ActState.ASKED, "grant", ActState.GRANTED, "decide_waiver"),
    Transition(ActState.ASKED, "refuse", ActState.REFUSED, "decide_waiver"),
    Transition(ActState.ASKED, "withdraw", ActState.WITHDRAWN, "request_waiver"),
    Transition(ActState.GRANTED, "withdraw", ActState.WITHDRAWN, "request_waiver"),
    Transition(ActState.GRANTED, "return", ActState.RETURNED, "decide_waiver"),  # a zero report
    Transition(ActState.GRANTED, "end", ActState.WITHDRAWN, "decide_waiver"),  # a ruling is revoked
)


class NotPossible(Exception):
    """The act cannot be done as asked; the Chinese text says why and what to do."""


def after(source: str, verb: str) -> ActState:
    """The state that `verb` leads to from `source`; NotPossible when no transition says so."""
    for transition in TRANSITIONS:
        if transition.source == source and transition.verb == verb:
            return transition.target
    raise NotPossible(f"这件申请{ActState(source).label}，不能这样办理")
