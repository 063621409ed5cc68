"""The register of each unit's posts for sharing (二(二)): who answers, who is in charge, who is asked."""

from __future__ import annotations

import json

from django.conf import settings
from django.db import models
from django.db.models import Q

from gongzhi.engine.crypto import seal, unseal

from .ids import uuid7
from .people import Person

FILED = {"submitted": "待备案", "filed": "已备案", "returned": "已退回", "replaced": "已被替换"}


class Filing(models.Model):
    """One filing of a unit's posts. It is never changed: a new one replaces it when it is filed.

    Names and telephone numbers lie sealed (sensitivity: personal) and are opened for the unit and the office.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.CharField(max_length=48)
    sealed = models.BinaryField()
    state = models.CharField(max_length=10, default="submitted")
    number = models.CharField(max_length=40, blank=True)  # of the receipt, when it is filed
    submitted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    confirmed_at = models.DateTimeField(null=True)  # the last time somebody of the unit said: still right
    confirmed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-submitted_at", "-id")
        constraints = (
            models.UniqueConstraint(fields=["unit"], condition=Q(state="filed"), name="filing_in_force_once"),
            models.UniqueConstraint(
                fields=["unit"], condition=Q(state="submitted"), name="filing_waits_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.unit} {self.state_label}"

    @property
    def state_label(self) -> str:
        return FILED[self.state]

    def _place(self) -> bytes:
        return f"organisation.filing|{self.pk}".encode()

    def keep(self, posts: dict[str, str]) -> None:
        """Seal the posts into this row, before it is saved."""
        plain = json.dumps(posts, ensure_ascii=False).encode()
        self.sealed = seal(settings.KEYS.current("seal"), plain, self._place())

    @property
    def posts(self) -> dict[str, str]:
        """The posts in the clear; SealBroken when they were moved or changed."""
        found: dict[str, str] = json.loads(unseal(settings.KEYS, bytes(self.sealed), self._place()))
        return found
