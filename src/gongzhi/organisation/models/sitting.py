"""Where people sit signed in, and what failed before they did."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from .people import Person


class Sitting(models.Model):
    """One signed-in session of a person. A session whose sitting has ended goes with its next request.

    `why` it ended: out (the person), idle, day, parallel (one more than allowed), asked (ended from another
    sitting), closed (account closed, password or second factor changed).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sittings")
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=8, blank=True)

    class Meta:
        ordering = ("began_at",)
        indexes = (models.Index(fields=["person"], condition=Q(ended_at=None), name="sitting_open"),)

    def __str__(self) -> str:
        return f"{self.person_id} {self.began_at:%Y-%m-%d %H:%M}"


class Failure(models.Model):
    """A failed sign-in, for counting only: name and address are keyed hashes; kept for a day."""

    at = models.DateTimeField()
    name = models.CharField(max_length=64)
    address = models.CharField(max_length=64)

    class Meta:
        indexes = (
            models.Index(fields=["name", "at"], name="failure_by_name"),
            models.Index(fields=["address", "at"], name="failure_by_address"),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class Lock(models.Model):
    """A login name (as a keyed hash) that nobody enters with until the security administrator lifts it.

    A name that nobody has is locked just the same, so that a lock tells nothing.
    """

    name = models.CharField(max_length=64)
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["name"], condition=Q(lifted_at=None), name="lock_once"),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
