"""Make accounts, give and end grants, set passwords: each act with its event."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record

from .models import FormerPassword, Grant, Link, Person
from .queries import definitions, in_force

LINK_HOURS = 24
PASSWORDS_REMEMBERED = 5


class Refused(Exception):
    """An act of this room that cannot be done; the text says why and how to mend it, in Chinese."""


@transaction.atomic
def register(*, username: str, name: str, unit: str, post: str = "", by: Person | None) -> Person:
    """Put a person on the roster; the account sleeps until its activation link is used."""
    if unit not in definitions().units:
        raise Refused(f"没有这个单位：{unit}")
    if Person.objects.filter(username=username).exists():
        raise Refused(f"登录名“{username}”已有人使用，请换一个")
    person = Person.objects.create(username=username, name=name, unit=unit, post=post, password="!")
    record("person.registered", by=by, subject=("person", person.pk), detail={"unit": unit})
    return person


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
    """Give a role; refused for oneself and where the role excludes one that the person holds."""
    definition = definitions().roles.get(role)
    if definition is None:
        raise Refused(f"没有这个岗位角色：{role}")
    if by and by.pk == person.pk:
        raise Refused("不能给自己授权，请由另一名管理员办理")
    for held in in_force(person):
        other = definitions().roles.get(held.role)
        if held.role in definition.excludes or (other and role in other.excludes):
            raise Refused(
                f"“{definition.title}”与已有的“{other.title if other else held.role}”不得由一人兼任"
            )
    given, _ = Grant.objects.get_or_create(
        person=person,
        role=role,
        unit=unit,
        cell=cell,
        ended_at=None,
        defaults={"valid_from": timezone.now(), "valid_until": until, "basis": basis, "granted_by": by},
    )
    detail = {"role": role, "unit": unit, "cell": cell, "basis": basis}
    record("grant.given", by=by, subject=("person", person.pk), detail=detail)
    return given


@transaction.atomic
def end_grant(*, grant: Grant, by: Person) -> None:
    """End a grant at once; the row stays as history."""
    if grant.ended_at is None:
        grant.ended_at, grant.ended_by = timezone.now(), by
        grant.save(update_fields=["ended_at", "ended_by"])
        record("grant.ended", by=by, subject=("person", grant.person_id), detail={"role": grant.role})


@transaction.atomic
def issue_link(*, person: Person, purpose: str, by: Person | None) -> str:
    """A one-time token for activation or a new password, valid for a day; earlier ones end."""
    person.links.filter(used_at=None, purpose=purpose).update(used_at=timezone.now())
    token = secrets.token_urlsafe(32)
    expires = timezone.now() + dt.timedelta(hours=LINK_HOURS)
    Link.objects.create(
        person=person, purpose=purpose, digest=_digest(token), expires_at=expires, issued_by=by
    )
    record(f"link.{purpose}", by=by, subject=("person", person.pk))
    return token


def find_link(token: str) -> Link | None:
    """The unused, unexpired link that this token opens."""
    found = Link.objects.filter(digest=_digest(token), used_at=None, expires_at__gt=timezone.now())
    return found.select_related("person").first()


def _digest(token: str) -> str:
    return hashlib.new("sm3", token.encode()).hexdigest()


@transaction.atomic
def set_password(*, person: Person, password: str, by: Person, link: Link | None = None) -> None:
    """Set a password (already checked by the form); refuses the last five; ends the link that led here."""
    former = person.former_passwords.all()[:PASSWORDS_REMEMBERED]
    if any(check_password(password, old.encoded) for old in former) or person.check_password(password):
        raise Refused(f"不能与最近{PASSWORDS_REMEMBERED}次用过的密码相同，请换一个")
    if person.has_usable_password() and person.password != "!":
        FormerPassword.objects.create(person=person, encoded=person.password)
    person.password = make_password(password)
    person.password_changed_at = timezone.now()
    person.must_change_password, person.is_active = False, True
    person.save()
    if link:
        link.used_at = timezone.now()
        link.save(update_fields=["used_at"])
    record("password.set", by=by, subject=("person", person.pk))


@transaction.atomic
def disable(*, person: Person, by: Person, reason: str) -> None:
    """Close an account at once; its sessions end with the next request."""
    person.is_active = False
    person.save(update_fields=["is_active"])
    record("person.disabled", by=by, subject=("person", person.pk), detail={"reason": reason})


def signed_in(*, person: Person) -> None:
    """Write down a sign-in."""
    with transaction.atomic():
        record("person.signed_in", by=person, subject=("person", person.pk))
