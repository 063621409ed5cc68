"""States of an edition; whether an approved one is in force is computed from its day, never stored."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    DRAFT = "draft"
    CHECKED = "checked"  # every check passed; waits for a second person
    APPROVED = "approved"
    DISCARDED = "discarded"


STATES = {State.DRAFT: "草稿", State.CHECKED: "待批准", State.APPROVED: "已批准", State.DISCARDED: "已作废"}


class Standing(StrEnum):
    """What a page says of an edition on a day."""

    DRAFT = "draft"
    CHECKED = "checked"
    AHEAD = "ahead"  # approved, its day has not come
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    RETIRING = "retiring"  # an approved retirement, its day has not come
    RETIRED = "retired"
    DISCARDED = "discarded"


LABELS = {
    Standing.DRAFT: "草稿",
    Standing.CHECKED: "待批准",
    Standing.AHEAD: "待生效",
    Standing.IN_FORCE: "现行",
    Standing.SUPERSEDED: "已被取代",
    Standing.RETIRING: "待停用",
    Standing.RETIRED: "已停用",
    Standing.DISCARDED: "已作废",
}


class Origin(StrEnum):
    FOLDER = "folder"  # the first edition of a code that was never published before
    RELEASE = "release"  # what a later release of the folder says differently
    OFFICE = "office"  # written in the editor


@dataclass(frozen=True)
class Transition:
    source: State
    verb: str
    target: State
    duty: str


TRANSITIONS = (
    Transition(State.DRAFT, "edit", State.DRAFT, "draft_definitions"),
    Transition(State.DRAFT, "submit", State.CHECKED, "draft_definitions"),
    Transition(State.CHECKED, "send_back", State.DRAFT, "approve_definitions"),
    Transition(State.CHECKED, "take_back", State.DRAFT, "draft_definitions"),
    Transition(State.CHECKED, "approve", State.APPROVED, "approve_definitions"),
    Transition(State.DRAFT, "discard", State.DISCARDED, "draft_definitions"),
    Transition(State.CHECKED, "discard", State.DISCARDED, "draft_definitions"),
)


class NotPossible(Exception):
    """The act cannot be done as asked; the Chinese text says why and what to do."""


def after(source: str, verb: str) -> State:
    """The state that `verb` leads to from `source`; NotPossible when no transition says so."""
    for transition in TRANSITIONS:
        if transition.source == source and transition.verb == verb:
            return transition.target
    raise NotPossible(f"这一版已经到了别的状态：现在是“{STATES[State(source)]}”，刚才这一步没有办")


def kept(text: str, otherwise: str = "", longest: int = 300) -> str:
    """A text as it is kept, whole or not at all; NotPossible with `otherwise` where there is none."""
    found = text.strip()
    if not found and otherwise:
        raise NotPossible(otherwise)
    if len(found) > longest:
        raise NotPossible(f"这里请不超过 {longest} 字，现在是 {len(found)} 字")
    return found


class Answer(StrEnum):
    """What became of a suggestion."""

    OPEN = "open"
    TAKEN = "taken"
    DECLINED = "declined"


ANSWERS = {Answer.OPEN: "待答复", Answer.TAKEN: "采纳", Answer.DECLINED: "不采纳"}
