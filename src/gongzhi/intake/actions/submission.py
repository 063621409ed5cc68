"""Receive a file, check it, let it go: everything before the commit."""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path, PurePath

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.editions.queries import in_force_for
from gongzhi.engine.lake import disk_is_full
from gongzhi.intake.models import Batch, Submission
from gongzhi.intake.states import NotPossible, State, after
from gongzhi.organisation.models import Author

from . import original, preparation
from .original import Original
from .place import Place, draft_of
from .preparation import Prepared
from .reading import failed, prepare
from .refused import Refused
from .telling import tell_outcome
from .under_way import anybody_at, at_it

log = logging.getLogger(__name__)
__all__ = ["Place", "check", "check_waiting", "receive", "tell", "withdraw"]
OPEN = (State.RECEIVED, State.CHECKED, State.AWAITING, State.COMMITTED)
CHECKING = dt.timedelta(minutes=10)
"""For so long a check counts as under way, if its process lives: five times what reading may last."""
MOST_ATTEMPTS = 3


def receive(
    *,
    file: Path,
    name: str,
    place: Place,
    by: Author | None,
    channel: str,
    received_at: dt.datetime | None = None,
) -> Submission:
    """Keep a file and write down that it came. The same file for the same place is the same submission.

    `received_at` is for demo homes only; everywhere else the server's clock counts. Raises Refused.
    """
    draft = draft_of(place, name=name, by=by, channel=channel, received_at=received_at)
    return write_down(draft, original.keep(file), by=by)


def write_down(draft: Submission, kept: Original, *, by: Author | None) -> Submission:
    """Store a draft with its kept file, unless the same bytes already lie in the same place.

    A file that is handed in again while it waits is the same submission with what the sender says now
    (that it adds, replaces, comes whole); one that was refused or given up may come again as a new one.
    """
    draft.file_digest, draft.file_size, draft.original = kept.digest, kept.size, kept.path
    with transaction.atomic():
        if earlier := same_as(draft):
            return _told_anew(earlier, draft, by)
        draft.save(force_insert=True)
        record(
            "submission.received",
            by=by,
            subject=("submission", draft.pk),
            detail={
                "resource": draft.resource,
                "period": draft.period,
                "unit": draft.unit,
                "file": draft.file_digest,
            },
        )
    return draft


def same_as(draft: Submission) -> Submission | None:
    """The open submission with the same bytes for the same place; one whose batch counts no more is over."""
    found = Submission.objects.select_for_update(of=("self",)).filter(
        unit=draft.unit, resource=draft.resource, letter=draft.letter, only_sheet=draft.only_sheet,
        period=draft.period, file_digest=draft.file_digest, state__in=OPEN, batch__replaced_by=None,
        batch__withdrawn_at=None,
    )  # fmt: skip
    return found.order_by("received_at").first()


def _told_anew(earlier: Submission, draft: Submission, by: Author | None) -> Submission:
    said = {"adds_id": draft.adds_id, "replaces_id": draft.replaces_id, "whole": draft.whole}
    before = {name: getattr(earlier, name) for name in said}
    if earlier.state == State.COMMITTED or said == before:
        return earlier
    for name, value in said.items():
        setattr(earlier, name, value)
    # What was found under the old words (a whole file refused, keys known) is found anew.
    earlier.state, earlier.checked_at, earlier.attempts = State.RECEIVED, None, 0
    earlier.save(update_fields=[*said, "state", "checked_at", "attempts"])
    detail = {name: str(value or "") for name, value in said.items()}
    record("submission.told_anew", by=by, subject=("submission", earlier.pk), detail=detail)
    return earlier


def tell(*, submission: Submission, place: Place, by: Author | None) -> None:
    """Say anew what a waiting file is (that it adds, replaces, comes whole); it is then checked anew.

    `submission` is brought up to date. Raises Refused when the place does not fit.
    """
    draft = draft_of(place, name=submission.file_name, by=by, channel=submission.channel, received_at=None)
    with transaction.atomic():
        locked = Submission.objects.select_for_update(of=("self",)).get(pk=submission.pk)
        _told_anew(locked, draft, by)
    submission.refresh_from_db()


def check(*, submission: Submission, by: Author | None, keep: bool = True) -> Prepared:
    """Read and check the kept file; the submission is then 待确认 or 未入库.

    With `keep` the outcome is put down for a later commit. Checking twice gives the same outcome. Raises
    NotPossible when the submission is closed.
    """
    with at_it(submission.pk):
        claim(submission)
        suffix = PurePath(submission.file_name).suffix.lower()
        with original.opened(submission.original, submission.file_digest, suffix) as file:
            prepared = prepare(submission, file)
        if keep:
            preparation.put_down(submission.pk, prepared)
        settle(submission, prepared, by=by)
    return prepared


def claim(submission: Submission) -> bool:
    """Say that this process checks the file now; False when another one has said so meanwhile."""
    seen = {"state": State.RECEIVED, "checked_at": submission.checked_at}
    mine = Submission.objects.filter(pk=submission.pk, **seen)
    return mine.update(checked_at=timezone.now(), attempts=F("attempts") + 1) == 1


@transaction.atomic
def settle(submission: Submission, prepared: Prepared, *, by: Author | None) -> None:
    """Write the outcome of a check down; `submission` is brought up to date."""
    submission.refresh_from_db(from_queryset=Submission.objects.select_for_update())
    if submission.state not in {State.RECEIVED, State.CHECKED, State.AWAITING}:
        raise NotPossible("这份报送已经办结，不能再检查")
    refused = prepared.refusal is not None
    if refused or submission.state == State.RECEIVED:
        submission.state = after(submission.state, "refuse" if refused else "check")
    if prepared.adds and not (submission.adds_id or submission.replaces_id):
        submission.adds = _named_by_mark(submission, prepared.adds)
    submission.rows, submission.accepted = prepared.rows, prepared.accepted
    submission.set_aside, submission.skipped = prepared.set_aside, prepared.skipped
    submission.aside = prepared.rows_aside if submission.channel == "api" else []
    submission.by_code, submission.refusal = prepared.by_code, prepared.refusal or {}
    submission.notices = list(prepared.notices)
    submission.trends = list(prepared.trends)
    submission.definitions = in_force_for(submission.resource, submission.period).digest
    submission.checked_at = timezone.now()
    submission.save()
    detail = {"rows": prepared.rows, "accepted": prepared.accepted, "by_code": prepared.by_code}
    verb = "submission.refused" if refused else "submission.checked"
    record(verb, by=by, subject=("submission", submission.pk), detail=detail)
    if refused:
        tell_outcome(submission, "refused")


def _named_by_mark(submission: Submission, batch: str) -> Batch | None:
    """The live batch of the same slot that a bad-rows workbook says it adds to."""
    return Batch.objects.filter(
        pk=batch,
        replaced_by=None,
        withdrawn_at=None,
        slot__unit=submission.unit,
        slot__resource=submission.resource,
        slot__period=submission.period,
    ).first()


def check_waiting() -> int:
    """Check the files that wait for it, oldest first; returns how many.

    Claiming is one conditional update, so two workers never check the same file. A check that breaks off
    (the process died) is tried again at once, three times in all; then the file is refused and says so. One
    that breaks off keeps no other waiting; a full disk is no fault of the file and uses up no try.
    """
    count = 0
    for waiting in Submission.objects.filter(state=State.RECEIVED).order_by("received_at"):
        if _under_way(waiting):
            continue
        with at_it(waiting.pk):
            if waiting.attempts >= MOST_ATTEMPTS:
                settle(waiting, failed(MOST_ATTEMPTS), by=None)
            elif claim(waiting):
                count += _checked(waiting)
    return count


def _under_way(submission: Submission) -> bool:
    since = submission.checked_at
    return since is not None and since > timezone.now() - CHECKING and anybody_at(submission.pk)


def _checked(waiting: Submission) -> bool:
    try:
        check(submission=waiting, by=waiting.author)
    except NotPossible:
        return False  # decided elsewhere while it was being read
    except Exception as error:
        log.exception("submission %s could not be checked", waiting.pk)
        untried = 1 if disk_is_full(error) else 0
        mine = Submission.objects.filter(pk=waiting.pk, state=State.RECEIVED)
        mine.update(checked_at=None, attempts=F("attempts") - untried)
        return False
    return True


@transaction.atomic
def withdraw(*, submission: Submission, by: Author | None) -> None:
    """The unit gives this file up and will hand in a mended one."""
    submission.refresh_from_db(from_queryset=Submission.objects.select_for_update())
    submission.state = after(submission.state, "withdraw")
    submission.closed_at = timezone.now()
    submission.save(update_fields=["state", "closed_at"])
    preparation.drop(submission.pk)
    record("submission.withdrawn", by=by, subject=("submission", submission.pk), duty="submit_file")
    tell_outcome(submission, "withdrawn")


@transaction.atomic
def turn_away(*, submission: Submission, error: Refused, by: Author | None) -> None:
    """Refuse a checked file that has no place to go (its slot is filled, its batch replaced already)."""
    submission.refresh_from_db(from_queryset=Submission.objects.select_for_update())
    submission.state = after(submission.state, "refuse")
    submission.closed_at = timezone.now()
    submission.refusal = {"code": error.code, "text": error.text, "mend": error.mend, "about": error.about}
    submission.save(update_fields=["state", "closed_at", "refusal"])
    preparation.drop(submission.pk)
    detail = {"code": error.code, "about": error.about}
    record("submission.refused", by=by, subject=("submission", submission.pk), detail=detail)
    tell_outcome(submission, "refused")
