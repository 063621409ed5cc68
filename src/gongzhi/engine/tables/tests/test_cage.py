"""The cage holds: a child that wants out gets nothing; what it answers is all that comes back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from gongzhi.engine.tables import Limits, cage_level, child, landlock, read, reading, warm

PROBE = """
import json, os, sys
sys.path[:] = json.loads(sys.argv[2])
import socket, resource
from gongzhi.engine.tables import cage
from gongzhi.engine.tables.model import Limits
file = int(sys.argv[1])
level = cage.confine(file, Limits())
def tried(what):
    try:
        what()
    except BaseException as error:
        return type(error).__name__
    return "done"
print(json.dumps({
    "level": level,
    "input": tried(lambda: open(f"/proc/self/fd/{file}", "rb").read()),
    "other": tried(lambda: open("/etc/passwd").read()),
    "beside": tried(lambda: open(sys.argv[3]).read()),
    "write": tried(lambda: open(sys.argv[3] + ".new", "w")),
    "input for writing": tried(lambda: open(f"/proc/self/fd/{file}", "r+b")),
    "folder": tried(lambda: os.listdir("/")),
    "network": tried(lambda: socket.create_connection(("127.0.0.1", 9), 1)),
    "program": tried(lambda: os.execv("/bin/true", ["true"])),
    "signal": tried(lambda: os.kill(os.getppid(), 0)),
    "core": resource.getrlimit(resource.RLIMIT_CORE),
    "files": resource.getrlimit(resource.RLIMIT_NOFILE),
}))
"""


@pytest.fixture
def probe(tmp_path):
    (tmp_path / "in.csv").write_text("纳税人名称,金额\n甲公司,1\n")
    (tmp_path / "beside.txt").write_text("x")
    file = os.open(tmp_path / "in.csv", os.O_RDONLY)
    run = subprocess.run(
        [sys.executable, "-I", "-c", PROBE, str(file), json.dumps(sys.path), str(tmp_path / "beside.txt")],
        pass_fds=[file], capture_output=True, text=True, check=True, env={},
    )  # fmt: skip
    os.close(file)
    assert not (tmp_path / "beside.txt.new").exists()
    return json.loads(run.stdout)


def test_limits_are_set(probe):
    assert probe["core"] == [0, 0]
    assert probe["files"] == [64, 64]
    assert probe["input"] == "done"


@pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock; the cage is limits alone")
def test_nothing_else_is_in_reach(probe):
    closed = {
        k: v for k, v in probe.items() if k not in {"level", "input", "core", "files", "network", "signal"}
    }
    assert set(closed.values()) == {"PermissionError"}, closed
    assert probe["level"] == cage_level()
    if landlock.version() >= 4:
        assert probe["network"] == "PermissionError"
    if landlock.version() >= 6:
        assert probe["signal"] == "PermissionError"


def test_level_is_reported_and_environment_is_empty(tmp_path, monkeypatch):
    monkeypatch.setenv("GONGZHI_SECRET", "x")
    (tmp_path / "in.csv").write_text("纳税人名称,金额\n甲公司,1\n")
    reading = read(tmp_path / "in.csv", headings=[])
    assert reading.cage == cage_level()
    assert cage_level().endswith("limits")


def test_no_descriptor_is_left_open(tmp_path):
    (tmp_path / "in.csv").write_text("纳税人名称,金额\n甲公司,1\n")
    read(tmp_path / "in.csv", headings=[])
    before = len(os.listdir("/proc/self/fd"))
    kept = [read(tmp_path / "in.csv", headings=[]) for _ in range(3)]
    # The mapping of each table keeps its memory, and one descriptor that Python's mmap holds for itself.
    assert len(os.listdir("/proc/self/fd")) - before <= 3
    assert [r.tables[0].data.row(0) for r in kept] == [("甲公司", "1")] * 3


def test_a_child_started_ahead_reads_the_next_file_and_is_replaced_when_it_died(tmp_path):
    (tmp_path / "in.csv").write_text("纳税人名称,金额\n甲公司,1\n")
    warm()
    [waiting] = child._spare
    warm()
    assert child._spare == [waiting]
    assert read(tmp_path / "in.csv", headings=[]).tables[0].data.row(0) == ("甲公司", "1")
    assert waiting.reader.returncode == 0
    assert child._spare == []
    warm()
    [dead] = child._spare
    with dead.reader:
        dead.reader.kill()
    dead.door.close()
    assert read(tmp_path / "in.csv", headings=[]).tables[0].data.height == 1


def test_a_child_that_waits_reaches_nothing_of_its_parent(monkeypatch):
    monkeypatch.setenv("GONGZHI_SECRET", "x")
    warm()
    [waiting] = child._spare
    assert b"GONGZHI_SECRET" not in Path(f"/proc/{waiting.reader.pid}/environ").read_bytes()
    with waiting.reader:
        waiting.door.close()  # as when the parent is gone
    assert waiting.reader.returncode == 0
    child._spare.clear()


@pytest.mark.parametrize(
    ("worked", "passed", "why"), [(11.0, 12.0, "too_slow"), (0.0, 51.0, "too_slow"), (1.0, 49.0, None)]
)
def test_a_child_is_stopped_for_its_work_and_not_for_waiting(monkeypatch, worked, passed, why):
    """On a busy machine the clock runs on while a child hardly works; a file is not refused for that."""
    clock = iter([0.0])
    monkeypatch.setattr(reading, "_worked", lambda pid: worked)
    monkeypatch.setattr(reading, "time", SimpleNamespace(monotonic=lambda: next(clock, passed)))
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(0.3)"]) as one:
        assert reading._watch(one, Limits(seconds=10.0)) == why
