"""Hand a file in at one go: what the command line and the machine door do, and the page in steps."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
from django.db import transaction

from gongzhi.editions.queries import in_force
from gongzhi.intake.models import Batch, Submission
from gongzhi.intake.queries import findings_of, repaired_of, two_persons
from gongzhi.intake.states import NotPossible, State
from gongzhi.organisation.models import Author

from . import original, receipt
from .batch import commit, open_place, twin_of
from .place import Place, draft_of
from .preparation import Prepared, put_down
from .reading import prepare
from .refused import Refused
from .second import propose
from .submission import settle, turn_away, write_down

SHOWN = ["row", "cell", "column", "value", "code", "severity", "message", "mend", "suggestion"]


@dataclass(frozen=True)
class HandedIn:
    """The outcome of a hand-in: `batch` is None when the file was refused or only tried (dry run).

    `prepared` is None when the file or its content was in already: then all is told as it was told before.
    `again`: the sender hands in what was in already; `submission` is that of the first time.
    """

    submission: Submission
    prepared: Prepared | None
    batch: Batch | None
    tried: bool = False
    again: bool = False

    @property
    def outcome(self) -> str:
        """accepted: all rows in; partial: some set aside; refused: none; awaiting a second person
        (design.md 6)."""
        if self.submission.state == State.AWAITING:
            return "awaiting"
        if self.submission.state == State.REFUSED or not (self.batch or self.tried):
            return "refused"
        return "partial" if self.submission.set_aside else "accepted"

    @cached_property
    def findings(self) -> pl.DataFrame:
        return findings_of(self.submission) if self.prepared is None else self.prepared.findings

    @cached_property
    def repaired(self) -> pl.DataFrame:
        return repaired_of(self.submission) if self.prepared is None else self.prepared.repaired

    def as_json(self, limit: int) -> dict[str, Any]:
        """The answer of `submit` (design.md 6) with at most `limit` findings; personal values are masked.

        The gravest findings come first, so that a cut list shows them.
        """
        submission = self.submission
        return {
            "submission": None if self.tried else str(submission.pk),
            "resource": submission.resource,
            "title": in_force().resources[submission.resource].title,
            "period": submission.period,
            "unit": submission.unit,
            "outcome": self.outcome,
            "rows": submission.rows,
            "accepted": submission.accepted if self.outcome != "refused" else 0,
            "set_aside": submission.set_aside if self.outcome != "refused" else submission.rows,
            "skipped": submission.skipped,
            "findings_total": sum(submission.by_code.values()),
            "by_code": submission.by_code,
            "findings": self._first(limit),
            "repaired": self.repaired.drop("_part").head(limit).to_dicts(),
            "notices": list(self.prepared.notices if self.prepared else submission.notices),
            "refusal": submission.refusal or None,
            "batch": self.batch.number if self.batch else None,
            "receipt": receipt.as_json(self.batch) if self.batch else None,
            "already": self._already() if self.again else None,
        }

    def _already(self) -> dict[str, str]:
        """The submission that brought the same content first; nothing was taken in twice."""
        first = self.submission
        when = first.received_at.isoformat(timespec="seconds")
        return {"submission": str(first.pk), "file_name": first.file_name, "received_at": when}

    def _first(self, limit: int) -> list[dict[str, Any]]:
        found = self.findings
        if found.height > limit:
            rank = pl.col("severity").replace_strict(
                {"refuse": 0, "block": 1, "explain": 2}, default=3, return_dtype=pl.UInt8
            )
            found = found.sort(rank, maintain_order=True).head(limit)
        return found.select(SHOWN).to_dicts()


def hand_in(
    *,
    file: Path,
    name: str,
    place: Place,
    by: Author | None,
    channel: str,
    received_at: dt.datetime | None = None,
    dry_run: bool = False,
) -> HandedIn:
    """Receive, check, commit the good rows. The same file or content again gives the earlier outcome.

    Raises Refused when the place itself is wrong (unknown resource, not this unit's …); a file that has no
    place to go because its slot is filled is an outcome. With `dry_run` nothing is kept.
    """
    draft = draft_of(place, name=name, by=by, channel=channel, received_at=received_at)
    if dry_run:
        return _tried(draft, file)
    if earlier := _committed(draft, file):
        return HandedIn(earlier, None, earlier.batch, again=True)
    # The file is hashed, packed and sealed while it is read and checked.
    with ThreadPoolExecutor(1) as aside:
        keeping = aside.submit(original.keep, file)
        prepared = prepare(draft, file)
        kept = keeping.result()
    with transaction.atomic():
        submission = write_down(draft, kept, by=by)
        if submission.pk == draft.pk:
            settle(submission, prepared, by=by)
    if submission.state == State.COMMITTED:  # by somebody else, meanwhile
        return HandedIn(submission, None, submission.batch, again=True)
    try:
        if submission.pk != draft.pk:  # the file waits already; what was sealed is bound to the draft
            prepared = prepare(submission, file)
            settle(submission, prepared, by=by)
        return committed_or_not(submission, prepared, by)
    except NotPossible:
        return _decided_elsewhere(submission, prepared)


def _committed(draft: Submission, file: Path) -> Submission | None:
    """The committed submission with the same bytes. Files of another length cannot be the same."""
    likely = Submission.objects.filter(
        unit=draft.unit, resource=draft.resource, period=draft.period, state=State.COMMITTED,
        letter=draft.letter, only_sheet=draft.only_sheet, file_size=file.stat().st_size,
        batch__replaced_by=None, batch__withdrawn_at=None,
    )  # fmt: skip
    if not likely.exists():
        return None
    return likely.filter(file_digest=original.digest_of(file)).order_by("received_at").first()


def _decided_elsewhere(submission: Submission, prepared: Prepared) -> HandedIn:
    """Somebody else handed the same in at the same instant and was done first: the answer is theirs."""
    submission.refresh_from_db()
    if submission.state == State.COMMITTED:
        return HandedIn(submission, None, submission.batch, again=True)
    if twin := twin_of(submission, prepared):
        return HandedIn(twin.submission, None, twin, again=True)
    return HandedIn(submission, prepared, None)


def committed_or_not(submission: Submission, prepared: Prepared, by: Author | None) -> HandedIn:
    """Commit what was checked, put it to a second person or turn it away; NotPossible when it is closed."""
    if prepared.refusal is not None:
        return HandedIn(submission, prepared, None)
    if two_persons(submission.unit):
        put_down(submission.pk, prepared)
        propose(submission=submission, by=by)
        return HandedIn(submission, prepared, None)
    try:
        batch = commit(submission=submission, by=by, prepared=prepared)
    except Refused as error:
        turn_away(submission=submission, error=error, by=by)
        return HandedIn(submission, prepared, None)
    if batch.submission_id != submission.pk:
        return HandedIn(batch.submission, None, batch, again=True)
    return HandedIn(submission, prepared, batch)


def _tried(draft: Submission, file: Path) -> HandedIn:
    """What would come of it; `draft` is never stored, and neither is anything else."""
    prepared = prepare(draft, file)
    draft.rows, draft.accepted = prepared.rows, prepared.accepted
    draft.set_aside, draft.skipped = prepared.set_aside, prepared.skipped
    draft.by_code, draft.refusal = prepared.by_code, prepared.refusal or {}
    if not draft.refusal:
        _try_place(draft, prepared)
    draft.state = State.REFUSED if draft.refusal else State.CHECKED
    return HandedIn(draft, prepared, None, tried=True)


def _try_place(draft: Submission, prepared: Prepared) -> None:
    try:
        if not twin_of(draft, prepared) and not prepared.adds:
            open_place(draft)
    except Refused as error:
        draft.refusal = {"code": error.code, "text": error.text, "mend": error.mend, "about": error.about}
