"""Kinds of work, reminders and letters: how a duty is given, carried out, reminded of and chased."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import Field as Also
from pydantic import StringConstraints, model_validator

from .strict import Key, Location, Source, Strict, Text, Title

if TYPE_CHECKING:
    from .contents import Definitions

Party = Literal["assignee", "reviewer"]
Verb = Literal[
    "take", "submit", "finish", "accept", "send_back", "forward", "withdraw", "split", "merge",
    "ask_time", "decide_time", "comment", "attach",
]  # fmt: skip
About = Literal["taxpayer", "unit", "place"]
Address = Annotated[str, StringConstraints(pattern=r"^/[a-z0-9_/{}-]*$", max_length=120)]
ASSIGNEE = "assignee"


class FormField(Strict):
    """One question of a form: what the assignee must say, and nothing that the system knows."""

    key: Key
    title: Title
    type: Literal["text", "long_text", "choice", "yes_no", "number", "yuan", "day"]
    required: bool = False
    choices: tuple[Title, ...] = ()
    help: Text | None = None

    @model_validator(mode="after")
    def _choices(self) -> Self:
        if (self.type == "choice") != bool(self.choices):
            raise ValueError("choices 只用于 choice，且必须写明")
        return self


class WorkKind(Strict):
    """A kind of work item. The gate decides by the two duties; `may` says which verbs each side has.

    `assignee` is the duty of whoever carries it out, `reviewer` of whoever gave it and judges the result.
    A kind with `finish` ends in the assignee's hands, one with `submit` after the reviewer's word. `page` is
    the address of the page of another room where the item is worked on (`{subject}` is the subject's id);
    without it the item's own page shows `form`. `due_parameter` names how many days it has.
    """

    key: Key
    title: Title
    purpose: Text
    document: Title
    clause: Title
    since: dt.date
    assignee: Key
    reviewer: Key
    may: dict[Verb, tuple[Party, ...]]
    subjects: tuple[About, ...] = ()  # what one given by hand may be about; none: it stands for itself
    due_parameter: Key
    counted: Literal["days", "working_days"]
    reminders: Key  # the ladder that reminds of it
    given_by_hand: bool = False  # whether a reviewer may open one on the page
    page: Address | None = None
    form: tuple[FormField, ...] = ()

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if ("finish" in self.may) == ("submit" in self.may):
            raise ValueError("may 中 submit 与 finish 恰写一个")
        if ("submit" in self.may) != ("accept" in self.may and "send_back" in self.may):
            raise ValueError("submit 要与 accept、send_back 一起写")
        if self.page and re.search(r"[{}]", self.page.replace("{subject}", "")):
            raise ValueError("page 中花括号里只能写 subject")
        if len({field.key for field in self.form}) != len(self.form):
            raise ValueError("form 中的 key 重复")
        return self


class ReminderStep(Strict):
    """One rung: `days` after the due day (before it: negative), told to whom.

    `to` is `assignee`, or the duty by which the people are found who hold it over the assignee's place.
    """

    days: Annotated[int, Also(ge=-60, le=365)]
    to: Key
    letter: Key | None = None


class Ladder(Strict):
    """When and whom the machine reminds of what is due, step by step upwards.

    The ladder with `obligations` is the one for what units owe by the calendar; there is at most one.
    """

    key: Key
    title: Title
    document: Title
    clause: Title
    since: dt.date
    obligations: bool = False
    steps: Annotated[tuple[ReminderStep, ...], Also(min_length=1)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        days = [step.days for step in self.steps]
        if days != sorted(set(days)):
            raise ValueError("steps 应按 days 由早到晚，不重复")
        return self


class LetterTemplate(Strict):
    """The text of a letter that the machine drafts. Places in braces are filled, others are refused."""

    PLACES: ClassVar[frozenset[str]] = frozenset({"unit", "office", "district", "day", "count", "matters"})

    key: Key
    title: Title
    document: Title
    clause: Title
    since: dt.date
    salutation: Title
    paragraphs: Annotated[tuple[Text, ...], Also(min_length=1)]
    signature: Title

    @model_validator(mode="after")
    def _known_places(self) -> Self:
        text = "".join((self.title, self.salutation, *self.paragraphs, self.signature))
        for place in re.findall(r"{(.*?)}", text):
            if place not in self.PLACES:
                raise ValueError(f"没有这个可填的位置：{{{place}}}")
        if re.search(r"[{}]", re.sub(r"{\w+}", "", text)):
            raise ValueError("花括号要成对，里面写系统填入的词")
        return self


def work_faults(definitions: Definitions, source: Source) -> Iterator[tuple[Location, str]]:
    """References of a kind of work that lead nowhere."""
    value = source.value
    for side in ("assignee", "reviewer"):
        if value[side] not in definitions.duties:
            yield (side,), f"没有这个职责：{value[side]}"
    if value["due_parameter"] not in definitions.parameters:
        yield ("due_parameter",), f"没有这个参数：{value['due_parameter']}"
    if value["reminders"] not in definitions.ladders:
        yield ("reminders",), f"没有这个提醒阶梯：{value['reminders']}"


def ladder_faults(definitions: Definitions, source: Source) -> Iterator[tuple[Location, str]]:
    """References of a ladder that lead nowhere, and a second ladder for what the calendar asks."""
    others = [one.key for one in definitions.ladders.values() if one.obligations]
    if source.value.get("obligations") and others != [source.value["key"]]:
        yield ("obligations",), f"报送事项只能用一个提醒阶梯：{'、'.join(others)}"
    for place, step in enumerate(source.value["steps"]):
        if step["to"] != ASSIGNEE and step["to"] not in definitions.duties:
            yield ("steps", place, "to"), f"没有这个职责：{step['to']}"
        if step.get("letter") not in {None, *definitions.letters}:
            yield ("steps", place, "letter"), f"没有这个函件模板：{step['letter']}"
