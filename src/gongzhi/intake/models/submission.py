"""Files handed in, and the places that they fill."""

from __future__ import annotations

from django.db import models

from gongzhi.intake.states import State
from gongzhi.organisation.models import ApiKey, Author, Person, uuid7


class Slot(models.Model):
    """One place to fill: a unit, a resource, a period. Locked for the instant of a commit only."""

    unit = models.CharField(max_length=48)
    resource = models.CharField(max_length=8)
    period = models.CharField(max_length=16)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["unit", "resource", "period"], name="slot_once"),)

    def __str__(self) -> str:
        return f"{self.unit} {self.resource} {self.period}"


class Submission(models.Model):
    """One file handed in, from its receipt to its end. The file itself is kept sealed by content."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.CharField(max_length=48)
    resource = models.CharField(max_length=8)
    letter = models.CharField(max_length=1, blank=True)  # one sheet only of a resource with several
    only_sheet = models.CharField(max_length=31, blank=True)  # read this sheet of the workbook only
    period = models.CharField(max_length=16)
    state = models.CharField(max_length=12, default=State.RECEIVED.value)
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    received_key = models.ForeignKey(ApiKey, null=True, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8)  # page, cli, api, folder, sql
    file_name = models.CharField(max_length=200)
    file_size = models.BigIntegerField()
    file_digest = models.CharField(max_length=64)  # SM3 of the bytes as they came
    original = models.CharField(max_length=120)  # path of the sealed copy
    adds = models.ForeignKey("Batch", null=True, on_delete=models.PROTECT, related_name="added_by")
    replaces = models.ForeignKey("Batch", null=True, on_delete=models.PROTECT, related_name="+")
    same_as = models.ForeignKey("Batch", null=True, on_delete=models.PROTECT, related_name="+")
    whole = models.BooleanField(default=False)  # all rows or none
    definitions = models.CharField(max_length=64)  # digest of the definitions it was checked under
    rows = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    set_aside = models.PositiveIntegerField(default=0)
    skipped = models.JSONField(default=list)
    aside = models.JSONField(default=list)  # numbers of the rows set aside, where a machine asks for each
    by_code = models.JSONField(default=dict)
    adopted = models.JSONField(default=list)  # cells whose suggestion was taken over: [part, row, field]
    notices = models.JSONField(default=list)  # what was seen on reading: {code, cell, text}
    trends = models.JSONField(default=list)  # out of line with the season: title, points, value …
    refusal = models.JSONField(default=dict)  # code and places of the finding that turned the file away
    proposed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(null=True)  # 经办 has put it to a second person of her unit
    sent_back = models.CharField(max_length=300, blank=True)  # why the second person did not take it in
    checked_at = models.DateTimeField(null=True)  # while received: since when somebody is checking it
    attempts = models.PositiveSmallIntegerField(default=0)  # how often a check was begun
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-received_at",)
        indexes = (
            models.Index(fields=["unit", "-received_at"], name="submission_unit"),
            models.Index(fields=["resource", "period"], name="submission_resource"),
            models.Index(fields=["state"], name="submission_state"),
        )

    def __str__(self) -> str:
        return f"{self.resource} {self.period} {self.file_name}"

    @property
    def author(self) -> Author | None:
        """In whose name it came: a person's or a machine's."""
        return self.received_by or self.received_key
