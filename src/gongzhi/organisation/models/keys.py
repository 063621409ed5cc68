"""Keys with which the machines of a unit call, and what is kept so that a call counts once."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.utils import timezone

from gongzhi.engine.crypto import seal, unseal

from .ids import uuid7
from .people import Person


class ApiKey(models.Model):
    """接口凭据: what a machine of a unit signs its calls with (security.md 3.15); ended, never deleted.

    Registered by one administrator and approved by another; the one who registered it then takes out the
    secret, once: the approver never sees it. It lies sealed (SM4), for HMAC needs it in clear.
    `resources` are the numbers that it may hand in; none named stands for all that the unit owes.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kid = models.CharField(max_length=40, unique=True)
    unit = models.CharField(max_length=48)
    name = models.CharField(max_length=60)  # which machine or system of the unit calls with it
    resources = models.JSONField(default=list)
    addresses = models.JSONField(default=list)  # addresses or networks it may call from; none: any
    hourly = models.PositiveIntegerField()  # calls an hour
    until = models.DateTimeField()
    secret = models.BinaryField(null=True)
    issued_at = models.DateTimeField(null=True)
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200, blank=True)  # why it was ended
    replaces = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="successors")

    class Meta:
        ordering = ("-registered_at",)
        indexes = (models.Index(fields=["unit"], name="apikey_unit"),)

    def __str__(self) -> str:
        return self.kid

    @property
    def is_authenticated(self) -> bool:
        """A call that is let in acts in the name of its key, as a request acts for its person."""
        return True

    @property
    def path(self) -> str:
        """The address of its page."""
        return f"/api-keys/{self.pk}"

    def _place(self) -> bytes:
        return f"organisation.apikey|{self.pk}".encode()

    def seal_secret(self, secret: str) -> None:
        self.secret = seal(settings.KEYS.current("seal"), secret.encode("ascii"), self._place())

    def open_secret(self) -> str:
        """The secret; empty while it was not taken out. SealBroken when it was moved or changed."""
        return unseal(settings.KEYS, bytes(self.secret), self._place()).decode() if self.secret else ""

    def usable(self, now: dt.datetime | None = None) -> bool:
        """Whether calls with it count at this instant."""
        return bool(self.secret) and self.ended_at is None and (now or timezone.now()) < self.until


class Nonce(models.Model):
    """A number that a key has used in a call: the same call again is refused. Kept for 15 minutes."""

    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+", db_index=False)
    nonce = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["key", "nonce"], name="nonce_once"),)

    def __str__(self) -> str:
        return self.nonce


class Tally(models.Model):
    """Calls of a key in a clock hour, in several counters so that calls at once do not wait for one row."""

    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="tallies", db_index=False)
    hour = models.PositiveIntegerField()  # hours since 1970
    shard = models.PositiveSmallIntegerField()
    calls = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["key", "hour", "shard"], name="tally_once"),)

    def __str__(self) -> str:
        return f"{self.key_id} {self.hour} {self.calls}"


class TurnedAway(models.Model):
    """Calls from an address (as a keyed hash) in a clock hour that were not let in, for counting only."""

    address = models.CharField(max_length=64)
    hour = models.PositiveIntegerField()
    calls = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["address", "hour"], name="turned_away_once"),)

    def __str__(self) -> str:
        return f"{self.hour} {self.calls}"


class Answer(models.Model):
    """What a call was answered under its Idempotency-Key; the same call again is answered the same."""

    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=64)  # the Idempotency-Key
    request = models.CharField(max_length=64)  # SM3 of method, path, query and body
    status = models.PositiveSmallIntegerField()
    content = models.JSONField()
    location = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["key", "name"], name="answer_once"),)

    def __str__(self) -> str:
        return self.name


Author = Person | ApiKey
"""In whose name something is handed in."""


def person_of(author: Author | None) -> Person | None:
    """The person, where it is one."""
    return author if isinstance(author, Person) else None
