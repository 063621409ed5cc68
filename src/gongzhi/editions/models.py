"""Editions of definitions, the stamp of what is published, and suggestions for changes."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from gongzhi.organisation.models import Person

from .states import ANSWERS, Answer, Origin, State


class Edition(models.Model):
    """One version of one piece of the definitions: a resource, a rule with its cases, a list.

    `texts` holds its files by name, in canonical form, as they are exported again; `digest` is SM3 over
    them. `version` is given on approval. An approved edition never changes; it counts from `since` (empty:
    from ever) until a higher version does. `basis` is the version that the author had before her. An edition
    without texts retires its piece: from its day on the piece is not there, until a later edition says again
    what it is.
    """

    kind = models.CharField(max_length=16)
    code = models.CharField(max_length=64)
    title = models.CharField(max_length=120)
    version = models.PositiveIntegerField(null=True)
    texts = models.JSONField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, default=State.DRAFT.value)
    origin = models.CharField(max_length=8, default=Origin.OFFICE.value)
    basis = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    since = models.DateField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    document = models.CharField(max_length=120, blank=True)  # 文号
    author = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    former_authors = models.JSONField(default=list)  # ids of who wrote it before it was handed over
    approver = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)  # why it was sent back

    class Meta:
        ordering = ("-drafted_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=["kind", "code", "version"], name="edition_once"),
            models.CheckConstraint(condition=~Q(approver=F("author")), name="edition_four_eyes"),
        )
        indexes = (models.Index(fields=["state", "kind", "code"], name="edition_state"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.code} {self.version or self.state}"

    @property
    def retires(self) -> bool:
        return not self.texts

    def written_by(self, person: Person) -> bool:
        """Whether somebody wrote any of it: who did cannot be the second person."""
        return self.author_id == person.pk or str(person.pk) in self.former_authors


class Publication(models.Model):
    """The one row that every process asks whether something was published meanwhile.

    `stamp` is new with every publication; `folder` is the digest of the folder that was last taken in.
    """

    stamp = models.CharField(max_length=32)
    folder = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return self.stamp


class Suggestion(models.Model):
    """提建议: what a reader of a definition would have otherwise, and what came of it."""

    kind = models.CharField(max_length=16)
    code = models.CharField(max_length=64)
    title = models.CharField(max_length=120)  # of the piece, as it was called then
    text = models.CharField(max_length=500)
    unit = models.CharField(max_length=48)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    owner = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, default=Answer.OPEN.value)
    answer = models.CharField(max_length=500, blank=True)
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    edition = models.ForeignKey(Edition, null=True, on_delete=models.PROTECT, related_name="suggestions")

    class Meta:
        ordering = ("-made_at", "-pk")
        indexes = (models.Index(fields=["kind", "code"], name="suggestion_of"),)

    def __str__(self) -> str:
        return f"{self.title} {self.state}"

    @property
    def state_label(self) -> str:
        return ANSWERS[Answer(self.state)]
