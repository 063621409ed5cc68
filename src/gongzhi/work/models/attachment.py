"""What was attached to a work item."""

from __future__ import annotations

from django.db import models

from gongzhi.organisation.models import Person

from .item import Item


class Attachment(models.Model):
    """A file as it was kept: sealed, under the SM3 of its bytes. An image is one that was made anew.

    `taken_at` is when a photo says it was taken; where it was taken is never kept.
    """

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=120)
    media = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    path = models.CharField(max_length=100)
    taken_at = models.DateTimeField(null=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=["item", "digest"], name="attachment_once"),)

    def __str__(self) -> str:
        return self.name
