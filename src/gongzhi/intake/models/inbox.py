"""The inbox of pushed rows."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gongzhi.organisation.models import ApiKey, uuid7

from .submission import Submission


class Push(models.Model):
    """Rows that a machine pushed in one request: durable when answered, sealed until they are gathered.

    The rows of a slot are gathered into one submission; `first` counts the rows of its file before the
    first of these. Then the file holds them, sealed as every original, and `sealed` is empty. A row is named
    by the push and its number in it. `digest` is a keyed hash by which the same rows are recognised.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.CharField(max_length=48)
    resource = models.CharField(max_length=8)
    letter = models.CharField(max_length=1, blank=True)
    period = models.CharField(max_length=16)
    rows = models.PositiveIntegerField()
    sealed = models.BinaryField()
    digest = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    wanted_at = models.DateTimeField(null=True)  # the machine has said that the slot's rows are all there
    submission = models.ForeignKey(Submission, null=True, on_delete=models.PROTECT, related_name="pushes")
    first = models.PositiveIntegerField(default=0)
    refusal = models.CharField(max_length=300, blank=True)  # why the rows could not be gathered

    class Meta:
        ordering = ("received_at", "id")
        indexes = (
            models.Index(
                fields=["unit", "resource", "letter", "period"],
                condition=Q(submission=None, refusal=""),
                name="push_waiting",
            ),
            models.Index(fields=["digest"], name="push_digest"),
        )

    def __str__(self) -> str:
        return f"{self.unit} {self.resource} {self.period} {self.rows}"

    @property
    def place(self) -> bytes:
        """What its sealed rows are bound to."""
        return f"intake.push|{self.pk}".encode()
