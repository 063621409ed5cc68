"""Hand a file in at one go: what the command line and the machine door do, and the page in steps."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gongzhi.editions.queries import in_force
from gongzhi.intake.models import Batch, Submission
from gongzhi.intake.states import State
from gongzhi.organisation.models import Person

from .batch import commit
from .preparation import Prepared
from .submission import Place, check_file, receive, withdraw


@dataclass(frozen=True)
class HandedIn:
    """The outcome of a hand-in: `batch` is None when the file was refused or only tried (dry run)."""

    submission: Submission
    prepared: Prepared | None
    batch: Batch | None

    @property
    def outcome(self) -> str:
        """accepted: all rows in; partial: some set aside; refused: none (design.md 6)."""
        if self.submission.state == State.REFUSED:
            return "refused"
        return "partial" if self.submission.set_aside else "accepted"

    def as_json(self, limit: int) -> dict[str, Any]:
        """The answer of `submit` (design.md 6) with at most `limit` findings; personal values are masked."""
        submission = self.submission
        findings = self.prepared.findings if self.prepared else None
        repaired = self.prepared.repaired if self.prepared else None
        shown = ["row", "cell", "column", "value", "code", "severity", "message", "mend", "suggestion"]
        return {
            "submission": str(submission.pk),
            "resource": submission.resource,
            "title": in_force().resources[submission.resource].title,
            "period": submission.period,
            "unit": submission.unit,
            "outcome": self.outcome,
            "rows": submission.rows,
            "accepted": submission.accepted,
            "set_aside": submission.set_aside,
            "skipped": submission.skipped,
            "findings_total": sum(submission.by_code.values()),
            "by_code": submission.by_code,
            "findings": findings.select(shown).head(limit).to_dicts() if findings is not None else [],
            "repaired": repaired.drop("_part").head(limit).to_dicts() if repaired is not None else [],
            "notices": list(self.prepared.notices) if self.prepared else [],
            "batch": self.batch.number if self.batch else None,
            "receipt": self.batch.receipt.number if self.batch else None,
        }


def hand_in(
    *,
    file: Path,
    name: str,
    place: Place,
    by: Person | None,
    channel: str,
    received_at: dt.datetime | None = None,
    dry_run: bool = False,
) -> HandedIn:
    """Receive, check, commit the good rows. The same file again gives the earlier outcome. Raises Refused.

    With `dry_run` nothing enters: the submission ends withdrawn.
    """
    submission = receive(file=file, name=name, place=place, by=by, channel=channel, received_at=received_at)
    if submission.state == State.COMMITTED:
        return HandedIn(submission, None, submission.batch)
    prepared = check_file(submission=submission, file=file, by=by, keep=False)
    if prepared.refusal is not None:
        return HandedIn(submission, prepared, None)
    if dry_run:
        withdraw(submission=submission, by=by)
        return HandedIn(submission, prepared, None)
    batch = commit(submission=submission, by=by, prepared=prepared)
    return HandedIn(submission, prepared, batch)
