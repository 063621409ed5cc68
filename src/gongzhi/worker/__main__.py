"""`python -m gongzhi.worker [--once | --parent PID]`: the background process, or one round of it."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys

import django


def main() -> int:
    """Run until the starter is gone; with `--once` run every step once and tell how much each did."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C ends it as an order does: every step may be cut
    parser = argparse.ArgumentParser(prog="gongzhi.worker")
    parser.add_argument("--once", action="store_true")
    # Named by the starter itself: one that is gone before this line would not be seen otherwise.
    parser.add_argument("--parent", type=int, default=os.getppid())
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.web.settings")
    django.setup()
    from .pipeline import forever, tick  # noqa: PLC0415  # models exist only after setup

    if options.once:
        json.dump(tick(), sys.stdout)
        return 0
    forever(parent=options.parent)
    return 0


if __name__ == "__main__":
    sys.exit(main())
