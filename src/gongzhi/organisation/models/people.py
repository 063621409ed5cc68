"""Who is on the roster, with what grants, links and former passwords."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone


class People(BaseUserManager["Person"]):
    """Finds people by their login name; it makes none (see `actions`)."""


class Person(AbstractBaseUser):
    """A person on the registered roster (annex 5): a login, a unit, a post. Never self-registered.

    An account has three states: 待批准 (no `approved_at`), 待激活 (approved, not active, no password of its
    own yet) and active; `disabled_at` closes it whatever it was. `sitting` is part of what a session is
    signed with: counting it up ends all sessions of the person.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=40)
    unit = models.CharField(
        max_length=48, blank=True
    )  # key of a unit in the definitions; empty: an enterprise
    post = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=200, blank=True)  # sealed; shown masked
    is_active = models.BooleanField(default=False)
    password_changed_at = models.DateTimeField(null=True)
    must_change_password = models.BooleanField(default=True)
    sitting = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    registered_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    disabled_at = models.DateTimeField(null=True)
    disabled_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    closed_idle = models.BooleanField(default=False)  # closed by the machine, for nobody used it
    reopened_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = People()

    class Meta:
        ordering = ("username",)

    def __str__(self) -> str:
        return self.name

    def get_session_auth_hash(self) -> str:
        """What a session must carry to stay valid: it changes with the password and with `sitting`."""
        return f"{self.sitting}.{super().get_session_auth_hash()}"


class Grant(models.Model):
    """A role given to a person for a unit or a grid cell, for a time, on a stated basis."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=40)  # key of a role in the definitions
    unit = models.CharField(max_length=48, blank=True)
    cell = models.CharField(max_length=12, blank=True)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    basis = models.CharField(max_length=200)
    granted_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(auto_now_add=True)
    ended_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("person_id", "role")
        constraints = (
            models.UniqueConstraint(
                fields=["person", "role", "unit", "cell"], condition=Q(ended_at=None), name="grant_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person_id}: {self.role} {self.unit}{self.cell}"

    @property
    def last_day(self) -> dt.date | None:
        """The last day on which it counts, if nobody ends it before; None without end."""
        return timezone.localdate(self.valid_until - dt.timedelta(seconds=1)) if self.valid_until else None


class Link(models.Model):
    """A one-time link for activation or for a new password; only its hash is kept."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="links")
    purpose = models.CharField(max_length=12)  # activate, reset
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    issued_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.purpose} {self.person_id}"


class FormerPassword(models.Model):
    """Hash of an earlier password, so that the last five are not used again."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="former_passwords")
    encoded = models.CharField(max_length=256)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-at",)

    def __str__(self) -> str:
        return f"{self.person_id} {self.at:%Y-%m-%d}"
