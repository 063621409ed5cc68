"""Submissions, slots, batches, the ledger of lake files, receipts (notice, 二(二))."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q

from gongzhi.engine.crypto import ALGORITHM, Signer
from gongzhi.engine.crypto.statements import Signed, sign
from gongzhi.organisation.models import Person, uuid7

from .states import State

SHANGHAI = dt.timezone(dt.timedelta(hours=8))


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
    channel = models.CharField(max_length=8)  # page, cli, api
    file_name = models.CharField(max_length=200)
    file_size = models.BigIntegerField()
    file_digest = models.CharField(max_length=64)  # SM3 of the bytes as they came
    original = models.CharField(max_length=120)  # path of the sealed copy
    adds = models.ForeignKey("Batch", null=True, on_delete=models.PROTECT, related_name="added_by")
    replaces = models.ForeignKey("Batch", null=True, on_delete=models.PROTECT, related_name="+")
    whole = models.BooleanField(default=False)  # all rows or none
    definitions = models.CharField(max_length=64)  # digest of the definitions it was checked under
    rows = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    set_aside = models.PositiveIntegerField(default=0)
    skipped = models.JSONField(default=list)
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


class Batch(models.Model):
    """Accepted rows, for ever as they are; a correction is a new batch that names the one it replaces."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="batches")
    version = models.PositiveIntegerField()
    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="batch")
    kind = models.CharField(max_length=8)  # first, adds, replaces
    replaced_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="replaced")
    replaced_at = models.DateTimeField(null=True)
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
                fields=["slot", "content"], condition=Q(replaced_by=None), name="batch_content_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.slot} v{self.version}"

    @property
    def path(self) -> str:
        """The address of its page."""
        return f"/batches/{self.pk}"

    @property
    def number(self) -> str:
        """How people name it: resource, period and version, 16.1-2026Q2-03."""
        return f"{self.slot.resource}-{self.slot.period}-{self.version:02d}"


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

    class Meta:
        ordering = ("batch_id", "role", "table")
        indexes = (models.Index(fields=["role", "table"], name="lakefile_table"),)

    def __str__(self) -> str:
        return self.path


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


class SignedRoot(models.Model):
    """A root with its signature; `statement` gives back word for word what was signed."""

    KIND = ""

    at = models.DateTimeField()
    size = models.PositiveIntegerField()  # how many leaves the root stands over
    root = models.CharField(max_length=64)
    key = models.CharField(max_length=16)  # the public key, by its short name
    signature = models.CharField(max_length=160)

    class Meta:
        abstract = True

    def facts(self) -> dict[str, object]:
        """What is stated about the root, besides the key and the root itself."""
        return {"kind": self.KIND, "at": instant(self.at), "size": self.size}

    @property
    def signed(self) -> Signed:
        named = {"algorithm": ALGORITHM, "key": self.key, "root": self.root}
        return Signed(self.facts() | named, self.signature)

    def sign(self, signer: Signer, root: bytes) -> None:
        """Sign the facts over this root; to be called on what is not stored yet."""
        signed = sign(signer, root, self.facts())
        self.root, self.key, self.signature = root.hex(), signer.public.identity, signed.signature


class DayRoot(SignedRoot):
    """日结: everything that was signed up to the end of a day, chained to the day before."""

    KIND = "day"

    day = models.DateField(unique=True)
    previous = models.CharField(max_length=64, unique=True)  # leaf of the day before
    events = models.BigIntegerField()  # length and head of the audit chain when the day was closed
    head = models.CharField(max_length=64)

    class Meta:
        ordering = ("day",)

    def __str__(self) -> str:
        return f"{self.day} {self.root[:12]}"

    def facts(self) -> dict[str, object]:
        more = {"day": self.day.isoformat(), "previous": self.previous, "events": self.events}
        return super().facts() | more | {"head": self.head}


class ReceiptRoot(SignedRoot):
    """One signature over many receipts. Its leaves are their digests in the order of their numbers."""

    KIND = "receipts"

    day = models.ForeignKey(DayRoot, null=True, on_delete=models.PROTECT, related_name="roots")

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.at} {self.root[:12]}"


class Cutoff(SignedRoot):
    """截止快照: which batches counted at an instant, fixed for good; scores and bulletins stand on it."""

    KIND = "cutoff"

    cut_at = models.DateTimeField(unique=True)  # batches received up to here
    batches = models.ManyToManyField(Batch, through="FrozenBatch", related_name="+")

    class Meta:
        ordering = ("cut_at",)

    def __str__(self) -> str:
        return f"{self.cut_at} {self.root[:12]}"

    def facts(self) -> dict[str, object]:
        return super().facts() | {"cut_at": instant(self.cut_at)}


class FrozenBatch(models.Model):
    """A batch of a cut-off, with the digest under which it stood there."""

    cutoff = models.ForeignKey(Cutoff, on_delete=models.PROTECT, related_name="entries")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ("cutoff_id", "batch_id")
        constraints = (models.UniqueConstraint(fields=["cutoff", "batch"], name="frozen_once"),)

    def __str__(self) -> str:
        return f"{self.cutoff_id} {self.batch_id}"


class Receipt(models.Model):
    """回执: what was taken in, when, under which number and hash; signed with others under one root."""

    number = models.CharField(max_length=40, primary_key=True)
    batch = models.OneToOneField(Batch, on_delete=models.PROTECT, related_name="receipt")
    issued_at = models.DateTimeField()
    digest = models.CharField(max_length=64)  # SM3 over the receipt's own text
    root = models.ForeignKey(ReceiptRoot, null=True, on_delete=models.PROTECT, related_name="receipts")

    def __str__(self) -> str:
        return self.number


def instant(at: dt.datetime) -> str:
    """A point in time as receipts and statements write it."""
    return at.astimezone(SHANGHAI).isoformat(timespec="milliseconds")
