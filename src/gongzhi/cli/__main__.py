"""Parse the command line, prepare the home, run the command."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module

NOUNS = (
    *("template", "submit", "calendar", "definitions", "verify", "serve", "synth", "demo", "scan"),
    *("administrators", "keys", "sources", "pull"),
)


def parser() -> argparse.ArgumentParser:
    """All commands with their options."""
    main = argparse.ArgumentParser(prog="gongzhi", description="税收共治平台")
    commands = main.add_subparsers(dest="command", required=True, metavar="命令")
    for noun in NOUNS:
        import_module(f"gongzhi.cli.{noun}").add(commands)
    return main


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.web.settings")
    options = parser().parse_args(arguments)
    if getattr(options, "reads", False):
        from gongzhi.engine.tables import warm  # noqa: PLC0415  # other commands need no reader

        warm()  # it loads while this process starts
    from .home import ready  # noqa: PLC0415  # Django starts only when a command is known to be right

    return ready(options)


if __name__ == "__main__":
    sys.exit(main())
