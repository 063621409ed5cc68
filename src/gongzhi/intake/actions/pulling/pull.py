"""Pull a source for a period: when somebody asks, and once after each period that its unit owes."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.engine.calendar import parse_period
from gongzhi.engine.doors import Source
from gongzhi.intake.actions.desk import HandedIn, hand_in
from gongzhi.intake.actions.place import Place, draft_of
from gongzhi.intake.actions.refused import Refused
from gongzhi.intake.models import Pull
from gongzhi.intake.queries import periods_to_pull
from gongzhi.organisation.models import Person

from .database import rows_of
from .failed import PullFailed
from .written import write

log = logging.getLogger(__name__)


def pull(
    *,
    source: Source,
    period: str,
    by: Person | None,
    adds: str = "",
    replaces: str = "",
    dry_run: bool = False,
) -> HandedIn:
    """Ask the source for a period's rows and hand them in. The same rows again are the same batch.

    Raises Refused when the place itself is wrong, PullFailed when no rows were had; both are written down.
    """
    place = Place(source.resource, period, source.unit, adds=adds, replaces=replaces)
    name = f"{source.name}-{period}.json"
    draft = draft_of(place, name=name, by=by, channel="sql", received_at=None)
    with tempfile.TemporaryDirectory(dir=settings.HOME.folder("incoming")) as private:
        file = Path(private) / "rows.json"
        try:
            with rows_of(source, parse_period(draft.period)) as (headings, rows):
                count = write(file, headings, rows, most=source.rows_at_most, size=settings.MAX_FILE_BYTES)
            if not count:
                raise PullFailed("empty")
        except PullFailed as error:
            _failed(source, draft.period, error, by, keep=not dry_run)
            raise
        handed = hand_in(file=file, name=name, place=place, by=by, channel="sql", dry_run=dry_run)
    _done(source, handed, count, by)
    return handed


@transaction.atomic
def _done(source: Source, handed: HandedIn, count: int, by: Person | None) -> None:
    period = handed.submission.period
    if not handed.tried:
        _noted(source, period, "done", rows=count, submission=handed.submission)
    detail = {"period": period, "rows": count, "outcome": handed.outcome, "tried": handed.tried}
    record("source.pulled", by=by, subject=("source", source.name), detail=detail)


@transaction.atomic
def _failed(source: Source, period: str, error: PullFailed, by: Person | None, *, keep: bool) -> None:
    code = f"{error.code} {error.more}".strip()[:24]
    if keep:
        _noted(source, period, code, rows=0, submission=None)
    detail = {"period": period, "code": code}
    record("source.failed", by=by, subject=("source", source.name), outcome="refused", detail=detail)


def _noted(source: Source, period: str, code: str, **more: object) -> None:
    fresh = {"at": timezone.now(), "code": code, **more}
    row, _ = Pull.objects.update_or_create(source=source.name, period=period, defaults=fresh)
    Pull.objects.filter(pk=row.pk).update(tries=F("tries") + 1)


def pull_due() -> int:
    """Pull what the calendar asks for and has not come; one source that fails keeps no other waiting."""
    count = 0
    for source in settings.DOORS.sources:
        for period in periods_to_pull(source, timezone.localdate()):
            try:
                pull(source=source, period=period, by=None)
                count += 1
            except (PullFailed, Refused) as error:
                log.warning("source %s, %s: %s", source.name, period, getattr(error, "code", ""))
            except Exception:  # what nobody has thought of keeps no other waiting either
                log.exception("source %s, %s", source.name, period)
    return count
