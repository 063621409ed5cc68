"""The second factor of a person."""

from __future__ import annotations

import time

from django.conf import settings
from django.db import models
from django_otp.models import Device, ThrottlingMixin
from django_otp.oath import TOTP

from gongzhi.engine.crypto import seal, unseal

from .people import Person


class Authenticator(ThrottlingMixin, Device):
    """The second factor: an application that counts time (RFC 6238: SHA-1, 6 digits, 30 seconds).

    Its secret lies sealed (SM4) and opens only for its person. `last_step` makes a code work once.
    Wrong codes are answered slower and slower (1, 2, 4 … seconds) by the throttle.
    """

    sealed = models.BinaryField()
    last_step = models.BigIntegerField(default=-1)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user"], name="authenticator_once"),)

    @staticmethod
    def place(person: Person) -> bytes:
        return f"organisation.authenticator|{person.pk}".encode()

    def seal_secret(self, secret: bytes) -> None:
        self.sealed = seal(settings.KEYS.current("seal"), secret, self.place(self.user))

    def secret(self) -> bytes:
        """The shared secret, 20 bytes; SealBroken when it was moved or changed."""
        return unseal(settings.KEYS, bytes(self.sealed), self.place(self.user))

    def get_throttle_factor(self) -> int:
        return 1

    def verify_token(self, token: str) -> bool:
        """Whether the code counts now (one step either way) and was not used before; writes the outcome."""
        allowed, _ = self.verify_is_allowed()
        if not allowed or not (token.isascii() and token.isdigit()):
            return False
        totp = TOTP(self.secret())
        totp.time = time.time()  # one moment for the whole comparison
        if not totp.verify(int(token), tolerance=1, min_t=self.last_step + 1):
            self.throttle_increment()
            return False
        self.last_step = totp.t()
        self.throttle_reset(commit=False)
        self.save()
        return True


class RecoveryCode(models.Model):
    """One of eight codes for the day when the phone is lost; only a keyed hash is kept, each works once."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.person_id} {'used' if self.used_at else 'open'}"
