"""Clear what a broken commit has left: files that no ledger names, staging of closed submissions."""

from __future__ import annotations

import shutil
import time

from django.conf import settings

from gongzhi.engine.lake import Lake
from gongzhi.intake.models import LakeFile, Submission
from gongzhi.intake.states import State

GRACE_SECONDS = 3_600


def sweep(*, grace: float = GRACE_SECONDS) -> int:
    """Remove orphans older than `grace` seconds; returns how many. A file under way is younger than that."""
    before = time.time() - grace
    known = set(LakeFile.objects.values_list("path", flat=True))
    removed = len(Lake(settings.LAKE).sweep(known, before))
    waiting = {str(pk) for pk in Submission.objects.filter(state=State.CHECKED).values_list("pk", flat=True)}
    for folder in settings.HOME.folder("staging").iterdir():
        if folder.name not in waiting and folder.stat().st_mtime < before:
            shutil.rmtree(folder)
            removed += 1
    return removed
