"""What came in: batches, their files in the lake, where their rows stood."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gongzhi.organisation.models import Person, uuid7

from .submission import Slot, Submission


class Batch(models.Model):
    """Accepted rows, for ever as they are; a correction is a new batch that names the one it replaces.

    A batch that is withdrawn stays as well, and counts no more.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="batches")
    version = models.PositiveIntegerField()
    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="batch")
    kind = models.CharField(max_length=8)  # first, adds, replaces
    replaced_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="replaced")
    replaced_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)  # out of use from then on, at its unit's request
    content = models.CharField(max_length=64)  # canonical content hash: order and format do not matter
    rows = models.PositiveIntegerField()
    definitions = models.CharField(max_length=64)
    committed_at = models.DateTimeField()
    committed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-committed_at",)
        constraints = (
            models.UniqueConstraint(fields=["slot", "version"], name="batch_version_once"),
            models.UniqueConstraint(
                fields=["slot", "content"],
                condition=Q(replaced_by=None, withdrawn_at=None),
                name="batch_content_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.slot} v{self.version}"

    @property
    def live(self) -> bool:
        """Whether it counts now: neither corrected nor withdrawn."""
        return self.replaced_by_id is None and self.withdrawn_at is None

    @property
    def returned(self) -> bool:
        """Whether the office has returned it and nothing has taken its place; it stays in use until then."""
        review = getattr(self, "review", None)  # the other side of Review.batch, where there is one
        return self.live and review is not None and review.verdict == "returned"

    @property
    def path(self) -> str:
        """The address of its page."""
        return f"/batches/{self.pk}"

    @property
    def number(self) -> str:
        """How people name it: resource, period and version, 16.1-2026Q2-03."""
        return f"{self.slot.resource}-{self.slot.period}-{self.version:02d}"


class LakeFile(models.Model):
    """The ledger of the lake: a file that is not named here does not exist for anybody."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="files")
    role = models.CharField(max_length=10)  # rows, findings, repaired, sealed, beside, links
    table = models.CharField(max_length=48)
    part = models.PositiveSmallIntegerField(default=0)
    path = models.CharField(max_length=160, unique=True)
    rows = models.PositiveIntegerField()
    size = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    # Of rows: lake column → cells filled, cells that it applies to. Counted by the worker; None: not yet.
    fills = models.JSONField(null=True)

    class Meta:
        ordering = ("batch_id", "role", "table")
        indexes = (models.Index(fields=["role", "table"], name="lakefile_table"),)

    def __str__(self) -> str:
        return self.path


class Segment(models.Model):
    """A file of the lake with what was derived from many batches, merged so that a page opens few files.

    Part of the ledger. For which batches it speaks is said by what names it; each has its own file as well.
    """

    path = models.CharField(max_length=160, unique=True)
    rows = models.PositiveIntegerField()
    size = models.BigIntegerField()
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.path


class OpsFile(models.Model):
    """What a room above keeps in the lake for those below it (a resource of kind `ops`): its latest file.

    Part of the ledger. `changed` counts the changes of what it is made of, `made` those that the file holds:
    where they differ, it waits to be made anew.
    """

    name = models.CharField(max_length=32, unique=True)
    changed = models.PositiveIntegerField(default=0)
    made = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(null=True)
    path = models.CharField(max_length=160, unique=True, null=True)  # none before it was made once
    rows = models.PositiveIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.name} {self.made}/{self.changed}"


class BatchPart(models.Model):
    """Where the rows of a batch stood in the sender's file: which sheet, which column held which field."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="parts")
    part = models.PositiveSmallIntegerField()
    table = models.CharField(max_length=48)
    sheet = models.CharField(max_length=200, blank=True)
    header_row = models.PositiveIntegerField()
    letters = models.JSONField(default=dict)  # field key → column letter

    class Meta:
        constraints = (models.UniqueConstraint(fields=["batch", "part"], name="batch_part_once"),)

    def __str__(self) -> str:
        return f"{self.batch_id} {self.sheet}"

    def cell(self, field: str, row: int) -> str:
        """Address as the spreadsheet shows it, 数据!C12; no letter where the file lacked the column."""
        place = f"{self.letters.get(field, '')}{row}"
        return f"{self.sheet}!{place}" if self.sheet else place
