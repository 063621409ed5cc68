"""States of a submission: from, verb, to, who (design.md 3)."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    RECEIVED = "received"  # 已接收: the file is kept, nothing is read yet
    CHECKED = "checked"  # 待确认: read and checked, the unit decides
    AWAITING = "awaiting"  # 待复核: a second person of the unit decides
    REFUSED = "refused"  # 已拒收: the file cannot be taken in as it is
    COMMITTED = "committed"  # 已入库
    WITHDRAWN = "withdrawn"  # 已放弃: the unit will hand in a mended file


LABELS = {
    State.RECEIVED: "已接收，检查中",
    State.CHECKED: "待确认",
    State.AWAITING: "待复核",
    State.REFUSED: "未入库",
    State.COMMITTED: "已入库",
    State.WITHDRAWN: "已放弃",
}


OUTCOMES = {
    "received": "已接收，检查中",
    "checked": "待确认",
    "accepted": "已入库",
    "partial": "部分入库，有待补正的行",
    "refused": "未入库",
    "awaiting": "待复核",
    "sent_back": "复核退回",
    "withdrawn": "已放弃",
    "returned": "已退回补正",
    "taken_back": "已撤回，不再使用",
}
"""What became of a submission, as its sender's machine is told (design.md 6)."""


class Transition(NamedTuple):
    source: State
    verb: str
    target: State
    duty: str


TRANSITIONS = (
    Transition(State.RECEIVED, "check", State.CHECKED, "submit_file"),
    Transition(State.RECEIVED, "refuse", State.REFUSED, "submit_file"),
    Transition(State.CHECKED, "commit", State.COMMITTED, "submit_file"),
    Transition(State.CHECKED, "refuse", State.REFUSED, "submit_file"),
    Transition(State.CHECKED, "adopt", State.RECEIVED, "submit_file"),
    Transition(State.REFUSED, "adopt", State.RECEIVED, "submit_file"),
    Transition(State.CHECKED, "check_again", State.RECEIVED, "decide_waiver"),
    Transition(State.CHECKED, "propose", State.AWAITING, "submit_file"),
    Transition(State.AWAITING, "commit", State.COMMITTED, "review_file"),
    Transition(State.AWAITING, "send_back", State.CHECKED, "review_file"),
    Transition(State.AWAITING, "refuse", State.REFUSED, "review_file"),
    Transition(State.AWAITING, "withdraw", State.WITHDRAWN, "submit_file"),
    Transition(State.CHECKED, "withdraw", State.WITHDRAWN, "submit_file"),
)


class NotPossible(Exception):
    """The verb does not lead on from the state that the submission is in."""


def after(source: str, verb: str) -> State:
    """The state that `verb` leads to from `source`; NotPossible when no transition says so."""
    for transition in TRANSITIONS:
        if transition.source == source and transition.verb == verb:
            return transition.target
    raise NotPossible(f"“{LABELS[State(source)]}”的报送不能这样办理")
