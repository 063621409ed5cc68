"""Obligations: who owes which resource for which period, by when (notice, 二(二), annex 2)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models

from gongzhi.engine.calendar import parse_period
from gongzhi.organisation.models import Person

from .states import ActState, Kind, RulingKind, day_of


class Obligation(models.Model):
    """One duty to hand in, written when its period opens and not rewritten by later definitions.

    `resource` is a number (`15.3`, `K.9`); `due` is the last day in Asia/Shanghai, empty where the
    notice sets none. `received_at` is the server's clock for the first version that was later accepted;
    a correction never moves it, a return by the office takes it away. What people decide about it stands in
    further dates, each from its day on, so that its standing can be told as of any day; 免报 follows from the
    rulings (`queries.exempt`). Overdue is computed, never stored.
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
    of_stock = models.BooleanField(default=False)  # the 存量 of a register, owed once and not by the calendar
    definitions = models.CharField(max_length=64)  # digest of the definitions that laid it down
    from_file = models.BooleanField(default=False)  # nobody asked: the file of an event (按次) laid it down
    received_at = models.DateTimeField(null=True)
    satisfied_at = models.DateTimeField(null=True)
    received_on = models.DateField(null=True)  # the day of `received_at` in Asia/Shanghai, for counting
    zero_on = models.DateField(null=True)  # likewise
    zero_at = models.DateTimeField(null=True)  # 零报告: nothing happened, said instead of a file
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

    @property
    def period_label(self) -> str:
        """Its period as a person reads it; the day of a stock is the one on which it was laid down."""
        label = parse_period(self.period).label
        return f"{label}的存量" if self.of_stock else label

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
    wanted = models.DateField(null=True)  # the day asked for: 延期到, 约定提供日 of another way, 免报到
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
    """What the office has ruled about a resource: 免报, or that the provider is confirmed.

    The definitions propose it, somebody of the office does, or a unit asked (`act`). 免报 holds from the day
    `granted_on` for the periods that end from `from_on` to `until` (empty: until it is revoked) of one unit,
    or of all that provide the resource; for one `period` alone where a unit asked for that one. Revoked, it
    no longer holds for the periods that end from `ended_on` on; one for a single period ends altogether.
    Annex 2 states the periods as those of updates (数据更新需求): what a register already holds, its 存量, is
    no such period; it is exempt only where the ruling says so (`with_stock`), and until that is revoked.
    """

    resource = models.CharField(max_length=8)
    unit = models.CharField(max_length=48, blank=True)  # empty: all that provide it
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.label) for kind in RulingKind])
    since = models.DateField()  # the day of the proposal
    basis = models.CharField(max_length=120, blank=True)  # 文号 or statute
    period = models.CharField(max_length=16, blank=True)
    with_stock = models.BooleanField(default=False)
    from_on = models.DateField(null=True)
    until = models.DateField(null=True)
    act = models.OneToOneField(Act, null=True, on_delete=models.PROTECT, related_name="ruling")
    granted_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    ended_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    ended_why = models.CharField(max_length=300, blank=True)

    class Meta(Asking.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=["resource", "kind", "since"],
                condition=models.Q(asked_by=None, unit=""),
                name="ruling_proposed_once",
            ),
        )
        indexes = (models.Index(fields=["resource", "unit"], name="ruling_of"),)

    def __str__(self) -> str:
        return f"{self.resource} {self.kind} {self.state}"

    @property
    def kind_label(self) -> str:
        return RulingKind(self.kind).label

    @property
    def state_label(self) -> str:
        return "已撤销" if self.state == ActState.WITHDRAWN else super().state_label

    @property
    def proposed_by_definitions(self) -> bool:
        return self.asked_by_id is None and not self.unit

    def covers(self, end: dt.date) -> bool:
        """Whether it was granted for a period that ends on a day."""
        if self.granted_on is None or self.from_on is None:
            return False
        return self.from_on <= end and (self.until is None or end <= self.until)

    def exempts(self, owed: Obligation, as_of: dt.date) -> bool:
        """Whether 免报 holds for an obligation as of the end of a day; `queries.exempt_then` in Python."""
        if self.kind != RulingKind.EXEMPT or self.unit not in {"", owed.unit}:
            return False
        if self.resource != owed.resource or self.period not in {"", owed.period}:
            return False
        if self.granted_on is None or self.granted_on > as_of:
            return False
        lives = self.ended_on is None or self.ended_on > as_of
        if owed.of_stock:
            return lives and bool(self.period or self.with_stock)
        if not self.covers(owed.period_end):
            return False
        return lives or (not self.period and self.ended_on is not None and owed.period_end < self.ended_on)


class Activity(models.Model):
    """When a unit last handed anything in for a resource; all that a standing duty (日常) is measured by."""

    unit = models.CharField(max_length=48)
    resource = models.CharField(max_length=8)
    last_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["unit", "resource"], name="activity_once"),)

    def __str__(self) -> str:
        return f"{self.unit} {self.resource} {self.last_at}"
