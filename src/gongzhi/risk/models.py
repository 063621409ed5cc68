"""Scans, the hits that they found, the cells behind each, and what happened to it."""

from __future__ import annotations

from decimal import Decimal

from django.db import models

from gongzhi.engine.calendar import PeriodError, parse_period
from gongzhi.intake.models import Batch
from gongzhi.organisation.models import Person, uuid7
from gongzhi.registry.models import Taxpayer

from .states import GRADE_LABELS, LABELS, STEP_LABELS, Grade, State


class Run(models.Model):
    """One scan: which rules, over which batches, under which definitions, as of which day."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    as_of = models.DateField()
    rules = models.JSONField(default=list)
    whole = models.BooleanField(default=True)  # every rule in force, not some that were named
    snapshot = models.CharField(max_length=64)
    definitions = models.CharField(max_length=64)
    engine = models.CharField(max_length=16)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    started_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    counts = models.JSONField(default=dict)  # rule → {hit, miss, insufficient}; misses are only counted
    failures = models.JSONField(default=dict)  # rule → why it could not run; its hits stay as they were
    found = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    cleared = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("-started_at", "-id")

    def __str__(self) -> str:
        return f"{self.as_of} {self.found}"


class ScanRequest(models.Model):
    """Somebody, or the house itself after new joins, wants a scan; without an answer it waits."""

    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    tries = models.PositiveSmallIntegerField(default=0)  # begun so often; one that was cut is begun again
    answered_at = models.DateTimeField(null=True)
    run = models.ForeignKey(Run, null=True, on_delete=models.PROTECT, related_name="+")
    refusal = models.CharField(max_length=300, blank=True)  # why no scan came of it

    class Meta:
        ordering = ("-asked_at", "-id")

    def __str__(self) -> str:
        return f"{self.asked_at}"


class Hit(models.Model):
    """疑点: what one rule says about one subject, object and period. Never a verdict.

    `subject` is a taxpayer's id, `code:` and a credit code that nobody registered, or `person:` and a token.
    Sides are in the unit that stands beside them: 元 for money, ㎡, days, counts.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    rule = models.CharField(max_length=8)
    subject = models.CharField(max_length=60)
    subject_name = models.CharField(max_length=200, blank=True)
    taxpayer = models.ForeignKey(Taxpayer, null=True, on_delete=models.PROTECT, related_name="hits")
    object = models.CharField(max_length=300, blank=True)
    object_name = models.CharField(max_length=300, blank=True)
    period = models.CharField(max_length=16, blank=True)
    state = models.CharField(max_length=10, default=State.OPEN.value)
    grade = models.CharField(max_length=8, default=Grade.LOW.value)
    left_value = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    left_unit = models.CharField(max_length=8)
    right_value = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    right_unit = models.CharField(max_length=8)
    difference_yuan = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    tax_yuan = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    formula = models.TextField()
    proof = models.CharField(max_length=64)  # SM3 over the evidence, to see whether it changed
    definitions = models.CharField(max_length=64)
    first_run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    last_run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="hits")
    found_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    excluded_at = models.DateTimeField(null=True)
    excluded_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    exclusion = models.CharField(max_length=300, blank=True)
    excluded_tax_yuan = models.DecimalField(max_digits=18, decimal_places=2, null=True)  # expected then

    class Meta:
        ordering = ("-tax_yuan", "id")
        constraints = (
            models.UniqueConstraint(fields=["rule", "subject", "object", "period"], name="hit_once"),
        )
        indexes = (
            models.Index(fields=["state", "rule"], name="hit_state_rule"),
            models.Index(fields=["state", "-tax_yuan", "id"], name="hit_state_tax"),  # the list as it opens
            models.Index(fields=["object"], name="hit_object"),
        )

    def __str__(self) -> str:
        return f"{self.rule} {self.subject_name or self.subject}"

    @property
    def state_label(self) -> str:
        return LABELS[State(self.state)]

    @property
    def expected_yuan(self) -> Decimal | None:
        """The tax that is estimated; None where a rule estimates none, which the lake holds as 0."""
        return self.tax_yuan or None

    @property
    def period_label(self) -> str:
        """The period as a clerk writes it; a day stays a day, and what is no period stays as it is."""
        try:
            period = parse_period(self.period)
        except PeriodError:
            return self.period
        return self.period if period.kind == "day" else period.label

    @property
    def grade_label(self) -> str:
        return GRADE_LABELS[Grade(self.grade)]


class Evidence(models.Model):
    """One cell behind a hit. Personal values stand as tokens, as they do in the lake."""

    hit = models.ForeignKey(Hit, on_delete=models.CASCADE, related_name="evidence")
    side = models.CharField(max_length=5)  # left, right
    table = models.CharField(max_length=48)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+")
    part = models.PositiveSmallIntegerField()
    row = models.PositiveIntegerField()
    field = models.CharField(max_length=48)
    value = models.TextField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.table} {self.row} {self.field}"


class Step(models.Model):
    """What happened to a hit, and why; nothing is taken back from here."""

    hit = models.ForeignKey(Hit, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    verb = models.CharField(max_length=12)  # the verbs of states.py
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(Run, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.verb} {self.at}"

    @property
    def label(self) -> str:
        return STEP_LABELS.get(self.verb, self.verb)
