"""Forked children of one prepared process: what they do, and how they end."""

from __future__ import annotations

import gc
import importlib
import os
import shutil
import signal
import sys
import time
import traceback
from pathlib import Path

import django
from django.db import connections

WAIT_SECONDS = 60


def prepared_home(home: Path) -> None:
    """Django over an empty home; from here on nothing may compute with Polars in this process.

    TORTURE_DATABASE: a database without rows that all migrations have been through; else they run here.
    """
    if made := os.environ.get("TORTURE_DATABASE"):
        home.mkdir(parents=True)
        shutil.copy(made, home / "gongzhi.sqlite3")
    os.environ.update(GONGZHI_HOME=str(home), DJANGO_SETTINGS_MODULE="gongzhi.web.settings")
    os.environ.setdefault("GONGZHI_DATABASE", "")
    root = Path(__file__).parents[4]
    sys.path[:0] = [str(root / "src"), str(root), str(Path(__file__).parent)]
    django.setup()
    importlib.import_module("gongzhi.cli.home").migrate()
    importlib.import_module("gongzhi.editions.queries").in_force()
    gc.freeze()  # a child's collector must not touch, and so copy, what was loaded here


def in_child(work, *, seconds: float = WAIT_SECONDS) -> tuple[int, bytes]:
    """Run `work(acknowledge)` in a forked child; its wait status, and what it acknowledged."""
    connections.close_all()
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reading)
        status = 1
        try:
            work(lambda text: os.write(writing, text.encode()))
            status = 0
        except BaseException:
            if os.environ.get("TORTURE_TALKS"):
                traceback.print_exc()
        finally:
            os._exit(status)
    os.close(writing)
    return waited(pid, reading, seconds)


def waited(pid: int, reading: int, seconds: float) -> tuple[int, bytes]:
    """The end of a child; one that hangs is killed (a fault in a library's own thread may stop it)."""
    deadline = time.monotonic() + seconds
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            break
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            status = os.waitpid(pid, 0)[1]
            break
        time.sleep(0.002)
    said = b""
    while piece := os.read(reading, 4096):
        said += piece
    os.close(reading)
    return status, said
