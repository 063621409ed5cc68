"""First tries: which files came in as they were first handed in, and how many of their rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from gongzhi.engine.calendar import PeriodError, parse_period
from gongzhi.intake.models import Submission
from gongzhi.intake.states import State


@dataclass(frozen=True)
class FirstTry:
    """One place that is filled: the first file handed in for it, and what became of that file.

    `passed`: it came in whole as it was handed in, and the office did not return it. `rows_passed`: rows of
    it that the checks accepted as they stood; rows that were mended in the browser do not count.
    """

    submission: UUID
    unit: str
    resource: str
    period: str
    file_name: str
    received_at: dt.datetime
    tries: int
    state: str
    rows: int
    rows_passed: int
    passed: bool


@dataclass(frozen=True)
class FirstPass:
    """First tries counted: places (files) and rows, with the rates that follow (peers_collection.md 3)."""

    places: int = 0
    passed: int = 0
    rows: int = 0
    rows_passed: int = 0

    @property
    def rate(self) -> float | None:
        """一次通过率, 0 to 100; None where nothing is filled."""
        return 100 * self.passed / self.places if self.places else None

    @property
    def row_rate(self) -> float | None:
        """一次合格行率, 0 to 100."""
        return 100 * self.rows_passed / self.rows if self.rows else None


def in_span(rows: QuerySet[Submission], first: dt.date, last: dt.date) -> QuerySet[Submission]:
    """Submissions for periods that end from `first` to `last`, as the rates of the calendar count them."""
    codes = rows.order_by().values_list("period", flat=True).distinct()
    return rows.filter(period__in=[code for code in codes if _ends(code, first, last)])


def _ends(code: str, first: dt.date, last: dt.date) -> bool:
    try:
        return first <= parse_period(code).end <= last
    except PeriodError:
        return False


_NAMES = (
    "unit", "resource", "letter", "period", "pk", "file_name", "received_at", "state", "rows", "accepted",
    "set_aside", "adopted", "batch__review__verdict",
)  # fmt: skip


def first_tries(submissions: QuerySet[Submission]) -> list[FirstTry]:
    """The first file for each place that is filled by now, the latest first.

    A place that nothing was taken in for yet stands outside; so does every further file of a filled place.
    """
    places: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in submissions.order_by("received_at", "pk").values(*_NAMES):
        places.setdefault((row["unit"], row["resource"], row["letter"], row["period"]), []).append(row)
    found = [_first(rows) for rows in places.values() if any(row["state"] == State.COMMITTED for row in rows)]
    return sorted(found, key=lambda one: (one.received_at, one.submission), reverse=True)


def _first(rows: list[dict[str, Any]]) -> FirstTry:
    one = rows[0]
    came = next(n for n, row in enumerate(rows, 1) if row["state"] == State.COMMITTED)
    mended = {(part, number) for part, number, _ in one["adopted"]}
    whole = one["state"] == State.COMMITTED and not one["set_aside"] and not mended
    taken = 0 if one["state"] == State.REFUSED else max(0, one["accepted"] - len(mended))
    return FirstTry(
        submission=one["pk"],
        unit=one["unit"],
        resource=one["resource"],
        period=one["period"],
        file_name=one["file_name"],
        received_at=one["received_at"],
        tries=came,
        state=one["state"],
        rows=one["rows"],
        rows_passed=taken,
        passed=whole and one["batch__review__verdict"] != "returned",
    )


def first_pass(tries: Iterable[FirstTry]) -> FirstPass:
    """First tries, counted."""
    found = list(tries)
    return FirstPass(
        len(found),
        sum(one.passed for one in found),
        sum(one.rows for one in found),
        sum(one.rows_passed for one in found),
    )
