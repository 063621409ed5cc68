"""Obligations: who owes which resource for which period, by when (notice, 二(二), annex 2)."""

from __future__ import annotations

from django.db import models


class Obligation(models.Model):
    """One duty to hand in, written when its period opens and not rewritten by later definitions.

    `resource` is a number (`15.3`, `K.9`); `due` is the last day in Asia/Shanghai, empty where the
    notice sets none. `received_at` is the server's clock for the first version that was later accepted;
    a correction never moves it. Overdue is computed, never stored.
    """

    unit = models.CharField(max_length=48)
    resource = models.CharField(max_length=8)
    period = models.CharField(max_length=16)
    period_end = models.DateField()
    opens = models.DateField()
    due = models.DateField(null=True)
    due_provisional = models.BooleanField(default=False)  # the office's parameter, not the notice's words
    scored = models.BooleanField(default=True)
    definitions = models.CharField(max_length=64)  # digest of the definitions that laid it down
    received_at = models.DateTimeField(null=True)
    satisfied_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("due", "resource", "unit")
        constraints = (
            models.UniqueConstraint(fields=["unit", "resource", "period"], name="obligation_once"),
        )
        indexes = (models.Index(fields=["resource", "period"], name="obligation_resource"),)

    def __str__(self) -> str:
        return f"{self.unit} {self.resource} {self.period}"
