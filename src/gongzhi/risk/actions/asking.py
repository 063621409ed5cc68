"""Ask for a scan, and answer what was asked: a long scan runs beside the pages, never inside a request."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.organisation.models import Person
from gongzhi.risk import queries
from gongzhi.risk.models import Run, ScanRequest

from .refused import Refused
from .scan import scan

log = logging.getLogger(__name__)
MOST_TRIES = 3
_BROKEN = "比对时出了故障，原有的疑点不变。请稍后再试；仍不成的，请与系统管理员联系"
_CUT = f"比对 {MOST_TRIES} 次都没有做完，原有的疑点不变。请与系统管理员联系"


@transaction.atomic
def ask_for_scan(*, by: Person) -> ScanRequest:
    """A scan as soon as the worker is free; who asks while somebody's request waits gets that one."""
    waiting = ScanRequest.objects.select_for_update().filter(answered_at=None)
    if found := waiting.exclude(asked_by=None).first():
        return found
    made = ScanRequest.objects.create(asked_at=timezone.now(), asked_by=by)
    record("risk.scan_asked", by=by, subject=("scan_request", made.pk), duty="run_scan")
    return made


def ask_if_due() -> int:
    """The house asks for a scan itself when what the rules read has changed; 1 when it asked."""
    if not queries.due():
        return 0
    ScanRequest.objects.create(asked_at=timezone.now())
    return 1


def scan_waiting() -> int:
    """Scan when somebody or the house has asked for it; returns how many requests were answered.

    Nothing is done while batches wait to be joined. What fails is answered with why, and not tried again
    until somebody asks or the next one is due.
    """
    asked = list(ScanRequest.objects.filter(answered_at=None).order_by("asked_at"))
    if not asked or queries.unlinked():
        return 0
    if max(one.tries for one in asked) >= MOST_TRIES:
        return _answer(asked, None, _CUT)
    ScanRequest.objects.filter(pk__in=[one.pk for one in asked]).update(tries=F("tries") + 1)
    by = next((one.asked_by for one in asked if one.asked_by), None)
    try:
        made = scan(as_of=_day(), by=by)
    except Refused as error:
        return _answer(asked, None, str(error))
    except Exception:
        log.exception("a scan failed")
        return _answer(asked, None, _BROKEN)
    return _answer(asked, made, "")


def _day() -> dt.date:
    """Today, or the day up to which hits stand already where that is later."""
    latest = Run.objects.exclude(finished_at=None).order_by("-as_of").first()
    return max(timezone.localdate(), latest.as_of) if latest else timezone.localdate()


def _answer(asked: Sequence[ScanRequest], made: Run | None, why: str) -> int:
    found = ScanRequest.objects.filter(pk__in=[one.pk for one in asked])
    return found.update(answered_at=timezone.now(), run=made, refusal=why[:300])
