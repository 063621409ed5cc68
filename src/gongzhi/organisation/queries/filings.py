"""Read the register of posts: what is in force, what waits, who has not confirmed this half-year."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, DateTimeField, OuterRef, QuerySet, Subquery, When
from django.utils import timezone

from gongzhi.engine.calendar import Period, period_of
from gongzhi.engine.definitions import Unit, UnitKind
from gongzhi.gate import Sight
from gongzhi.organisation.models import Filing

from .people import definitions


def filings_visible_to(sight: Sight) -> QuerySet[Filing]:
    """All for the office, one's own unit's for its liaison and its head."""
    if sight.has("confirm_liaisons"):
        return Filing.objects.all()
    if sight.unit and sight.has("file_liaisons"):
        return Filing.objects.filter(unit=sight.unit)
    return Filing.objects.none()


def with_replaced(rows: QuerySet[Filing]) -> QuerySet[Any]:
    """Each filing with `replaced_at`: when the next one was filed, or sent where it was never decided."""
    later = Filing.objects.filter(unit=OuterRef("unit"), submitted_at__gt=OuterRef("submitted_at"))
    filed = later.exclude(number="").order_by("decided_at").values("decided_at")[:1]
    sent = later.order_by("submitted_at").values("submitted_at")[:1]
    told = (
        When(state="replaced", decided_at=None, then=Subquery(sent)),
        When(state="replaced", then=Subquery(filed)),
    )
    return rows.annotate(replaced_at=Case(*told, default=None, output_field=DateTimeField()))


def half_years(rows: QuerySet[Filing]) -> list[Period]:
    """The half-years in which these were submitted, the latest first."""
    days = rows.order_by().values_list("submitted_at", flat=True)
    return sorted({period_of("half_year", timezone.localdate(at)) for at in days}, reverse=True)


def half_year(day: dt.date) -> tuple[dt.date, str]:
    """The first day of the day's half-year, and its name."""
    first = day.month <= 6
    return dt.date(day.year, 1 if first else 7, 1), f"{day.year}年{'上' if first else '下'}半年"


def confirmed(filing: Filing | None, today: dt.date) -> bool:
    """Whether the unit has said in this half-year that the filing is still right; filing it says so too."""
    at = (filing.confirmed_at or filing.decided_at) if filing else None
    return at is not None and timezone.localdate(at) >= half_year(today)[0]


def filing_units() -> list[Unit]:
    """The units that keep a register: members, providers and grid units with people of their own."""
    kinds = {UnitKind.MEMBER, UnitKind.PROVIDER, UnitKind.GRID}
    return [
        unit for unit in definitions().units.values()
        if kinds & set(unit.kinds) and not unit.is_class
    ]  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """How one unit stands: what is in force, what waits, whether this half-year was confirmed."""

    unit: Unit
    filed: Filing | None
    waiting: Filing | None
    confirmed: bool


def standings(today: dt.date) -> list[Standing]:
    """Every unit that keeps a register, as it stands today."""
    found = Filing.objects.filter(state__in=("filed", "submitted"))
    by_unit = {(one.unit, one.state): one for one in found}
    return [_standing(unit, by_unit, today) for unit in filing_units()]


def _standing(unit: Unit, by_unit: dict[tuple[str, str], Filing], today: dt.date) -> Standing:
    filed = by_unit.get((unit.key, "filed"))
    waiting = by_unit.get((unit.key, "submitted"))
    return Standing(unit, filed, waiting, confirmed(filed, today))
