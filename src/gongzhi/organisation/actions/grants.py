"""Give and end grants."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.organisation.models import Grant, Person
from gongzhi.organisation.queries import definitions, in_force

from .refusal import Refused


@transaction.atomic
def grant(
    *,
    person: Person,
    role: str,
    unit: str = "",
    cell: str = "",
    basis: str,
    by: Person | None,
    until: dt.datetime | None = None,
) -> Grant:
    """Give a role until `until` (None: without end); giving it again changes nothing but the end.

    Where it ran out meanwhile, it is given anew from now on: the time between was without it.

    Refused: for oneself, for an account that one has registered, where a role excludes another that the
    person holds, and where unit or cell does not fit the role's scope.
    """
    Person.objects.select_for_update().get(pk=person.pk)  # two grants at once must not slip past `excludes`
    _refuse_who(person, by)
    _refuse_where(role, unit, cell)
    _refuse_excluded(person, role)
    now = timezone.now()
    held = Grant.objects.filter(person=person, role=role, unit=unit, cell=cell, ended_at=None)
    held.filter(valid_until__lte=now).update(ended_at=F("valid_until"))
    given, fresh = Grant.objects.get_or_create(
        person=person,
        role=role,
        unit=unit,
        cell=cell,
        ended_at=None,
        defaults={"valid_from": now, "valid_until": until, "basis": basis, "granted_by": by},
    )
    if not fresh and given.valid_until != until:
        given.valid_until, given.basis, given.granted_by = until, basis, by
        given.save(update_fields=["valid_until", "basis", "granted_by"])
    detail = {"role": role, "unit": unit, "cell": cell, "basis": basis}
    record("grant.given", by=by, subject=("person", person.pk), detail=detail)
    return given


def _refuse_who(person: Person, by: Person | None) -> None:
    if by and by.pk == person.pk:
        raise Refused("不能给自己授权，请由另一名管理员办理")
    if by and by.pk == person.registered_by_id:
        raise Refused("登记账号的人不能再给它授权，请由安全管理员办理")
    if person.disabled_at:
        raise Refused("账号已停用，不能授权")


def _refuse_where(role: str, unit: str, cell: str) -> None:
    definition = definitions().roles.get(role)
    if definition is None:
        raise Refused(f"没有这个岗位角色：{role}")
    if definition.scope == "machine":
        raise Refused(f"“{definition.title}”由接口凭据承担，不授予人")
    if definition.scope == "own_unit" and unit not in definitions().units:
        raise Refused(f"“{definition.title}”要指定单位")
    if definition.scope == "own_cell" and cell not in definitions().cells:
        raise Refused(f"“{definition.title}”要指定网格（街道或社区）")


def _refuse_excluded(person: Person, role: str) -> None:
    roles = definitions().roles
    for held in in_force(person):
        other = roles.get(held.role)
        if held.role in roles[role].excludes or (other and role in other.excludes):
            title = other.title if other else held.role
            raise Refused(f"“{roles[role].title}”与已有的“{title}”不得由一人兼任，请先收回后者")


@transaction.atomic
def end_grant(*, grant: Grant, by: Person) -> None:
    """End a grant at once; the row stays as history."""
    if by.pk == grant.person_id:
        raise Refused("不能收回自己的授权，请由另一名管理员办理")
    if grant.ended_at is None:
        grant.ended_at, grant.ended_by = timezone.now(), by
        grant.save(update_fields=["ended_at", "ended_by"])
        record("grant.ended", by=by, subject=("person", grant.person_id), detail={"role": grant.role})
