"""What the people at the desk say about files and batches."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gongzhi.catalogue.models import Asking
from gongzhi.organisation.models import Person

from .batch import Batch
from .submission import Submission


class TwoPersons(models.Model):
    """A unit whose hand-ins a second person (分管负责人) takes in; ended, never deleted."""

    unit = models.CharField(max_length=48)
    since = models.DateTimeField()
    begun_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["unit"], condition=Q(ended_at=None), name="two_persons_once"),
        )

    def __str__(self) -> str:
        return self.unit


class Explanation(models.Model):
    """Why what a check asks about is right: said once for a unit's column, remembered until a day."""

    unit = models.CharField(max_length=48)
    resource = models.CharField(max_length=8)
    code = models.CharField(max_length=40)
    field = models.CharField(max_length=48, blank=True)
    reason = models.CharField(max_length=300)
    until = models.DateField()
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="explanations")
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # a newer one stands in its place

    class Meta:
        ordering = ("-at",)
        indexes = (models.Index(fields=["unit", "resource", "until"], name="explanation_until"),)

    def __str__(self) -> str:
        return f"{self.unit} {self.resource} {self.code} {self.field}"


class Review(models.Model):
    """What the office says of a batch: accepted, or returned with what is to be mended.

    A returned batch stays in use until the one that corrects it comes in; it no longer meets its obligation.
    """

    batch = models.OneToOneField(Batch, on_delete=models.PROTECT, related_name="review")
    verdict = models.CharField(max_length=8)  # accepted, returned
    reason = models.CharField(max_length=300, blank=True)
    remarks = models.JSONField(default=list)  # {part, row, field, text}: row of the sender's sheet
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    again_by = models.DateField(null=True)  # until when it may come again and be on time

    class Meta:
        ordering = ("-at",)

    def __str__(self) -> str:
        return f"{self.batch} {self.verdict}"


class CheckWaiver(Asking):
    """One check of one column of a resource, not asked of a unit until a day, once the office agrees.

    The check is named by its finding's `code` and the key of the `field`, which is empty where the check is
    about the whole file. What holds is published to all units; it ends by itself.
    """

    unit = models.CharField(max_length=48)
    resource = models.CharField(max_length=8)
    code = models.CharField(max_length=40)
    field = models.CharField(max_length=48, blank=True)
    until = models.DateField()
    ended_at = models.DateTimeField(null=True)  # taken back before its day

    class Meta(Asking.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=["unit", "resource", "code", "field"],
                condition=Q(state="asked"),
                name="check_waiver_asked_once",
            ),
        )
        indexes = (models.Index(fields=["unit", "resource", "until"], name="check_waiver_until"),)

    def __str__(self) -> str:
        return f"{self.unit} {self.resource} {self.code} {self.field}"


class Withdrawal(Asking):
    """A unit wants a batch that came in out of use, because what it says should not stand at all."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="withdrawals")

    class Meta(Asking.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=["batch"], condition=Q(state="asked"), name="withdrawal_asked_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.batch} {self.state}"
