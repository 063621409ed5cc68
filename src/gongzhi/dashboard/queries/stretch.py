"""What is counted of some units, or of one resource, in a stretch of time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl
from django.db.models import QuerySet

from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.models import Obligation
from gongzhi.catalogue.queries import Lateness, Rates
from gongzhi.gate import Sight
from gongzhi.intake import queries as intake
from gongzhi.intake.models import Batch, Submission
from gongzhi.intake.queries import FirstPass

from .figures import Ratio

Days = tuple[dt.date, dt.date]


@dataclass
class Stretch:
    """What is counted of some units (or of one resource) in a stretch of time, read when it is asked for."""

    sight: Sight
    days: Days
    today: dt.date
    narrowed: dict[str, str] = field(default_factory=dict)  # unit, resource

    @cached_property
    def obligations(self) -> QuerySet[Obligation]:
        rows = catalogue.visible_to(self.sight).filter(**self.narrowed)
        return rows.filter(period_end__range=self.days)

    @cached_property
    def submissions(self) -> QuerySet[Submission]:
        return intake.in_span(intake.counted_for(self.sight).filter(**self.narrowed), *self.days)

    @cached_property
    def batches(self) -> QuerySet[Batch]:
        """The batches in force of these submissions."""
        return intake.batches_counted_for(self.sight).filter(submission__in=self.submissions)

    @cached_property
    def rates(self) -> Rates:
        return catalogue.rates(self.obligations.filter(scored=True), self.today)

    @cached_property
    def unscored(self) -> int:
        return self.obligations.filter(scored=False).count()

    @cached_property
    def lateness(self) -> Lateness:
        whole = Lateness()
        for one in catalogue.lateness(self.obligations.filter(scored=True), self.today, "unit").values():
            whole.join(one)
        return whole

    @cached_property
    def tries(self) -> list[intake.FirstTry]:
        return intake.first_tries(self.submissions)

    @cached_property
    def first_pass(self) -> FirstPass:
        return intake.first_pass(self.tries)

    @cached_property
    def rows_checked(self) -> int:
        return sum(self.submissions.values_list("rows", flat=True))

    @cached_property
    def faults(self) -> pl.DataFrame:
        return intake.fault_rows(self.submissions)

    def per_thousand(self, count: int) -> float | None:
        """Faults among a thousand rows that were checked."""
        return 1_000 * count / self.rows_checked if self.rows_checked else None

    @property
    def ratios(self) -> dict[str, Ratio]:
        """Numerator and denominator of each rate."""
        rates, first = self.rates, self.first_pass
        return {
            "timely": Ratio(rates.timely, rates.counted),
            "reported": Ratio(rates.reported, rates.counted),
            "passed": Ratio(first.passed, first.places),
            "rows": Ratio(first.rows_passed, first.rows),
        }
