"""What a draft takes away although the program reads it by name: parameters, wordings of checks, duties."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.conf import settings

from gongzhi.editions.models import Edition
from gongzhi.engine.definitions import load_once, understood
from gongzhi.engine.definitions.editing import plain
from gongzhi.engine.definitions.law import ParametersFile
from gongzhi.engine.definitions.needed import PARAMETERS

DECIDING = ("draft_definitions", "approve_definitions")
"""Without these nobody could ever change a definition again."""


def taken_away(draft: Edition, day: dt.date) -> Iterator[str]:
    """Each entry that the program would miss on a day, in a sentence; nothing where all are there."""
    if draft.retires or draft.basis is None:
        return
    if draft.kind == "parameters":
        yield from _parameters(draft, day)
    elif draft.code == "findings":
        yield from _findings(draft)
    elif draft.code == "roles":
        yield from _duties(draft)


def _value(edition: Edition | None) -> dict[str, list[dict[str, str]]]:
    return plain(str(next(iter(edition.texts.values())))) if edition and edition.texts else {}


def _parameters(draft: Edition, day: dt.date) -> Iterator[str]:
    ((name, text),) = draft.texts.items()
    said = {one.key: one for one in understood(name, text.encode(), ParametersFile)[1].parameters}
    for one in _value(draft.basis).get("parameters", ()):
        if one["key"] not in PARAMETERS:
            continue
        if one["key"] not in said:
            yield f"参数“{one['title']}”不能去掉，系统按它办理；要改，请登记新的取值"
        elif said[one["key"]].at(day) is None:
            yield f"参数“{one['title']}”在 {day} 没有取值，系统按它办理；请登记从这一天或以前起的取值"


def _findings(draft: Edition) -> Iterator[str]:
    """Codes that a check of the folder names come and go with the check; all others are the program's."""
    own = load_once(settings.DEFINITIONS)
    checks = "".join(repr(one.compares) for one in own.history_checks.values())
    kept = {one["code"] for one in _value(draft).get("findings", ())}
    for code, finding in own.findings.items():
        if code not in kept and f"'{code}'" not in checks:
            yield f"检查提示“{finding.title}”（{code}）不能去掉，检查文件时要用它；可以改它的文字"


def _duties(draft: Edition) -> Iterator[str]:
    value, own = _value(draft), load_once(settings.DEFINITIONS).duties
    kept = {one["key"] for one in value.get("duties", ())}
    yield from (
        f"职责“{duty.title}”不能去掉，系统按它定谁可以做什么；不用的，请从各角色里去掉"
        for key, duty in own.items() if key not in kept
    )  # fmt: skip
    held = {key for role in value.get("roles", ()) for key in role.get("duties", ())}
    for key in DECIDING:
        if key in own and key not in held:
            yield f"没有一个角色有职责“{own[key].title}”，以后就没有人能改定义了"
