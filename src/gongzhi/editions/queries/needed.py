"""What a draft takes away although it is read by name: parameters, wordings of checks, duties, units."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings

from gongzhi.editions.models import Edition
from gongzhi.engine.definitions import Duty, load_once, understood
from gongzhi.engine.definitions.editing import plain
from gongzhi.engine.definitions.law import ParametersFile
from gongzhi.engine.definitions.needed import PARAMETERS

_PLACE = re.compile(r"\{([a-z_]+)\}")
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
    elif draft.code == "organisation/units":
        yield from _units(draft)


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
    """Codes that a check of the folder names come and go with the check; all others are the program's, and so
    are the places that it fills in their texts.
    """
    own = load_once(settings.DEFINITIONS)
    checks = "".join(repr(one.compares) for one in own.history_checks.values())
    now, before = (
        {one["code"]: one for one in _value(it).get("findings", ())} for it in (draft, draft.basis)
    )
    for code, finding in own.findings.items():
        if f"'{code}'" in checks:
            continue
        if code not in now:
            yield f"检查提示“{finding.title}”（{code}）不能去掉，检查文件时要用它；可以改它的文字"
            continue
        known = _places(finding.message + finding.mend) | _places(_text(before.get(code, {})))
        if strange := sorted(_places(_text(now[code])) - known):
            may = "、".join(f"{{{one}}}" for one in sorted(known)) or "没有"
            yield f"检查提示“{finding.title}”里的 {{{strange[0]}}} 系统填不了；这一条可以用的：{may}"


def _text(finding: Mapping[str, str]) -> str:
    return finding.get("message", "") + finding.get("mend", "")


def _places(text: str) -> set[str]:
    return set(_PLACE.findall(text))


def _units(draft: Edition) -> Iterator[str]:
    """What a unit handed in, owed and decided stays under its key."""
    kept = {one["key"] for one in _value(draft).get("units", ())}
    yield from (
        f"单位“{one['name']}”不能去掉：它报送的批次、报送事项和账号仍用它。"
        "不再报送的，请在数据资源的提供单位里去掉；机构更名的，改它的名称"
        for one in _value(draft.basis).get("units", ()) if one["key"] not in kept
    )  # fmt: skip


def _duties(draft: Edition) -> Iterator[str]:
    value, own = _value(draft), load_once(settings.DEFINITIONS).duties
    kept = {one["key"]: one for one in value.get("duties", ())}
    yield from (
        f"职责“{duty.title}”不能去掉，系统按它定谁可以做什么；不用的，请从各角色里去掉"
        for key, duty in own.items() if key not in kept
    )  # fmt: skip
    yield from _weakened(own, kept)
    yield from _rescoped(draft)
    held = {key for role in value.get("roles", ()) for key in role.get("duties", ())}
    for key in DECIDING:
        if key in own and key not in held:
            yield f"没有一个角色有职责“{own[key].title}”，以后就没有人能改定义了"


def _weakened(own: Mapping[str, Duty], kept: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """What a duty lets its holder see, and what it stands apart from, is how the pages are made."""
    for key, duty in own.items():
        said = kept.get(key, {"opens": duty.opens, "apart": duty.apart})
        if set(duty.opens) - set(said.get("opens", ())):
            yield f"职责“{duty.title}”的 opens 不能减少，它的页面上有这些密级的信息"
        if set(duty.apart) - set(said.get("apart", ())):
            yield f"职责“{duty.title}”的 apart 不能减少，这些职责不得集于一人"


def _rescoped(draft: Edition) -> Iterator[str]:
    """Who was granted a role would see more, or less, overnight, and nobody granted it."""
    before = {one["key"]: one for one in _value(draft.basis).get("roles", ())}
    for one in _value(draft).get("roles", ()):
        if one["key"] in before and one["scope"] != before[one["key"]]["scope"]:
            yield f"角色“{one['title']}”的范围不能改，已授予的人会跟着改变；请另设一个角色，由安全管理员授予"
