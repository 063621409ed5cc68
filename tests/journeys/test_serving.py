"""`gongzhi serve` as an administrator runs it: open when it says so, ended with all that it started."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENDS_WITHIN = 60
OPENS_WITHIN = 120
pytestmark = pytest.mark.enable_socket


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def serve(
    tmp_path: Path, port: int, migrated: Callable[[Path], Path]
) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start it in a home of its own; whatever is left running is killed after."""
    migrated(tmp_path / "home")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GONGZHI", "DJANGO"))}
    environment = kept | {"GONGZHI_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT / "src")}
    started: list[subprocess.Popen[str]] = []

    def start(**more: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "gongzhi.cli", "serve", "--port", str(port)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        started.append(
            subprocess.Popen(command, env=environment | more, text=True, start_new_session=True, **pipes)
        )
        return started[-1]

    yield start
    for one in started:
        for pid in (one.pid, *children(one.pid)):
            if there(pid):
                os.kill(pid, signal.SIGKILL)
        one.communicate()


GONE = (FileNotFoundError, ProcessLookupError)  # before a file of /proc was opened, and after


def there(pid: int) -> bool:
    """Whether this process runs."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except GONE:
        return False


def children(pid: int) -> dict[int, str]:
    """What a process has started, at any depth: number and command line."""
    found: dict[int, str] = {}
    for task in Path(f"/proc/{pid}/task").iterdir() if there(pid) else ():
        with suppress(*GONE):  # a thread or a child that ended meanwhile
            for child in map(int, (task / "children").read_text().split()):
                line = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
                found |= {child: line} | children(child)
    return found


def opened(started: subprocess.Popen[str]) -> str:
    """Read on until it says that it is open; what it said."""
    assert started.stdout
    return next((line for line in started.stdout if "已就绪" in line), "")


@pytest.mark.parametrize("way", ["Ctrl+C on the terminal", "an order to end"])
def test_it_opens_when_it_says_so_and_ends_whole(serve, port: int, way: str) -> None:
    started = serve()
    assert str(port) in opened(started), started.communicate()[1]
    page = HTTPConnection("127.0.0.1", port, timeout=60)
    page.request("GET", "/login")
    answer = page.getresponse()
    assert (answer.status, "登录" in answer.read().decode()) == (200, True)
    page.close()
    running = children(started.pid)
    lines = " ".join(running.values())
    assert "gongzhi.web.wsgi" in lines
    assert "gongzhi.worker" in lines

    if way.startswith("Ctrl+C"):
        os.killpg(started.pid, signal.SIGINT)
    else:
        os.kill(started.pid, signal.SIGTERM)
    _, said = started.communicate(timeout=ENDS_WITHIN)
    assert started.returncode == 0
    assert not [line for pid, line in running.items() if there(pid)]
    assert "Traceback" not in said


def answer(port: int) -> int:
    """The status of the page for signing in; 0 while nobody answers."""
    page = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        page.request("GET", "/login")
        return page.getresponse().status
    except OSError:
        return 0
    finally:
        page.close()


def test_pages_that_are_killed_are_opened_again(serve, port: int) -> None:
    started = serve()
    assert str(port) in opened(started), started.communicate()[1]
    pages = {pid for pid, line in children(started.pid).items() if "gongzhi.web.wsgi" in line}
    os.kill(max(pages), signal.SIGKILL)
    assert started.stderr
    assert "正在重新打开" in next(line for line in started.stderr if line.strip())
    until = time.monotonic() + OPENS_WITHIN
    while answer(port) != 200:
        assert started.poll() is None
        assert time.monotonic() < until
    running = children(started.pid)
    assert sum("gongzhi.worker" in line for line in running.values()) == 1
    os.kill(started.pid, signal.SIGTERM)
    started.communicate(timeout=ENDS_WITHIN)
    assert started.returncode == 0
    assert not [pid for pid in running if there(pid)]


def test_a_worker_that_is_killed_is_started_again(serve, port: int) -> None:
    """Without it nothing is checked or joined, and after a minute no act is taken: the trail lags."""
    started = serve()
    assert str(port) in opened(started), started.communicate()[1]
    before = the_one(started.pid, "gongzhi.worker")
    os.kill(before, signal.SIGKILL)
    assert started.stderr
    assert "后台进程意外结束" in next(line for line in started.stderr if line.strip())
    until = time.monotonic() + OPENS_WITHIN
    while "gongzhi.worker" not in " ".join(children(started.pid).values()):
        assert time.monotonic() < until
    assert the_one(started.pid, "gongzhi.worker") != before
    running = children(started.pid)
    os.kill(started.pid, signal.SIGTERM)
    started.communicate(timeout=ENDS_WITHIN)
    assert started.returncode == 0
    assert not [pid for pid in running if there(pid)]


@pytest.mark.parametrize("killed", ["the command itself", "the server of the pages"])
def test_nothing_goes_on_without_what_started_it(serve, port: int, killed: str) -> None:
    """Pages without a worker hold the port, and nothing that they take in goes on."""
    started = serve()
    assert str(port) in opened(started), started.communicate()[1]
    running = children(started.pid)
    pages = [pid for pid, line in running.items() if "gongzhi.web.wsgi" in line]
    whole = killed == "the command itself"
    os.kill(started.pid if whole else min(pages), signal.SIGKILL)
    until = time.monotonic() + ENDS_WITHIN
    while still := [running[pid] for pid in (running if whole else pages) if there(pid)]:
        assert time.monotonic() < until, still


def the_one(pid: int, name: str) -> int:
    """The child whose command line says this."""
    (found,) = (child for child, line in children(pid).items() if name in line)
    return found


BROKEN = """
from django.core.checks import Error, register
from gongzhi.web.settings import *

@register()
def broken(**_):
    return [Error("this place is not safe")]
"""


def test_pages_that_may_not_open_are_not_tried_again(serve, port: int, tmp_path: Path) -> None:
    (tmp_path / "broken_place.py").write_text(BROKEN)
    paths = f"{ROOT / 'src'}{os.pathsep}{tmp_path}"
    started = serve(DJANGO_SETTINGS_MODULE="broken_place", PYTHONPATH=paths)
    said, wrong = started.communicate(timeout=OPENS_WITHIN)
    assert started.returncode == 1
    assert "this place is not safe" in wrong
    assert "已就绪" not in said
    assert "重新打开" not in wrong


def test_a_port_in_use_is_told_at_once(serve, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        started = serve()
        said, wrong = started.communicate(timeout=ENDS_WITHIN)
    assert started.returncode == 1
    assert "这个端口已有程序在用" in wrong
    assert "已就绪" not in said
