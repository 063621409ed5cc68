"""Frequent faults with their trend and their remedy, and the files in which they were found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from gongzhi.editions.queries import in_force
from gongzhi.intake import queries as intake
from gongzhi.intake.queries import Fault

from .stretch import Stretch

FAULTS_SHOWN = 5


def _general(mend: str) -> str:
    """A remedy without what only a finding fills in."""
    return "" if "{" in mend else mend


@dataclass(frozen=True)
class FaultLine:
    """A frequent fault as the page shows it: with its trend, where it stands, how a good value looks."""

    fault: Fault
    now: float | None  # among a thousand rows
    before: float | None
    places: list[tuple[str, str, str, int]]  # resource, column, example of a good value, how often

    @property
    def mend(self) -> str:
        """The remedy as a finding said it, or in general where no finding of a column did."""
        known = in_force().findings.get(self.fault.code)
        return self.fault.mend or (_general(known.mend) if known else "")

    @property
    def trend(self) -> str:
        if self.now is None or self.before is None:
            return ""
        if self.before == self.now:
            return "持平"
        return "增多" if self.now > self.before else "减少"


def fault_lines(now: Stretch, before: Stretch | None) -> list[FaultLine]:
    """The most frequent faults, compared among a thousand rows with the span before."""
    top = intake.top_faults(now.faults, FAULTS_SHOWN)
    earlier = intake.counts_of(before.faults, [one.code for one in top]) if before and top else {}
    return [
        FaultLine(
            one,
            now.per_thousand(one.count),
            before.per_thousand(earlier[one.code]) if before else None,
            [_told(place) for place in one.places],
        )
        for one in top
    ]


def _told(place: intake.Place) -> tuple[str, str, str, int]:
    resource = in_force().resources.get(place.resource)
    fields = [one for sheet in resource.sheets for one in sheet.fields] if resource else []
    examples = [one.example for one in fields if one.title == place.column and one.example]
    return resource_title(place.resource), place.column, examples[0] if examples else "", place.count


_FILE: dict[str, Any] = {
    "submission": pl.String, "resource": pl.String, "period": pl.String, "file_name": pl.String,
    "received_at": pl.Datetime("us", "UTC"), "columns": pl.String, "code": pl.String, "count": pl.Int64,
}  # fmt: skip


def fault_files(now: Stretch, code: str) -> pl.LazyFrame:
    """The files in which a kind of fault was found, for a list."""
    rows = now.faults.filter(pl.col("code") == code)
    counted = rows.group_by("submission").agg(
        pl.col("count").sum(), pl.col("column").filter(pl.col("column") != "").unique().sort().str.join("、")
    )
    found = {pk: (columns, count) for pk, count, columns in counted.iter_rows()}
    files = now.submissions.filter(pk__in=list(found))
    lines = [
        (str(pk), resource_title(number), period, name, at, found[str(pk)][0], code, found[str(pk)][1])
        for pk, number, period, name, at in files.values_list(
            "pk", "resource", "period", "file_name", "received_at"
        )
    ]
    return pl.LazyFrame(lines, schema=_FILE, orient="row")


def resource_title(number: str) -> str:
    """A resource as lists name it: number and title."""
    resource = in_force().resources.get(number)
    return f"{number} {resource.title}" if resource else number
