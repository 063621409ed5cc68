"""Obligations: who owes which resource for which period, by when (notice, 二(二), annex 2)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models

from gongzhi.organisation.models import Person

from .states import ActState, Kind, RulingKind, day_of


class Obligation(models.Model):
    """One duty to hand in, written when its period opens and not rewritten by later definitions.

    `resource` is a number (`15.3`, `K.9`); `due` is the last day in Asia/Shanghai, empty where the
    notice sets none. `received_at` is the server's clock for the first version that was later accepted;
    a correction never moves it, a return by the office takes it away. What people decide about it stands in
    further dates, each from its day on, so that its standing can be told as of any day. Overdue is computed,
    never stored.
    """

    unit = models.CharField(max_length=48)
    resource = models.CharField(max_length=8)
    period = models.CharField(max_length=16)
    period_end = models.DateField()
    opens = models.DateField()
    due = models.DateField(null=True)
    due_provisional = models.BooleanField(default=False)  # the office's parameter, not the notice's words
    due_assured = models.BooleanField(default=True)  # False: counted beyond the days off that are announced
    scored = models.BooleanField(default=True)
    definitions = models.CharField(max_length=64)  # digest of the definitions that laid it down
    from_file = models.BooleanField(default=False)  # nobody asked: the file of an event (按次) laid it down
    received_at = models.DateTimeField(null=True)
    satisfied_at = models.DateTimeField(null=True)
    received_on = models.DateField(null=True)  # the day of `received_at` in Asia/Shanghai, for counting
    zero_on = models.DateField(null=True)  # likewise
    zero_at = models.DateTimeField(null=True)  # 零报告: nothing happened, said instead of a file
    exempt_on = models.DateField(null=True)  # 免报 from this day on
    extended_on = models.DateField(null=True)  # when an extension or another way was granted, until when
    extended_due = models.DateField(null=True)
    returned_on = models.DateField(null=True)  # when the office returned what had come, and the days given
    grace_due = models.DateField(null=True)

    class Meta:
        ordering = ("due", "resource", "unit")
        constraints = (
            models.UniqueConstraint(fields=["unit", "resource", "period"], name="obligation_once"),
        )
        indexes = (
            models.Index(fields=["resource", "period"], name="obligation_resource"),
            models.Index(fields=["period_end"], name="obligation_period_end"),
        )

    def __str__(self) -> str:
        return f"{self.unit} {self.resource} {self.period}"

    def save(self, **kwargs: Any) -> None:
        """The days follow the instants, whoever writes them."""
        self.received_on, self.zero_on = day_of(self.received_at), day_of(self.zero_at)
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "received_on", "zero_on"}
        super().save(**kwargs)


class Asking(models.Model):
    """What a unit asks of the office, with its reason, and what the office answers; somebody else decides."""

    state = models.CharField(max_length=10, default=ActState.ASKED.value)
    reason = models.CharField(max_length=300)
    asked_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True
        ordering = ("-asked_at",)

    @property
    def state_label(self) -> str:
        return ActState(self.state).label


class Act(Asking):
    """What a unit says or asks about an obligation, and what the office answers."""

    obligation = models.ForeignKey(Obligation, on_delete=models.PROTECT, related_name="acts")
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.label) for kind in Kind])
    wanted = models.DateField(null=True)  # the day asked for: 延期到, or 约定提供日 of another way
    given = models.DateField(null=True)  # the day that the office set instead
    provided_at = models.DateTimeField(null=True)  # when the unit said that it had provided in the agreed way
    place = models.CharField(max_length=200, blank=True)  # where it is published instead

    class Meta(Asking.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=["obligation", "kind"], condition=models.Q(state="asked"), name="act_asked_once"
            ),
        )
        indexes = (models.Index(fields=["state", "-asked_at"], name="act_state"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.obligation}"

    @property
    def kind_label(self) -> str:
        return Kind(self.kind).label

    @property
    def may_withdraw(self) -> bool:
        """Whether the unit can still take it back: what was granted only while nothing has come in."""
        if self.state == ActState.GRANTED and self.kind != Kind.ZERO:
            return self.obligation.received_at is None
        return self.state in {ActState.ASKED, ActState.GRANTED}

    @property
    def day(self) -> dt.date | None:
        """The day that holds once it is granted."""
        return self.given or self.wanted


class Ruling(Asking):
    """A proposal of the definitions about a whole resource, and what the office has ruled.

    Once granted it holds for the periods that end from `from_on` to `until`: exempt, nobody owes them;
    provider, the provider is confirmed and they count. Until then nothing follows from the proposal.
    """

    resource = models.CharField(max_length=8)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.label) for kind in RulingKind])
    since = models.DateField()  # the day of the proposal
    from_on = models.DateField(null=True)
    until = models.DateField(null=True)

    class Meta(Asking.Meta):
        constraints = (
            models.UniqueConstraint(fields=["resource", "kind", "since"], name="ruling_proposed_once"),
        )

    def __str__(self) -> str:
        return f"{self.resource} {self.kind} {self.state}"

    @property
    def kind_label(self) -> str:
        return RulingKind(self.kind).label

    def covers(self, end: dt.date) -> bool:
        """Whether it holds for a period that ends on a day."""
        if self.state != ActState.GRANTED or self.from_on is None:
            return False
        return self.from_on <= end and (self.until is None or end <= self.until)


class Activity(models.Model):
    """When a unit last handed anything in for a resource; all that a standing duty (日常) is measured by."""

    unit = models.CharField(max_length=48)
    resource = models.CharField(max_length=8)
    last_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["unit", "resource"], name="activity_once"),)

    def __str__(self) -> str:
        return f"{self.unit} {self.resource} {self.last_at}"
