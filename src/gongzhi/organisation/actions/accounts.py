"""Accounts: registered by one administrator, approved by another, closed at once."""

from __future__ import annotations

import datetime as dt
import re
import secrets

from axes.utils import reset as forget_failures
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.organisation.models import Link, Person
from gongzhi.organisation.queries import (
    administrators,
    attempt_name,
    definitions,
    idle_accounts,
    link_digest,
)

from .grants import grant
from .refusal import Refused
from .sitting import end_all, lift_lock

LINK_HOURS = 24
USERNAME = re.compile(r"[a-z][a-z0-9._-]{1,39}")


@transaction.atomic
def register(*, username: str, name: str, unit: str, post: str = "", by: Person | None) -> Person:
    """Put a person on the roster; the account sleeps until it is approved and its link was used.

    `unit` is a unit's key, or empty for an enterprise's account. Refused: a name in use, an unknown unit.
    """
    username = username.strip().lower()
    if not USERNAME.fullmatch(username):
        raise Refused("登录名用小写字母开头，只含小写字母、数字、点、横线，2至40位")
    if unit and unit not in definitions().units:
        raise Refused(f"没有这个单位：{unit}")
    if Person.objects.filter(username=username).exists():
        raise Refused(f"登录名“{username}”已有人使用，请换一个")
    person = Person.objects.create(
        username=username, name=name, unit=unit, post=post, password="!", registered_by=by
    )
    record("person.registered", by=by, subject=("person", person.pk), detail={"unit": unit})
    return person


@transaction.atomic
def approve(*, person: Person, by: Person | None) -> None:
    """Let a registered account be activated; refused to whoever registered it, and for oneself."""
    if by and by.pk in {person.registered_by_id, person.pk}:
        raise Refused("登记人不能批准自己登记的账号，请由安全管理员办理")
    if person.approved_at is None:
        person.approved_at, person.approved_by = timezone.now(), by
        person.save(update_fields=["approved_at", "approved_by"])
        record("person.approved", by=by, subject=("person", person.pk))


@transaction.atomic
def disable(*, person: Person, by: Person, reason: str) -> Person:
    """Close an account at once: its sessions end with the next request, its open links with this act."""
    if by.pk == person.pk:
        raise Refused("不能停用自己的账号，请由另一名管理员办理")
    now = timezone.now()
    person.is_active, person.sitting = False, person.sitting + 1
    person.disabled_at, person.disabled_by, person.closed_idle = now, by, False
    person.save(update_fields=["is_active", "sitting", "disabled_at", "disabled_by", "closed_idle"])
    person.links.filter(used_at=None).update(used_at=now)
    end_all(person=person)
    record("person.disabled", by=by, subject=("person", person.pk), detail={"reason": reason})
    return person


def close_idle() -> int:
    """Close the accounts that nobody has used for long (queries.idle_accounts); returns how many."""
    return sum(_close_idle(person) for person in idle_accounts())


@transaction.atomic
def _close_idle(person: Person) -> int:
    now = timezone.now()
    unused = Person.objects.filter(pk=person.pk, last_login=person.last_login, disabled_at=None)
    if not unused.update(is_active=False, disabled_at=now, closed_idle=True):
        return 0  # used or closed in between
    person.links.filter(used_at=None).update(used_at=now)
    end_all(person=person)
    record(
        "person.closed_idle",
        by=None,
        subject=("person", person.pk),
        detail={"days": settings.IDLE_ACCOUNT_DAYS},
    )
    return 1


@transaction.atomic
def reopen(*, person: Person, by: Person, reason: str) -> Person:
    """Open again an account that was closed for idleness; a new password is due at the first sign-in.

    An account that an administrator closed is not opened here: who comes back is registered anew.
    """
    if by.pk == person.pk:
        raise Refused("不能恢复自己的账号，请由另一名管理员办理")
    if not (person.disabled_at and person.closed_idle):
        raise Refused("只有因长期未登录而停用的账号可以恢复；由管理员停用的，请重新登记")
    person.is_active, person.closed_idle, person.disabled_at = True, False, None
    person.must_change_password, person.reopened_at = True, timezone.now()
    person.save(
        update_fields=["is_active", "closed_idle", "disabled_at", "must_change_password", "reopened_at"]
    )
    record("person.reopened", by=by, subject=("person", person.pk), detail={"reason": reason})
    return person


@transaction.atomic
def issue_link(*, person: Person, purpose: str, by: Person | None) -> str:
    """A one-time token for activation (`activate`) or a new password (`reset`), valid for a day.

    Earlier links of the person end, so that one is open at most. The token is told once and never kept.
    """
    if by and by.pk == person.pk:
        raise Refused("不能给自己开通链接，请在“我的账号”修改密码，或请另一名管理员办理")
    if person.disabled_at:
        raise Refused("账号已停用，不能再开通链接")
    now = timezone.now()
    person.links.filter(used_at=None).update(used_at=now)
    token = secrets.token_urlsafe(32)
    expires = now + dt.timedelta(hours=LINK_HOURS)
    Link.objects.create(
        person=person, purpose=purpose, digest=link_digest(token), expires_at=expires, issued_by=by
    )
    record(f"password_link.{purpose}", by=by, subject=("person", person.pk))
    return token


@transaction.atomic
def unlock(*, person: Person, by: Person) -> None:
    """Forget the failed sign-ins of an account, so that it can be used before the lock ends by itself."""
    forget_failures(username=attempt_name(person.username))
    lift_lock(person=person, by=by)
    record("person.unlocked", by=by, subject=("person", person.pk))


@transaction.atomic
def first_administrators(*, system: str, security: str, audit: str) -> dict[str, str]:
    """The three accounts of a new home, by their login names; returns login name → activation token.

    Refused as soon as anybody is an administrator: from then on accounts have a register and an approver.
    """
    if administrators().exists():
        raise Refused("系统已有管理员，不能再次初始化")
    unit = definitions().district.office
    tokens = {}
    for username, role in (
        (system, "system_administrator"),
        (security, "security_administrator"),
        (audit, "audit_administrator"),
    ):
        title = definitions().roles[role].title
        person = register(username=username, name=title, unit=unit, post=title, by=None)
        approve(person=person, by=None)
        grant(person=person, role=role, basis="系统初始化", by=None)
        tokens[username] = issue_link(person=person, purpose="activate", by=None)
    return tokens
