"""A MariaDB server for a test, out of Debian's `mariadb-server-core`: on a unix socket in a temporary folder.

It weighs 150 MB, so no run installs it; where it is absent the tests that need it say so.
"""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SERVER = shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
INSTALL = shutil.which("mariadb-install-db")
WHY_NOT = "没有 MariaDB：apt-get install --no-install-recommends mariadb-server-core 后可运行"


@contextmanager
def server() -> Iterator[str]:
    """The socket of an empty server, gone at the end of the block; the account is root without a password."""
    with tempfile.TemporaryDirectory(prefix="gongzhi-mariadb-") as folder:
        user = getpass.getuser()
        options = [f"--datadir={folder}/data", f"--user={user}"]
        made = [str(INSTALL), *options, "--auth-root-authentication-method=normal", "--skip-test-db"]
        subprocess.run(made, check=True, capture_output=True)
        socket = f"{folder}/socket"
        log = (Path(folder) / "log").open("wb")
        run = [str(SERVER), "--no-defaults", *options, f"--socket={socket}", "--skip-networking"]
        started = subprocess.Popen(run, stdout=log, stderr=log)
        try:
            _await(socket, started)
            yield socket
        finally:
            started.terminate()
            started.wait(60)
            log.close()


def _await(socket: str, started: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if Path(socket).exists():  # it listens from the moment that this is there
            return
        if started.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError("MariaDB did not start")
