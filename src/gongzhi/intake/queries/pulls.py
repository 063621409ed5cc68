"""What was pulled from the site's SQL sources, and what is to be pulled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from gongzhi.catalogue.models import Obligation
from gongzhi.catalogue.queries import unmet
from gongzhi.editions.queries import in_force
from gongzhi.engine.doors import Source
from gongzhi.intake.models import Pull

from .outcome import outcome_of

_OVER = ("done", "empty")
MOST_PULLS = 48
"""A pull that fails is tried once an hour, two days long; then only when somebody asks."""


def periods_to_pull(source: Source, today: dt.date) -> list[str]:
    """Periods that ended, that the unit owes and nothing has come for, the oldest first; each once."""
    keys = _place_of(source)
    if keys is None:
        return []
    ended = today - dt.timedelta(days=max(source.wait_days, 1))
    owed = Obligation.objects.filter(unit=keys[0], resource=keys[1], period_end__range=(source.since, ended))
    over = set(Pull.objects.filter(source=source.name, code__in=_OVER).values_list("period", flat=True))
    over |= set(
        Pull.objects.filter(source=source.name, tries__gte=MOST_PULLS).values_list("period", flat=True)
    )
    found = unmet(owed, today).order_by("period_end", "period").values_list("period", flat=True)
    return [period for period in found if period not in over]


def _place_of(source: Source) -> tuple[str, str] | None:
    """Unit and resource of a source by their keys; None when the definitions do not know them."""
    try:
        unit = in_force().unit(source.unit).key
        return unit, in_force().resource(source.resource.partition("/")[0]).number
    except KeyError:
        return None


def pulls_of(sources: Sequence[Source], today: dt.date) -> list[dict[str, Any]]:
    """Each source with its latest pull and the periods that wait; never who signs in there, or with what."""
    latest = {one.source: one for one in Pull.objects.order_by("at").select_related("submission")}
    return [_told(source, latest.get(source.name), today) for source in sources]


def _told(source: Source, last: Pull | None, today: dt.date) -> dict[str, Any]:
    database = source.database
    return {
        "name": source.name,
        "unit": source.unit,
        "resource": source.resource,
        "database": f"{database.kind} {database.host} {database.name}",
        "known": _place_of(source) is not None,
        "waiting": periods_to_pull(source, today),
        "last_period": last.period if last else None,
        "last_at": last.at.isoformat(timespec="seconds") if last else None,
        "last": last.code if last else None,
        "rows": last.rows if last else None,
        "tries": last.tries if last else None,
        "outcome": outcome_of(last.submission) if last and last.submission else None,
    }
