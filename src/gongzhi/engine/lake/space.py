"""A file system without space, as the system, a database and the libraries tell it."""

from __future__ import annotations

import errno
import sqlite3

SPENT = (errno.ENOSPC, errno.EDQUOT)
DISK_FULL = "53100"  # of PostgreSQL


def disk_is_full(fault: BaseException) -> bool:
    """Whether a file system without space is behind it: told by the system, the database or a library."""
    behind: BaseException | None = fault
    while behind is not None:
        number = behind.errno if isinstance(behind, OSError) else None
        code = getattr(behind, "sqlite_errorcode", 0) & 0xFF  # the low byte names the kind
        full = code == sqlite3.SQLITE_FULL or getattr(behind, "sqlstate", "") == DISK_FULL
        if number in SPENT or full or "No space left on device" in str(behind):
            return True
        behind = behind.__cause__ or behind.__context__
    return False
