"""Promises of confidentiality, looks at personal data, wishes for more, and whom to guard (三(三))."""

from __future__ import annotations

import datetime as dt
import json

from django.conf import settings
from django.db import models

from gongzhi.disclosure.states import EXPORT_LABELS, LABELS, ExportState, State
from gongzhi.engine.crypto import seal, unseal
from gongzhi.organisation.models import Person, uuid7


class Acceptance(models.Model):
    """One person accepted one text on one day. Never changed; the next year's is another row."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    agreement = models.CharField(max_length=48)  # key of definitions/agreements
    digest = models.CharField(max_length=64)  # SM3 of the text as it was shown
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at", "-id")
        indexes = (models.Index(fields=["person", "digest"], name="acceptance_person"),)

    def __str__(self) -> str:
        return f"{self.person_id} {self.agreement} {self.at:%Y-%m-%d}"


class Reveal(models.Model):
    """One look at personal values of one row: who, for what, at which row and fields; never what stood there.

    It is also what the quota counts. The row is named, not linked: this room knows no room above it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    person_unit = models.CharField(max_length=48)  # the viewer's unit then
    at = models.DateTimeField()
    purpose = models.CharField(max_length=48)  # key of definitions/purposes
    purpose_title = models.CharField(max_length=120)
    about_kind = models.CharField(max_length=24, blank=True)
    about = models.CharField(max_length=60, blank=True)
    about_title = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    unit = models.CharField(max_length=48)  # whose row it is
    resource = models.CharField(max_length=8)
    batch = models.UUIDField()
    batch_number = models.CharField(max_length=40)
    part = models.PositiveSmallIntegerField()
    row = models.PositiveIntegerField()
    fields = models.JSONField(default=list)  # [[key, title], …]
    guarded = models.BooleanField(default=False)  # somebody of the list 重点保护 stands in the row

    class Meta:
        ordering = ("-at", "-id")
        indexes = (
            models.Index(fields=["person", "at"], name="reveal_person"),
            models.Index(fields=["unit", "at"], name="reveal_unit"),
        )

    def __str__(self) -> str:
        return f"{self.batch_number} {self.row}"

    @property
    def open_until(self) -> dt.datetime:
        """Until when the values may be shown again at their address."""
        return self.at + dt.timedelta(seconds=settings.REVEAL_SECONDS)

    @property
    def titles(self) -> list[str]:
        return [title for _, title in self.fields]


class Allowance(models.Model):
    """Some more rows on one day, or one guarded row: one person asks, another of the same unit decides."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    unit = models.CharField(max_length=48)
    day = models.DateField()
    more = models.PositiveSmallIntegerField()  # rows; 0: one guarded row, named by its place
    batch = models.UUIDField(null=True)
    batch_number = models.CharField(max_length=40, blank=True)
    part = models.PositiveSmallIntegerField(null=True)
    row = models.PositiveIntegerField(null=True)
    reason = models.CharField(max_length=300)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, default=State.ASKED.value)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-asked_at", "-id")
        indexes = (models.Index(fields=["person", "day"], name="allowance_person"),)

    def __str__(self) -> str:
        return f"{self.person_id} {self.day} +{self.more}"

    @property
    def state_label(self) -> str:
        return LABELS[State(self.state)]


class Export(models.Model):
    """A list taken away in a file: guarded rows at once or once two others have agreed, or a long one.

    `address` is the list as the reader saw it, with filters, sort and columns (empty where the file was given
    at once); the file is made of it in her name, sealed, and hers alone until it expires. One of guarded rows
    can be fetched once.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    unit = models.CharField(max_length=48)
    title = models.CharField(max_length=120)
    address = models.CharField(max_length=4_000)
    filters = models.JSONField(default=list)  # [[title, value], …]
    rows = models.PositiveIntegerField()
    guarded = models.BooleanField()  # says more of enterprises or persons than the public knows
    reason = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10)
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    countersigned_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    countersigned_at = models.DateTimeField(null=True)
    name = models.CharField(max_length=200, blank=True)  # of the file, as it is saved
    digest = models.CharField(max_length=64, blank=True)  # SM3 of the plain file; empty once it is removed
    size = models.PositiveBigIntegerField(default=0)
    until = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(null=True)  # when guarded rows were fetched first

    class Meta:
        ordering = ("-asked_at", "-id")
        indexes = (
            models.Index(fields=["person", "-asked_at"], name="export_person"),
            models.Index(fields=["state", "asked_at"], name="export_state"),
        )

    def __str__(self) -> str:
        return f"{self.person_id} {self.title} {self.state}"

    @property
    def state_label(self) -> str:
        return EXPORT_LABELS[ExportState(self.state)]

    def open_at(self, now: dt.datetime) -> bool:
        """Whether the file can be had."""
        return (
            self.state == ExportState.READY
            and bool(self.digest)
            and self.until is not None
            and now < self.until
        )


class Guard(models.Model):
    """Whom not everybody may look up: 重点保护 (without `person`) or 回避 (for that person alone).

    A look at a row of somebody who is protected needs the word of a second person; one from whom a person is
    recused is closed to her. Number and name lie sealed: the list itself would be the first thing to steal.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField()
    reason = models.CharField(max_length=300)
    begun_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    ended_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-begun_at", "-id")

    def __str__(self) -> str:
        return f"{self.pk} {'回避' if self.person_id else '重点保护'}"

    def _place(self) -> bytes:
        return f"disclosure.guard|{self.pk}".encode()

    def keep(self, number: str, name: str) -> None:
        """Seal whom it is about into this row, before it is saved."""
        plain = json.dumps([number, name], ensure_ascii=False).encode()
        self.sealed = seal(settings.KEYS.current("seal"), plain, self._place())

    @property
    def subject(self) -> tuple[str, str]:
        """Number and name in the clear; SealBroken when they were moved or changed."""
        number, name = json.loads(unseal(settings.KEYS, bytes(self.sealed), self._place()))
        return number, name

    @property
    def shown(self) -> str:
        """Enough to know which entry it is, too little to find anybody by it."""
        number, name = self.subject
        return f"{name[:1]}** {number[:2]}****{number[-4:]}"
