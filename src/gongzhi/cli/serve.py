"""`gongzhi serve|worker|tick`: run it."""

from __future__ import annotations

import argparse
import errno
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from threading import Event, Thread
from typing import Any, NoReturn

from .screen import complain, out

ORDERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
THREADS = "32"
"""Of each page process: calls of machines that come at once share a transaction, so waiting is cheap."""
END_SECONDS = "20"
"""What a page process may take to end what it has begun; then it is killed."""
PAUSE = 0.05
PATIENCE = 60
"""Seconds between questions whether the pages answer, and that one question may take."""
BREATH = 1.0
"""Seconds between looks whether the worker runs."""
WORKER = [sys.executable, "-m", "gongzhi.worker"]
TIED = (
    "import ctypes, os, signal, sys;"
    "ctypes.CDLL(None).prctl(1, signal.SIGKILL);"  # PR_SET_PDEATHSIG
    "os.execv(sys.argv[1], sys.argv[1:])"
)
"""Become a program that is killed when its starter is: the pages would hold the port and have no worker."""


def add(commands: Any) -> None:
    serve = commands.add_parser("serve", help="打开网页服务（含后台）")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--bind", default="127.0.0.1")
    serve.set_defaults(run=run, long_running=True)
    worker = commands.add_parser("worker", help="只运行后台")
    worker.set_defaults(run=work, long_running=True)
    tick = commands.add_parser("tick", help="后台走一轮就结束")
    tick.set_defaults(run=tick_once)


def run(options: argparse.Namespace, meanwhile: Callable[[], None] | None = None) -> int:
    """The pages by granian, and one background worker beside them; all end together.

    `meanwhile` is done while the pages load, which takes some seconds. The pages check the system
    themselves and do not open while it has faults; checked here too, a start would cost that twice.
    Pages that end by themselves after they have once opened are opened again; so is the worker.
    """
    from django.core.management import call_command  # noqa: PLC0415  # settings exist only after setup

    if fault := why_not(options.bind, options.port):
        complain(f"不能在 {options.bind}:{options.port} 打开网页：{fault}")
        return 1
    call_command("collectstatic", interactive=False, verbosity=0)
    for way in ORDERS:  # set anew: the data frame library has its own
        if signal.getsignal(way) != signal.SIG_IGN:  # nohup asks to stay when the terminal goes
            signal.signal(way, _end)
    # Each page process loads the application itself: the analytic libraries start threads of their own,
    # and a process forked after that is not safe.
    command = [
        *(sys.executable, "-c", TIED),
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws"),
        *("--host", options.bind.strip("[]"), "--port", str(options.port), "--workers", "2"),
        *("--blocking-threads", THREADS, "--workers-kill-timeout", END_SECONDS, "--log-level", "error"),
        "gongzhi.web.wsgi:application",
    ]
    with ending(command) as pages:
        if meanwhile:
            meanwhile()
        if opened(pages, options):
            worker = [*WORKER, "--parent", str(os.getpid())]
            with kept_up(worker):  # from now on: it would keep the pages from loading
                out.print(f"网页已就绪：http://{options.bind}:{options.port}/  （按 Ctrl+C 结束）")
                pages.wait()
                return _opened_again(command, options)
    return pages.returncode


def opened(pages: subprocess.Popen[bytes], options: argparse.Namespace) -> bool:
    """Wait until the pages answer; False when they end before."""
    while pages.poll() is None:
        if answers(options.bind, options.port):
            return True
        time.sleep(PAUSE)
    return False


def _opened_again(command: list[str], options: argparse.Namespace) -> int:
    """Open pages again that ended by themselves, as often as they do; the code with which they did not."""
    while True:
        complain("网页进程意外结束，正在重新打开 …")
        with ending(command) as pages:
            if opened(pages, options):
                pages.wait()
                continue
        return pages.returncode


def _end(*_: object) -> NoReturn:
    """The order to end: what runs is ended on the way out, and a second order changes nothing."""
    for way in ORDERS:
        signal.signal(way, signal.SIG_IGN)
    raise SystemExit(0)


def why_not(bind: str, port: int) -> str:
    """Why nobody can serve at this address, in plain words; empty where one can."""
    host = bind.strip("[]")
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        known = {
            errno.EADDRINUSE: "这个端口已有程序在用，请先结束它，或用 --port 换一个",
            errno.EACCES: "没有权限用这个端口，请用 --port 换一个 1024 以上的",
        }
        return known.get(error.errno or 0, "本机没有这个地址，请核对 --bind")
    except OverflowError:
        return "端口应在 0 到 65535 之间"
    return ""


def answers(bind: str, port: int) -> bool:
    """Whether a page comes, whatever it says."""
    host = "127.0.0.1" if bind == "0.0.0.0" else bind.strip("[]")  # noqa: S104 - compared, not bound
    connection = HTTPConnection(host, port, timeout=PATIENCE)
    try:
        connection.request("GET", "/login")
        connection.getresponse()
    except OSError:
        return False
    finally:
        connection.close()
    return True


def start(command: list[str]) -> subprocess.Popen[bytes]:
    """Start it in a session of its own: Ctrl+C reaches it only through us, however far its start has come."""
    return subprocess.Popen(command, start_new_session=True)  # noqa: S603 - our own


@contextmanager
def ending(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """A running program that ends, and is waited for, when this is left."""
    started = start(command)
    try:
        yield started
    finally:
        started.terminate()
        started.wait()


@contextmanager
def kept_up(command: list[str]) -> Iterator[None]:
    """A running program that is started again whenever it ends by itself, until this is left."""
    over = Event()
    keeper = Thread(target=_keep_up, args=(start(command), command, over))
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def _keep_up(running: subprocess.Popen[bytes], command: list[str], over: Event) -> None:
    while not over.wait(BREATH):
        if running.poll() is not None:
            complain("后台进程意外结束，正在重新启动 …")
            running = start(command)
    running.terminate()
    running.wait()


def work(options: argparse.Namespace) -> int:
    """Become the background process."""
    os.execv(sys.executable, WORKER)  # noqa: S606 - our own interpreter


def tick_once(options: argparse.Namespace) -> int:
    """One round of the background process."""
    done = subprocess.run([*WORKER, "--once"], check=False, capture_output=True, text=True)  # noqa: S603 - as above
    if done.returncode:
        complain(done.stderr)
        return 1
    out.print("；".join(f"{name} {count}" for name, count in json.loads(done.stdout).items()))
    return 0
