"""Events, and the checkpoints that fix them."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, NoReturn

from django.conf import settings
from django.db import models

from gongzhi.engine.crypto import hmac_sm3


class Unchangeable(Exception):
    """An event is written once; there is no way to change or remove it."""


class Event(models.Model):
    """One act: who, what, on what, for which duty. Written in the act's own transaction.

    `sequence`, `previous` and `digest` are empty until the sealer has chained the event. `detail` holds
    no personal value: it names fields and counts, never what stands in them. No foreign keys: an
    event outlives what it speaks of.
    """

    at = models.DateTimeField()
    actor = models.CharField(max_length=40, blank=True)  # id of a person; empty for the system itself
    actor_name = models.CharField(max_length=60, blank=True)
    unit = models.CharField(max_length=48, blank=True)
    verb = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject = models.CharField(max_length=80, blank=True)
    duty = models.CharField(max_length=60, blank=True)
    outcome = models.CharField(max_length=12, default="done")  # done, refused
    detail = models.JSONField(default=dict)
    sequence = models.BigIntegerField(null=True, unique=True)
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    subject_name = ""  # what a page calls the subject (queries.name_them); never stored

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(fields=["sequence", "id"], name="event_unsealed"),
            models.Index(fields=["subject_kind", "subject", "at"], name="event_subject"),
            models.Index(fields=["actor", "at"], name="event_actor"),
        )

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_kind}:{self.subject}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise Unchangeable
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Unchangeable

    def content(self) -> bytes:
        """What the chain fixes: everything but the chain's own columns, in one canonical form."""
        # Of an instant that was altered into something else SQLite makes nothing.
        at = self.at.astimezone(dt.UTC).isoformat(timespec="microseconds") if self.at else ""
        parts = [at, self.actor, self.actor_name, self.unit, self.verb, self.subject_kind, self.subject]
        written = [*parts, self.duty, self.outcome, self.detail]
        return json.dumps(written, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


WITNESSED: dict[str, type] = {"size": int, "head": str}
"""What every line of the witness file has."""


class Checkpoint(models.Model):
    """The head of the chain at one moment, authenticated with the audit key.

    The same line is appended to a witness file outside the database: who rolls the database back
    cannot roll back the copy that has left the machine.
    """

    at = models.DateTimeField()
    size = models.BigIntegerField(unique=True)
    head = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)

    class Meta:
        ordering = ("size",)

    def __str__(self) -> str:
        return f"{self.size} {self.head[:12]}"

    def right_mac(self) -> str:
        """The code that this checkpoint must carry: HMAC-SM3 of size and head under the audit key."""
        message = f"{self.size}|{self.head}".encode()
        return hmac_sm3(settings.KEYS.current("audit").secret, message).hex()
