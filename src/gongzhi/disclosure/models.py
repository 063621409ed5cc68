"""Promises of confidentiality that people gave (三(三))."""

from __future__ import annotations

from django.db import models

from gongzhi.organisation.models import Person


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
