"""`gongzhi serve|worker|tick`: run it."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from typing import Any

from .screen import out


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
    worker = subprocess.Popen([sys.executable, "-m", "gongzhi.cli", "worker"])
    out.print(f"网页已就绪：http://{options.bind}:{options.port}/  （按 Ctrl+C 结束）")
    command = [
        *(sys.executable, "-m", "gunicorn", "gongzhi.web.wsgi:application"),
        *("--bind", f"{options.bind}:{options.port}", "--workers", "2", "--threads", "4"),
        *("--timeout", "120", "--log-level", "warning", "--preload"),
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
    from gongzhi.worker.pipeline import forever  # noqa: PLC0415  # models exist only after setup

    forever(parent=os.getppid())
    return 0


def tick_once(options: argparse.Namespace) -> int:
    from gongzhi.worker.pipeline import tick  # noqa: PLC0415  # models exist only after setup

    done = tick()
    out.print("；".join(f"{name} {count}" for name, count in done.items()))
    return 0
