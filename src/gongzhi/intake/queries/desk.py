"""What the people at the desk have said: who must be two, what was explained, what waits for the office."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl
from django.db.models import Q, QuerySet
from django.utils import timezone

from gongzhi.catalogue.states import ActState
from gongzhi.editions.queries import in_force
from gongzhi.engine.checks import Waived
from gongzhi.engine.definitions import Field, FieldType, HistoryCheck, Resource
from gongzhi.gate import Sight
from gongzhi.intake.models import Batch, CheckWaiver, Explanation, Submission, TwoPersons, Withdrawal

from .stored import batches_visible_to, findings_of

_NUMBERS = {FieldType.MONEY, FieldType.AREA, FieldType.NUMBER, FieldType.COUNT, FieldType.PERCENT}
_TIMES = {FieldType.DATE, FieldType.PERIOD, FieldType.YEAR}
_OF_TYPES = {
    "phone_form": {FieldType.PHONE}, "out_of_range": _NUMBERS | {FieldType.YEAR}, "control_total": _NUMBERS,
    "merged_amount": _NUMBERS, "out_of_period": _TIMES, "future_date": _TIMES,
}  # fmt: skip
"""Checks of columns of these types alone."""
_OF_CHECKS = {"order", "total", "product", "any_of", "needs"}
"""Checks that a sheet names, by their kind, which is the code of their finding too."""
_OF_KEYS = {"duplicate_key", "known_key"}
_PUBLISHED = (ActState.GRANTED, ActState.WITHDRAWN)


def two_persons(unit: str) -> TwoPersons | None:
    """The unit's wish that two people hand in, while it holds."""
    return TwoPersons.objects.filter(unit=unit, ended_at=None).select_related("begun_by").first()


def unreviewed(sight: Sight) -> QuerySet[Batch]:
    """Batches in use on which the office has said nothing, the oldest first."""
    found = batches_visible_to(sight).filter(replaced_by=None, withdrawn_at=None, review=None)
    return found.order_by("committed_at", "pk")


def check_waivers_visible_to(sight: Sight) -> QuerySet[CheckWaiver]:
    """Those that were granted, for everybody who sees a calendar; all of the units in sight besides."""
    found = CheckWaiver.objects.select_related("asked_by", "decided_by")
    units = sight.units("see_calendar")
    if not isinstance(units, frozenset):
        return found
    return found.filter(Q(decided_at__isnull=False, state__in=_PUBLISHED) | Q(unit__in=units))


def waivers_of(unit: str, resource: str, day: dt.date) -> dict[tuple[str, str], Waived]:
    """The checks that a unit is not asked for a resource on a day, as the check is told them."""
    found = CheckWaiver.objects.filter(
        unit=unit, resource=resource, state=ActState.GRANTED, ended_at=None, until__gte=day
    ).order_by("until")
    return {(one.code, one.field): Waived(str(one.pk), one.until) for one in found}


def waivable(resource: Resource) -> dict[str, list[Field]]:
    """Which checks that are made of a resource can be waived, by code, and for which columns: never a
    personal one.
    """
    fields = {field.key: field for sheet in resource.sheets for field in sheet.fields}
    personal = {one.key for sheet in resource.sheets for one in sheet.fields if one.personal}
    open_ones = [field for key, field in fields.items() if key not in personal]
    may = {code: open_ones for code, one in in_force().findings.items() if one.waivable}
    for code, types in _OF_TYPES.items():
        may[code] = [one for one in may.get(code, ()) if one.type in types]
    never = _not_made(resource)
    return {code: columns for code, columns in may.items() if columns and code not in never}


def _not_made(resource: Resource) -> set[str]:
    """Findings of checks that other resources name and this one does not."""
    definitions, sheets = in_force(), resource.sheets
    made: set[str] = {check.kind for sheet in sheets for check in sheet.checks}
    made |= _OF_KEYS if any(sheet.key for sheet in sheets) else set()
    made |= _found_by(one for sheet in sheets for one in definitions.checks_of(sheet.code))
    return (_OF_CHECKS | _OF_KEYS | _found_by(definitions.history_checks.values())) - made


def _found_by(checks: Iterable[HistoryCheck]) -> set[str]:
    names = ("finding", "unknown", "differs", "closed")
    return {code for one in checks for name in names if (code := getattr(one.compares, name, None))}


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
    waivable: bool = False


def asked_of(submission: Submission) -> list[Asked]:
    """What the check of this file asks about, the most frequent first."""
    frame = findings_of(submission).filter(pl.col("severity") == "explain")
    known, may = explanations(submission), waivable(in_force().resources[submission.resource])
    columns = {code: {"", *(one.key for one in fields)} for code, fields in may.items()}
    groups = frame.with_columns(pl.col("field").fill_null(""), pl.col("column").fill_null("")).group_by(
        "code", "field", "title", "column", maintain_order=True
    )
    found = [
        Asked(
            str(code), str(field), str(title), str(column), part.height,
            part["cell"].drop_nulls().head(3).to_list(), known.get((str(code), str(field))),
            str(field) in columns.get(str(code), ()),
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
