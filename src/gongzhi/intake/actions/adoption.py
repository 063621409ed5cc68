"""Take over what the check suggests, instead of mending the file by hand."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl
from django.db import transaction

from gongzhi.audit.actions import record
from gongzhi.intake.models import Submission
from gongzhi.intake.queries import findings_of
from gongzhi.intake.queries.pages import adoptable
from gongzhi.intake.states import after
from gongzhi.organisation.models import Person

Cell = tuple[int, int, str]
"""Number of the part, row of the sheet, key of the field."""


def adopt(*, submission: Submission, by: Person | None, cells: Collection[Cell] = (), code: str = "") -> int:
    """Take over the suggestions for these cells, or all (of one `code`); returns for how many cells.

    The file stays as it came: which cells were put right is kept beside it, never a value, and the file is
    checked anew with them. Raises NotPossible when the submission is taken in or given up.
    """
    with transaction.atomic():
        locked = Submission.objects.select_for_update(of=("self",)).get(pk=submission.pk)
        state = after(locked.state, "adopt")
        known = {(part, row, field) for part, row, field in locked.adopted}
        chosen = set(_suggested(submission, code)) - known
        chosen &= set(cells) if cells else chosen
        if chosen:
            locked.adopted = sorted(known | chosen)
            locked.state, locked.checked_at, locked.attempts = state, None, 0
            locked.save(update_fields=["adopted", "state", "checked_at", "attempts"])
            detail = {"cells": len(chosen)}
            record(
                "submission.adopted",
                by=by,
                subject=("submission", locked.pk),
                duty="submit_file",
                detail=detail,
            )
    submission.refresh_from_db()
    return len(chosen)


def _suggested(submission: Submission, code: str) -> list[Cell]:
    found = adoptable(findings_of(submission))
    found = found.filter(pl.col("code") == code) if code else found
    return list(found.select("_part", "row", "field").unique().iter_rows())
