"""What no office may decide about roles: tax secrets stay with the bureau, the three administrators apart.

The office may publish roles of its own making. What is written here is the law's, so it stands in code
(design.md 5; 征管法第八条; GB/T 22239 三员分立), and two people of the office cannot agree otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING, Any

from .strict import Location, Source

if TYPE_CHECKING:
    from .contents import Definitions

CLOSED_TO_TAX = {
    "own_unit": "本单位",
    "own_cell": "本网格",
    "machine": "接口",
    "system": "系统",
    "public": "公众",
}
"""Scopes of departments, streets, communities, machines, administrators: no tax detail of anybody."""
ADMINISTRATORS = {
    "系统管理": {"administer_accounts", "administer_system"},
    "安全管理": {"approve_accounts", "administer_grants", "administer_keys"},
    "审计管理": {"read_audit", "verify_integrity"},
}


def wall_faults(definitions: Definitions, source: Source) -> Iterator[tuple[Location, str]]:
    """Roles that would see what the law keeps from them, or hold what only one administrator may hold."""
    roles = source.value["roles"]
    titles = {duty.key: f"“{duty.title}”" for duty in definitions.duties.values()}
    tax = {duty.key for duty in definitions.duties.values() if "tax" in duty.opens}
    for place, role in enumerate(roles):
        for said in (*_shown(role, tax, titles), *_mixed(role, titles)):
            yield ("roles", place, "duties"), said
    for (place, one), (_, other) in combinations(enumerate(roles), 2):
        named = other["key"] in one.get("excludes", ()) or one["key"] in other.get("excludes", ())
        if not named and _kinds(one) != _kinds(other):
            said = f"{one['title']}和{other['title']}不得由一人兼任，请在 excludes 中写明（三员分立）"
            yield ("roles", place, "excludes"), said


def _shown(role: dict[str, Any], tax: set[str], titles: dict[str, str]) -> Iterator[str]:
    """Tax details that a role would see and may not."""
    scope = CLOSED_TO_TAX.get(role["scope"])
    if scope and (shown := sorted(tax & set(role["duties"]))):
        duties = "、".join(titles[key] for key in shown)
        yield f"{role['title']}的范围限于{scope}，不得承担{duties}：会看到涉税保密信息（征管法第八条）"


def _mixed(role: dict[str, Any], titles: dict[str, str]) -> Iterator[str]:
    """Duties of an administrator beside those of another one, or of anybody else."""
    kinds = _kinds(role)
    others = sorted(set(role["duties"]).difference(*ADMINISTRATORS.values()))
    if len(kinds) > 1:
        yield f"{role['title']}：{'、'.join(kinds)}的职责不得由同一角色承担（三员分立）"
    elif kinds and others:
        beside = "、".join(titles.get(key, key) for key in others)
        yield f"{role['title']}：{kinds[0]}的职责不得与{beside}由同一角色承担（三员分立）"
    elif kinds and role["scope"] != "system":
        yield f"{role['title']}承担{kinds[0]}的职责，范围应为 system（三员分立）"


def _kinds(role: dict[str, Any]) -> list[str]:
    """As which of the three administrators a role acts; empty for everybody else."""
    return [kind for kind, duties in ADMINISTRATORS.items() if duties & set(role["duties"])]
