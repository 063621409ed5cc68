"""`gongzhi serve|worker|tick`: run it."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
from typing import Any

from .screen import complain, out

THREADS = "32"
"""Of each page process: calls of machines that come at once share a transaction, so waiting is cheap."""
WORKER = [sys.executable, "-m", "gongzhi.worker"]


def add(commands: Any) -> None:
    serve = commands.add_parser("serve", help="打开网页服务（含后台）")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--bind", default="127.0.0.1")
    serve.set_defaults(run=run, long_running=True)
    worker = commands.add_parser("worker", help="只运行后台")
    worker.set_defaults(run=work, long_running=True)
    tick = commands.add_parser("tick", help="后台走一轮就结束")
    tick.set_defaults(run=tick_once)


def run(options: argparse.Namespace) -> int:
    """The pages by gunicorn, and one background worker beside them; both end together."""
    from django.core.management import call_command  # noqa: PLC0415  # settings exist only after setup

    call_command("check", fail_level="ERROR")
    call_command("collectstatic", interactive=False, verbosity=0)
    worker = subprocess.Popen(WORKER)  # noqa: S603 - our own interpreter
    out.print(f"网页已就绪：http://{options.bind}:{options.port}/  （按 Ctrl+C 结束）")
    # Each page process loads the application itself: the analytic libraries start threads of their own,
    # and a process forked after that is not safe.
    command = [
        *(sys.executable, "-m", "gunicorn", "gongzhi.web.wsgi:application"),
        *("--bind", f"{options.bind}:{options.port}", "--workers", "2", "--threads", THREADS),
        *("--timeout", "120", "--log-level", "warning"),
    ]
    pages = subprocess.Popen(command)  # noqa: S603 - our own interpreter, numbers parsed above

    def stop(*_: object) -> None:
        pages.terminate()

    signal.signal(signal.SIGTERM, stop)
    try:
        return pages.wait()
    except KeyboardInterrupt:
        pages.terminate()
        return pages.wait()
    finally:
        worker.terminate()
        worker.wait()


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
