"""The taxpayer file: who is registered, under which names, and what people decided about doubtful rows."""

from __future__ import annotations

from django.db import models

from gongzhi.intake.models import Batch, Segment
from gongzhi.organisation.models import Person, uuid7


class Taxpayer(models.Model):
    """One registered organisation. Its id is never reused; a mention in a file never makes one.

    `origin` says which register made it (the bureau's, or the market bureau's for what the bureau does not
    know yet); without one it is registered nowhere any more, since the batch that named it does not count.
    `source` names the row that it was last read from.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=20, unique=True)
    organisation_code = models.CharField(max_length=9, blank=True)
    old_code = models.CharField(max_length=20, blank=True)
    name = models.CharField(max_length=200)
    plain_name = models.CharField(max_length=200, blank=True)  # the name as it is searched (linkage.plain)
    kind = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=20, blank=True)
    scale = models.CharField(max_length=20, blank=True)
    industry = models.CharField(max_length=8, blank=True)
    address = models.CharField(max_length=300, blank=True)
    street = models.CharField(max_length=60, blank=True)
    phone_token = models.CharField(max_length=48, blank=True)
    person_token = models.CharField(max_length=48, blank=True)
    opened_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)  # deregistered
    origin = models.CharField(max_length=12)
    source_batch = models.UUIDField()
    source_part = models.PositiveSmallIntegerField()
    source_row = models.PositiveIntegerField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ("name", "id")
        indexes = (
            models.Index(fields=["name"], name="taxpayer_name"),
            models.Index(fields=["organisation_code"], name="taxpayer_organisation"),
        )

    def __str__(self) -> str:
        return self.name


class FormerName(models.Model):
    """A name that a taxpayer bore; a row is joined by the name that was borne on its day."""

    taxpayer = models.ForeignKey(Taxpayer, on_delete=models.CASCADE, related_name="former_names")
    name = models.CharField(max_length=200)
    plain_name = models.CharField(max_length=200, blank=True)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["taxpayer", "name"], name="former_name_once"),)

    def __str__(self) -> str:
        return self.name


class Linking(models.Model):
    """The latest linking of a batch: under which register, with what outcome. A batch without one waits."""

    batch = models.OneToOneField(Batch, on_delete=models.PROTECT, related_name="linking")
    register = models.CharField(max_length=64)  # digest of the register and the decisions
    linked_at = models.DateTimeField()
    rows = models.PositiveIntegerField(
        default=0
    )  # mentions of parties, several a row where a row names several
    linked = models.PositiveIntegerField(default=0)
    doubtful = models.PositiveIntegerField(default=0)
    unlinked = models.PositiveIntegerField(default=0)
    round = models.PositiveIntegerField(default=0)
    methods = models.JSONField(null=True)  # linked mentions by method; None: linked before this was counted
    taxpayers = models.PositiveIntegerField(default=0)  # how many different ones the rows were joined to
    # The merged file that holds this round of linking too; None: only the batch's own file does.
    segment = models.ForeignKey(Segment, null=True, on_delete=models.PROTECT, related_name="linkings")

    def __str__(self) -> str:
        return f"{self.batch_id} {self.linked}/{self.rows}"


class Doubt(models.Model):
    """A mention that the machine does not decide: one row of the queue for all rows that say the same.

    `key` is made of the normalised name and the code (engine.linkage.row_keys). `candidates` are taxpayer
    ids with score and the features that speak for and against.
    """

    key = models.CharField(max_length=300, unique=True)
    name = models.CharField(max_length=200)
    code = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=12)  # doubtful, conflict
    candidates = models.JSONField(default=list)
    mentions = models.PositiveIntegerField(default=0)
    example_batch = models.UUIDField()
    example_part = models.PositiveSmallIntegerField()
    example_row = models.PositiveIntegerField()
    batches = models.JSONField(default=list)  # ids of the batches that hold it
    seen_at = models.DateTimeField()
    open = models.BooleanField(default=True)
    unreviewed = models.BooleanField(default=True)  # joins were made since it was held against all that stand

    class Meta:
        ordering = ("-mentions", "id")
        indexes = (models.Index(fields=["open", "-mentions"], name="doubt_open"),)

    def __str__(self) -> str:
        return self.name


VERDICTS = {"same": "就是这一户", "different": "不是这一户", "outside": "不属于本区"}


class Decision(models.Model):
    """What a person decided about a mention; it stands above every later comparison until somebody ends it.

    Without a taxpayer the mention is `outside`: nobody of this district, so that it is looked for no more.
    """

    key = models.CharField(max_length=300)
    name = models.CharField(max_length=200, blank=True)  # as the mention was written
    code = models.CharField(max_length=64, blank=True)
    taxpayer = models.ForeignKey(Taxpayer, null=True, on_delete=models.PROTECT, related_name="decisions")
    verdict = models.CharField(max_length=10)  # same, different, outside
    note = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    end_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["key", "taxpayer"], condition=models.Q(ended_at=None), name="decision_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.verdict} {self.taxpayer_id}"

    @property
    def verdict_label(self) -> str:
        return VERDICTS[self.verdict]
