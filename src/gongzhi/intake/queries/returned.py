"""Batches that the office has returned and that nothing has corrected yet, as their unit is shown them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet

from gongzhi.editions.queries import in_force_for
from gongzhi.gate import Sight
from gongzhi.intake.models import Batch, Review

from .stored import batches_visible_to, live

RETURNED = Q(replaced_by=None, withdrawn_at=None, review__verdict="returned")


@dataclass(frozen=True)
class Returned:
    """What the office said when it returned a batch, with the titles of the columns."""

    batch: Batch
    review: Review
    remarks: list[dict[str, Any]]

    @property
    def correct(self) -> str:
        """Where the unit hands in what corrects it."""
        slot = self.batch.slot
        return f"/submit/{slot.resource}?period={slot.period}&replaces={self.batch.pk}"


def returned_of(batch: Batch) -> Returned | None:
    """What the office said of a batch that it returned, corrected since or not; None for every other."""
    review = Review.objects.filter(batch=batch, verdict="returned").select_related("by").first()
    return Returned(batch, review, _remarks(batch, review)) if review else None


def waiting_returned(*, unit: str, resource: str) -> list[Batch]:
    """The returned batches of a unit's resource that wait to be corrected, the latest period first."""
    found = live().filter(RETURNED, slot__unit=unit, slot__resource=resource)
    return list(found.select_related("slot").order_by("-slot__period", "version"))


FIRST_LATE = F("review__again_by").asc(nulls_first=True)
"""What has no day by which it would be on time is late already, or may come whenever it likes."""


def returned_to(sight: Sight) -> QuerySet[Batch]:
    """The returned batches that the reader's own unit has to correct, the first to come again first."""
    if not sight.unit or not (sight.has("submit_file") or sight.has("review_file")):
        return Batch.objects.none()
    found = batches_visible_to(sight).filter(RETURNED, slot__unit=sight.unit)
    return found.select_related("slot", "submission", "review").order_by(FIRST_LATE, "review__at")


def _remarks(batch: Batch, review: Review) -> list[dict[str, Any]]:
    tables = in_force_for(batch.slot.resource, batch.slot.period).tables
    parts = list(batch.parts.order_by("part"))
    titles = {
        (part.part, one.key): one.title for part in parts for one in tables[part.table][1].fields
    }  # fmt: skip
    sheets = {part.part: part.sheet for part in parts} if len(parts) > 1 else {}
    return [
        one | {"title": titles.get((one["part"], one["field"]), ""), "sheet": sheets.get(one["part"], "")}
        for one in review.remarks
    ]
