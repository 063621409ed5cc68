"""Settings of the tests: the product's, in a home that is made for this process and removed after it.

GONGZHI_TEST_DATABASE=postgresql runs the tests on a PostgreSQL server out of a pip package (rings.py hands
its address on in GONGZHI_TEST_SERVER, so that all workers share one).
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_HOME = Path(tempfile.mkdtemp(prefix="gongzhi-test-"))
_OWNER = os.getpid()
os.environ["GONGZHI_HOME"] = str(_HOME)
os.environ.pop("GONGZHI_DEFINITIONS", None)
os.environ.pop("GONGZHI_DATABASE", None)
os.environ.pop("GONGZHI_DOORS", None)


@atexit.register
def _remove_home() -> None:
    if os.getpid() == _OWNER:  # not in forked children
        shutil.rmtree(_HOME, ignore_errors=True)


if os.environ.get("GONGZHI_TEST_DATABASE") == "postgresql":
    from tests.postgres import server_address

    os.environ["GONGZHI_DATABASE"] = server_address()

from gongzhi.web.settings import *  # noqa: E402, F403  # the environment above comes first

# A command that a test starts has a home, and so a database, of its own.
os.environ.pop("GONGZHI_DATABASE", None)

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # hashing slowly is Argon2's own test
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
