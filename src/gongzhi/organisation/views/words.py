"""Grants, accounts and keys in words, for pages and workbooks alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone

from gongzhi.engine.definitions import Resource
from gongzhi.lists import Mark
from gongzhi.organisation.actions import Refused
from gongzhi.organisation.models import ApiKey, Grant, Person
from gongzhi.organisation.queries import cell_name, definitions, unit_name

EVERYWHERE = {"all_units": "全区", "system": "系统", "own_taxpayer": "本企业", "public": "公开"}


def state_of(person: Person) -> Mark:
    """The state of an account as a mark."""
    if person.disabled_at:
        return Mark("已停用", "stop")
    if person.approved_at is None:
        return Mark("待批准", "warn")
    return Mark("正常", "good") if person.is_active else Mark("待激活", "note")


def state_of_key(key: ApiKey) -> Mark:
    """The state of a machine's key as a mark."""
    if key.ended_at:
        return Mark("已停用", "stop")
    if key.until <= timezone.now():
        return Mark("已过期", "stop")
    if key.approved_at is None:
        return Mark("待批准", "warn")
    return Mark("在用", "good") if key.issued_at else Mark("待取密钥", "note")


def scope_words(key: ApiKey, owed: Sequence[Resource]) -> list[str]:
    """The resources that a key may hand in, each with its title."""
    return [f"{one.number} {one.title}" for one in owed if one.number in (key.resources or [one.number])]


def state_of_grant(grant: Grant) -> Mark:
    """Whether a grant counts: ended by somebody, over by itself, or in force."""
    if grant.ended_by:
        return Mark("已收回", "note")
    over = grant.valid_until is not None and grant.valid_until <= timezone.now()
    return Mark("已到期", "note") if over else Mark("有效", "good")


def scope_of(grant: Grant) -> str:
    """Where a grant counts."""
    if grant.cell:
        return cell_name(grant.cell)
    role = definitions().roles.get(grant.role)
    return EVERYWHERE.get(role.scope if role else "", "") or unit_name(grant.unit)


def grant_words(grant: Grant) -> dict[str, Any]:
    """A grant for a page: its title, purpose, scope and duties in words."""
    role = definitions().roles.get(grant.role)
    duties = definitions().duties
    return {
        "grant": grant,
        "title": role.title if role else grant.role,
        "purpose": role.purpose if role else "定义中已没有这个角色，不再生效",
        "scope": scope_of(grant),
        "state": state_of_grant(grant),
        "duties": [duties[duty].title for duty in role.duties if duty in duties] if role else [],
    }


def tell(request: HttpRequest, act: Callable[..., Any], done: str, **values: object) -> None:
    """Run an action that has no form; its outcome is a message on the next page."""
    try:
        act(**values)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
