"""What came by further doors: files of the watched folder, rows of SQL sources."""

from __future__ import annotations

from django.db import models

from .submission import Submission


class FolderFile(models.Model):
    """A file in the watched folder: how it looked last, what became of it, what its sender was told."""

    path = models.CharField(max_length=400, unique=True)  # below the watched folder
    size = models.BigIntegerField()
    changed_ns = models.BigIntegerField()  # of the file, by the clock of whoever keeps it
    seen_at = models.DateTimeField()  # since when it has not changed, by our clock
    submission = models.ForeignKey(Submission, null=True, on_delete=models.PROTECT, related_name="+")
    tries = models.PositiveSmallIntegerField(default=0)  # how often taking it in broke off
    told = models.CharField(max_length=12, blank=True)  # the outcome that the answer tells
    answer = models.CharField(max_length=500, blank=True)  # folder of the answer, below the watched one

    class Meta:
        ordering = ("path",)
        indexes = (models.Index(fields=["told"], name="folderfile_told"),)

    def __str__(self) -> str:
        return self.path


class Pull(models.Model):
    """The rows of one period asked of a SQL source: what came of it, or why nothing did."""

    source = models.CharField(max_length=48)
    period = models.CharField(max_length=16)
    at = models.DateTimeField()
    code = models.CharField(max_length=24)  # done, empty, or why it failed
    rows = models.PositiveIntegerField(default=0)
    tries = models.PositiveIntegerField(default=0)
    submission = models.ForeignKey(Submission, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-at",)
        constraints = (models.UniqueConstraint(fields=["source", "period"], name="pull_once"),)

    def __str__(self) -> str:
        return f"{self.source} {self.period} {self.code}"


class Look(models.Model):
    """When a door was last looked through, how much lay there, and what was wrong with it then."""

    door = models.CharField(max_length=48, unique=True)
    at = models.DateTimeField()
    files = models.PositiveIntegerField(default=0)
    fault = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return f"{self.door} {self.at}"
