"""Read the scans: the latest one, what came in since, and whether another is due."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from gongzhi.editions.queries import in_force
from gongzhi.gate import Sight
from gongzhi.intake.models import Batch
from gongzhi.intake.queries import live
from gongzhi.registry.models import Linking
from gongzhi.risk.models import Run, ScanRequest

SHANGHAI = ZoneInfo("Asia/Shanghai")


def runs_visible_to(sight: Sight) -> QuerySet[Run]:
    """Scans, for those who run them or see what they found."""
    return Run.objects.all() if sight.has("see_hits") or sight.has("run_scan") else Run.objects.none()


def failed_rules(sight: Sight) -> list[tuple[str, str]]:
    """Rules that the latest scan could not run, by name, each with why; their hits are those of before."""
    latest = runs_visible_to(sight).exclude(finished_at=None).first()
    rules = in_force().rules
    failures = latest.failures.items() if latest else ()
    return [(f"{code} {rules[code].rule.name}" if code in rules else code, why) for code, why in failures]


def end_of(day: dt.date) -> dt.datetime:
    """The last instant of a day here: what was received by then counts on it."""
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min, SHANGHAI)
    return midnight - dt.timedelta(microseconds=1)


@dataclass(frozen=True)
class Standing:
    """How current the hits are: the latest scan of all rules, and what came in that it did not compare.

    `asked` waits for the worker; `failed` says why the last request came to nothing; `seen_again` is when a
    later request found nothing new.
    """

    run: Run | None
    later: int
    asked: ScanRequest | None
    failed: str
    seen_again: dt.datetime | None


def standing(sight: Sight) -> Standing:
    """How current the hits are, for those who may know of scans."""
    run = _latest(runs_visible_to(sight))
    asked = ScanRequest.objects.filter(answered_at=None).first()
    done = ScanRequest.objects.exclude(answered_at=None).first()
    newer = done if done and done.answered_at and (run is None or done.asked_at > run.started_at) else None
    return Standing(
        run=run,
        later=_not_compared(run).count(),
        asked=asked,
        failed=newer.refusal if newer else "",
        seen_again=newer.answered_at if newer and not newer.refusal else None,
    )


def due() -> bool:
    """Whether something that the rules read changed since the latest scan, and the house waited long enough.

    Long enough is reckoned from the latest scan or request (settings.SCAN_SECONDS), so that a scan that
    fails is not tried without a pause.
    """
    run, asked = _latest(Run.objects.all()), ScanRequest.objects.first()
    since = timezone.now() - dt.timedelta(seconds=settings.SCAN_SECONDS)
    recent = (run and run.started_at > since) or (asked and (asked.asked_at > since or not asked.answered_at))
    return not recent and _changed(run)


def unlinked() -> bool:
    """Whether a batch still waits to be joined to taxpayers: a scan would leave its rows out."""
    return live().filter(Q(linking=None) | Q(linking__register="")).exists()


def _latest(runs: QuerySet[Run]) -> Run | None:
    return runs.exclude(finished_at=None).filter(whole=True).first()


def _changed(run: Run | None) -> bool:
    joins = Linking.objects.filter(batch__in=_compared())
    if run is None:
        return joins.exists()
    left = Batch.objects.filter(withdrawn_at__gt=run.started_at, files__table__in=_tables())
    later = joins.filter(linked_at__gt=run.started_at)
    return run.definitions != in_force().digest or later.exists() or left.exists()


def _not_compared(run: Run | None) -> QuerySet[Batch]:
    """Batches that count now, are read by a rule, and came in after the scan or after its day."""
    found = _compared()
    if run is None:
        return found
    late = Q(committed_at__gt=run.started_at) | Q(submission__received_at__gt=end_of(run.as_of))
    return found.filter(late)


def _compared() -> QuerySet[Batch]:
    return live().filter(files__role="rows", files__table__in=_tables()).distinct()


def _tables() -> set[str]:
    return {table for folder in in_force().rules.values() for table in folder.rule.tables}
