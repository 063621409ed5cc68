"""`gongzhi serve` as an administrator runs it: open when it says so, ended with all that it started."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENDS_WITHIN = 60
pytestmark = pytest.mark.enable_socket


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def serve(tmp_path: Path, port: int) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Start it in a home of its own; whatever is left running is killed after."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GONGZHI", "DJANGO"))}
    environment = kept | {"GONGZHI_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT / "src")}
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "gongzhi.cli", "serve", "--port", str(port)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        started.append(subprocess.Popen(command, env=environment, text=True, start_new_session=True, **pipes))
        return started[-1]

    yield start
    for one in started:
        for pid in (one.pid, *children(one.pid)):
            if there(pid):
                os.kill(pid, signal.SIGKILL)
        one.communicate()


def there(pid: int) -> bool:
    """Whether this process runs."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def children(pid: int) -> dict[int, str]:
    """What a process has started, at any depth: number and command line."""
    found: dict[int, str] = {}
    if there(pid):
        for child in map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()):
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


def test_a_port_in_use_is_told_at_once(serve, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        started = serve()
        said, wrong = started.communicate(timeout=ENDS_WITHIN)
    assert started.returncode == 1
    assert "这个端口已有程序在用" in wrong
    assert "已就绪" not in said
