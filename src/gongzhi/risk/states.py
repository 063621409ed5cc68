"""States of a hit: from, verb, to, who (reference/domain.md 5.4)."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    OPEN = "open"  # 新命中: found by the latest scan, nobody has decided yet
    CLEARED = "cleared"  # 已自动消除: a later scan no longer finds it
    EXCLUDED = "excluded"  # 已排除: a person explained why it is none


LABELS = {State.OPEN: "新命中", State.CLEARED: "已自动消除", State.EXCLUDED: "已排除"}


STEP_LABELS = {
    "find": "比对命中",
    "change": "数据变化，重新计算",
    "clear": "不再命中，自动消除",
    "find_again": "再次命中",
    "exclude": "排除",
    "reopen": "撤销排除，重新打开",
}


class Transition(NamedTuple):
    source: State
    verb: str
    target: State
    duty: str


TRANSITIONS = (
    Transition(State.OPEN, "clear", State.CLEARED, "run_scan"),
    Transition(State.OPEN, "exclude", State.EXCLUDED, "decide_hits"),
    Transition(State.EXCLUDED, "reopen", State.OPEN, "decide_hits"),
    Transition(State.CLEARED, "find_again", State.OPEN, "run_scan"),
    Transition(State.EXCLUDED, "find_again", State.OPEN, "run_scan"),
)


class NotPossible(Exception):
    """The transition does not exist from this state."""


def after(state: str, verb: str) -> State:
    """The state after `verb`; NotPossible when it is not allowed from here."""
    for transition in TRANSITIONS:
        if transition.source == state and transition.verb == verb:
            return transition.target
    raise NotPossible(f"{state} → {verb}")


class Grade(StrEnum):
    HIGH = "high"
    MIDDLE = "middle"
    LOW = "low"


GRADE_LABELS = {Grade.HIGH: "高", Grade.MIDDLE: "中", Grade.LOW: "低"}
