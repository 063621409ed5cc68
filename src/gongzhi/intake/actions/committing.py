"""Take in what machines handed in and the check let through; a page's file waits for its person instead."""

from __future__ import annotations

import logging

from django.db.models import F

from gongzhi.engine.lake import disk_is_full
from gongzhi.intake.models import Submission
from gongzhi.intake.queries.pages import live_batches
from gongzhi.intake.states import NotPossible, State

from .batch import prepared_of
from .desk import committed_or_not
from .submission import MOST_ATTEMPTS

log = logging.getLogger(__name__)


def take_in_waiting() -> int:
    """Commit the checked submissions of machines, the oldest first, or put them to a second person.

    What a person has begun to mend on a page is hers. One that breaks off is tried again a few times and then
    waits for a person; it keeps no other waiting.
    """
    found = Submission.objects.filter(
        state=State.CHECKED, channel="api", proposed_at=None, adopted=[], attempts__lt=MOST_ATTEMPTS
    )
    return sum(_taken_in(one) for one in found.order_by("received_at"))


def _taken_in(submission: Submission) -> bool:
    by = submission.author
    try:
        _aim(submission)
        committed_or_not(submission, prepared_of(submission, by), by)
    except NotPossible:
        return False  # decided elsewhere meanwhile
    except Exception as error:
        log.exception("submission %s could not be taken in", submission.pk)
        if disk_is_full(error):
            return False  # no fault of the file
        Submission.objects.filter(pk=submission.pk).update(attempts=F("attempts") + 1)
        return False
    return True


def _aim(submission: Submission) -> None:
    """Pushed rows add to what is in their slot already; nobody is there to say so."""
    if not submission.pushes.exists():
        return
    place = {"unit": submission.unit, "resource": submission.resource, "period": submission.period}
    submission.adds = live_batches(**place).last()
    submission.save(update_fields=["adds"])
