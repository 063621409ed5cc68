"""Receipts, and the roots that are signed over them, over days and over cut-offs."""

from __future__ import annotations

import datetime as dt

from django.db import models

from gongzhi.engine.crypto import ALGORITHM, Signer
from gongzhi.engine.crypto.statements import Signed, sign

from .batch import Batch

SHANGHAI = dt.timezone(dt.timedelta(hours=8))


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
