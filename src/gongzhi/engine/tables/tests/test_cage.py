"""The cage holds: a child that wants out gets nothing; what it answers is all that comes back."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from gongzhi.engine.tables import (
    Limits,
    Unreadable,
    cage,
    cage_level,
    child,
    landlock,
    nursery,
    read,
    reading,
    warm,
)

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


@pytest.fixture
def small(tmp_path):
    (tmp_path / "in.csv").write_text("纳税人名称,金额\n甲公司,1\n")
    return tmp_path / "in.csv"


def row_of(path):
    return read(path, headings=[]).tables[0].data.row(0)


def nursery_of_this_process():
    warm()
    [one] = child._open
    return one


def test_all_children_come_from_one_nursery_and_it_is_replaced_when_it_died(small):
    first = nursery_of_this_process()
    assert [row_of(small) for _ in range(2)] == [("甲公司", "1")] * 2
    assert nursery_of_this_process() is first
    first.running.kill()
    first.running.wait()
    assert row_of(small) == ("甲公司", "1")
    assert nursery_of_this_process() is not first


def test_a_nursery_that_dies_while_it_is_asked_is_replaced_once(small, monkeypatch):
    nursery_of_this_process().running.kill()
    monkeypatch.setattr(child._Nursery, "usable", lambda self: self.owner == os.getpid())
    with pytest.raises(Unreadable) as refused:  # it looks usable for ever
        read(small, headings=[])
    assert refused.value.code == "reader_died"
    monkeypatch.undo()
    assert row_of(small) == ("甲公司", "1")


def test_a_nursery_reaches_nothing_of_its_owner_and_ends_with_it(monkeypatch):
    child._dismiss()
    monkeypatch.setenv("GONGZHI_SECRET", "x")
    one = nursery_of_this_process()
    assert b"GONGZHI_SECRET" not in Path(f"/proc/{one.running.pid}/environ").read_bytes()
    one.door.close()  # as when the owner is gone
    assert one.running.wait(60) == 0


def test_a_nursery_that_nobody_needs_for_long_ends(monkeypatch):
    monkeypatch.setattr(nursery, "IDLE_SECONDS", 0)
    monkeypatch.setattr(nursery.signal, "signal", lambda *_: None)
    ours, theirs = socket.socketpair()
    with ours:
        nursery.main(theirs.detach())
        assert ours.recv(1) == b""


def test_a_file_is_read_by_several_threads_at_once(tmp_path):
    for number in range(8):
        (tmp_path / f"{number}.csv").write_text(f"纳税人名称,金额\n公司{number},{number}\n")
    with ThreadPoolExecutor(4) as threads:
        rows = list(threads.map(lambda number: row_of(tmp_path / f"{number}.csv"), range(8)))
    assert rows == [(f"公司{number}", str(number)) for number in range(8)]


def test_a_child_has_nothing_open_but_what_it_was_given(small, monkeypatch):
    fds = [os.memfd_create(name) for name in ("file", "letter", "parcel", "complaints")]
    monkeypatch.setattr(cage, "answer", lambda file, letter, parcel: os.write(letter, opened_now()))
    pid = os.fork()
    if not pid:
        nursery._be_born(os.getppid(), *fds)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 70  # a real answer ends by itself
    found = set(json.loads(os.pread(fds[1], 1000, 0)))
    assert found == {0, 1, 2, *fds[:3]}
    for fd in fds:
        os.close(fd)


def opened_now():
    """The descriptors that are open, as JSON; not the one of the listing itself."""
    return json.dumps([fd for fd in map(int, os.listdir("/proc/self/fd")) if is_open(fd)]).encode()


def is_open(fd):
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    ("worked", "passed", "why"), [(11.0, 12.0, "too_slow"), (0.0, 51.0, "too_slow"), (1.0, 49.0, None)]
)
def test_a_child_is_stopped_for_its_work_and_not_for_waiting(monkeypatch, worked, passed, why):
    """On a busy machine the clock runs on while a child hardly works; a file is not refused for that."""
    clock = iter([0.0])
    monkeypatch.setattr(reading, "_worked", lambda pid: worked)
    monkeypatch.setattr(reading, "time", SimpleNamespace(monotonic=lambda: next(clock, passed)))
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(0.3)"]) as one:
        handle = os.pidfd_open(one.pid)
        ours, _ = ends = socket.socketpair()
        assert reading._watch(child.Child(one.pid, handle, ours), Limits(seconds=10.0)) == why
    for end in ends:
        end.close()
    os.close(handle)
