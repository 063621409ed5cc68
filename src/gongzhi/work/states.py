"""States of a work item: from, verb, to. Which side may say a verb stands in its kind (definitions/work)."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    PENDING = "pending"  # 待签收: given, nobody has taken it
    FORWARDED = "forwarded"  # 转办: handed on, the new place has not taken it
    WORKING = "working"  # 办理中
    REVIEW = "review"  # 待审核: done, waits for the word of who gave it
    RETURNED = "returned"  # 已退回: done again
    DONE = "done"  # 办结
    WITHDRAWN = "withdrawn"  # 撤销, or merged into another


LABELS = {
    State.PENDING: "待签收", State.FORWARDED: "转办", State.WORKING: "办理中", State.REVIEW: "待审核",
    State.RETURNED: "已退回", State.DONE: "办结", State.WITHDRAWN: "撤销",
}  # fmt: skip
UNTAKEN = (State.PENDING, State.FORWARDED)
IN_HAND = (State.WORKING, State.RETURNED)
OPEN = (*UNTAKEN, *IN_HAND, State.REVIEW)


class Transition(NamedTuple):
    source: State
    verb: str
    target: State


def _from(sources: tuple[State, ...], verb: str, target: State | None = None) -> tuple[Transition, ...]:
    return tuple(Transition(source, verb, target or source) for source in sources)


TRANSITIONS = (
    *_from((*UNTAKEN, *IN_HAND), "take", State.WORKING),  # from one in hand: a colleague takes it over
    *_from(IN_HAND, "submit", State.REVIEW),
    *_from(IN_HAND, "finish", State.DONE),
    *_from((State.REVIEW,), "accept", State.DONE),
    *_from((State.REVIEW,), "send_back", State.RETURNED),
    *_from((*UNTAKEN, *IN_HAND), "forward", State.FORWARDED),
    *_from(OPEN, "withdraw", State.WITHDRAWN),
    *_from((*UNTAKEN, *IN_HAND), "split"),
    *_from((*UNTAKEN, *IN_HAND), "merge", State.WITHDRAWN),
    *_from((*UNTAKEN, *IN_HAND), "ask_time"),
    *_from((*UNTAKEN, *IN_HAND), "decide_time"),
    *_from(OPEN, "hand_over"),  # who has it leaves her post
    *_from(OPEN, "stand_in"),  # who carries it out in one's place is named, or no more
    *_from(OPEN, "comment"),
    *_from(OPEN, "attach"),
)

WORDS = {
    "open": "交办", "take": "签收", "submit": "办完送审", "finish": "办结", "accept": "审核通过",
    "send_back": "退回", "forward": "转办", "withdraw": "撤销", "split": "分解", "merge": "并入另一件",
    "ask_time": "申请延期", "decide_time": "答复延期", "comment": "留言", "attach": "上传附件",
    "hand_over": "交接", "stand_in": "指定AB角",
}  # fmt: skip
"""What the trail and the buttons call a verb."""


class NotPossible(Exception):
    """The transition does not exist from this state."""


def after(state: str, verb: str) -> State:
    """The state after `verb`; NotPossible when it is not allowed from here."""
    for transition in TRANSITIONS:
        if transition.source == state and transition.verb == verb:
            return transition.target
    raise NotPossible(f"{LABELS[State(state)]}的事项不能{WORDS[verb]}")


def possible(state: str, verb: str) -> bool:
    """Whether `verb` exists from this state."""
    return any(one.source == state and one.verb == verb for one in TRANSITIONS)
