"""Who is at the check of a file: the kernel lets go of a lock with its process, however that ends."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings


def _lock(submission: object) -> Path:
    path: Path = settings.HOME.folder("staging") / f"{submission}.check"
    return path


@contextmanager
def at_it(submission: object) -> Iterator[None]:
    """Be seen at the check of a submission. Several may be: they find the same."""
    path = _lock(submission)
    with path.open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def anybody_at(submission: object) -> bool:
    """Whether a process that lives is at the check of a submission."""
    try:
        with _lock(submission).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
