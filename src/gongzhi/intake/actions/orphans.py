"""Clear what broke off: files that no ledger names, staging of closed submissions, plain copies."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from gongzhi.engine.lake import Lake
from gongzhi.intake.models import Submission
from gongzhi.intake.queries import ledger
from gongzhi.intake.states import State

GRACE_SECONDS = 3_600


def sweep(*, grace: float = GRACE_SECONDS) -> int:
    """Remove orphans older than `grace` seconds; returns how many. A file under way is younger than that.

    Of the lake: what the ledger does not name. Of the originals: those of no submission. Of staging: what
    belongs to no submission that waits for its decision. Of incoming: plain copies whose reader died.
    """
    before = time.time() - grace
    known = {file.path for file in ledger()}
    removed = len(Lake(settings.LAKE).sweep(known, before))
    for path in (*_originals(), *_staging(), *settings.HOME.folder("incoming").iterdir()):
        removed += _remove(path, before)
    return removed


def _originals() -> Iterator[Path]:
    """Sealed files that no submission names, and those that were never finished."""
    for path in Path(settings.ORIGINALS).rglob("*"):
        name = path.relative_to(settings.ORIGINALS).as_posix()
        if path.is_file() and not Submission.objects.filter(original=name).exists():
            yield path


def _staging() -> Iterator[Path]:
    waiting = {str(pk) for pk in Submission.objects.filter(state=State.CHECKED).values_list("pk", flat=True)}
    for folder in settings.HOME.folder("staging").iterdir():
        if folder.name not in waiting:
            yield folder


def _remove(path: Path, before: float) -> bool:
    try:
        if path.stat().st_mtime >= before:
            return False
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    except FileNotFoundError:
        return False  # its owner was just done with it
    return True
