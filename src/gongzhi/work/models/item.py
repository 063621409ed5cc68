"""A work item, its trail, and the filters that people keep for their list."""

from __future__ import annotations

from django.db import models

from gongzhi.organisation.models import Person, uuid7
from gongzhi.work.states import LABELS, WORDS, State


class Item(models.Model):
    """Something that a post in a unit, or in a grid cell, has to do by a day.

    Exactly one of `unit` and `cell` is filled. `person` took it and carries it out, `stand_in` (AB角) may do
    so in that person's place. `key` lets another room open the same item twice without doubling it. The
    subject is named, not linked: an item knows no room above it. Overdue is computed, never stored.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=48)  # key of definitions/work
    key = models.CharField(max_length=120, null=True, unique=True)
    title = models.CharField(max_length=120)
    note = models.TextField(blank=True)
    subject_kind = models.CharField(max_length=24, blank=True)
    subject_id = models.CharField(max_length=60, blank=True)
    subject_title = models.CharField(max_length=200, blank=True)
    unit = models.CharField(max_length=48, blank=True)
    cell = models.CharField(max_length=12, blank=True)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    stand_in = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    given_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    given_unit = models.CharField(max_length=48, blank=True)
    given_at = models.DateTimeField()
    due = models.DateField()
    wanted_due = models.DateField(null=True)  # asked for, not yet answered
    wanted_why = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, default=State.PENDING.value)
    answer = models.JSONField(default=dict)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="pieces")
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged")
    definitions = models.CharField(max_length=64)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("due", "id")
        constraints = (
            models.CheckConstraint(
                condition=(models.Q(unit="") & ~models.Q(cell="")) | (~models.Q(unit="") & models.Q(cell="")),
                name="item_has_one_place",
            ),
        )
        indexes = (
            models.Index(fields=["unit", "state", "due"], name="item_unit"),
            models.Index(fields=["cell", "state", "due"], name="item_cell"),
            models.Index(fields=["subject_kind", "subject_id"], name="item_subject"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def state_label(self) -> str:
        return LABELS[State(self.state)]


class Step(models.Model):
    """One thing that happened to an item: who, when, what was said, and what changed (field → old, new)."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    verb = models.CharField(max_length=12)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=1_000, blank=True)
    changes = models.JSONField(default=dict)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.item_id} {self.verb}"

    @property
    def word(self) -> str:
        return WORDS[self.verb]


class SavedFilter(models.Model):
    """A filter of 我的待办 that a person keeps under a name; her list may open with one of them."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=20)
    query = models.CharField(max_length=1_000)
    opens = models.BooleanField(default=False)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=["person", "name"], name="filter_once"),
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(opens=True), name="filter_opens_once"
            ),
        )

    def __str__(self) -> str:
        return self.name
