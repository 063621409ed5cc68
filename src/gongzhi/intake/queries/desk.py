"""What the people at the desk have said: who must be two, what was explained, what waits for the office."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl
from django.db.models import QuerySet
from django.utils import timezone

from gongzhi.gate import Sight
from gongzhi.intake.models import Batch, Explanation, Submission, TwoPersons, Withdrawal

from .stored import batches_visible_to, findings_of


def two_persons(unit: str) -> TwoPersons | None:
    """The unit's wish that two people hand in, while it holds."""
    return TwoPersons.objects.filter(unit=unit, ended_at=None).select_related("begun_by").first()


def unreviewed(sight: Sight) -> QuerySet[Batch]:
    """Batches in use on which the office has said nothing, the oldest first."""
    found = batches_visible_to(sight).filter(replaced_by=None, withdrawn_at=None, review=None)
    return found.order_by("committed_at", "pk")


def withdrawals_visible_to(sight: Sight) -> QuerySet[Withdrawal]:
    """What was asked and decided about taking batches in sight back."""
    found = Withdrawal.objects.filter(batch__in=batches_visible_to(sight))
    return found.select_related("batch__slot", "asked_by", "decided_by")


@dataclass(frozen=True)
class Asked:
    """One kind of finding in one column that asks for a reason, and the reason where there is one."""

    code: str
    field: str
    title: str
    column: str
    count: int
    cells: list[str]
    explanation: Explanation | None


def asked_of(submission: Submission) -> list[Asked]:
    """What the check of this file asks about, the most frequent first."""
    frame = findings_of(submission).filter(pl.col("severity") == "explain")
    known = explanations(submission)
    groups = frame.with_columns(pl.col("field").fill_null(""), pl.col("column").fill_null("")).group_by(
        "code", "field", "title", "column", maintain_order=True
    )
    found = [
        Asked(
            str(code), str(field), str(title), str(column), part.height,
            part["cell"].drop_nulls().head(3).to_list(), known.get((str(code), str(field))),
        )
        for (code, field, title, column), part in groups
    ]  # fmt: skip
    return sorted(found, key=lambda one: -one.count)


def explanations(submission: Submission, on: dt.date | None = None) -> dict[tuple[str, str], Explanation]:
    """The reasons that hold for a unit's resource on a day, by code and field."""
    day = on or timezone.localdate()
    found = Explanation.objects.filter(
        unit=submission.unit, resource=submission.resource, ended_at=None, until__gte=day
    ).select_related("by")
    return {(one.code, one.field): one for one in found}
