"""`gongzhi pull NAME --period P`: ask a SQL source for the rows of a period and hand them in."""

from __future__ import annotations

import argparse
from typing import Any

from .screen import as_json, complain
from .submit import CODES, SHOWN, USAGE, person, tell

FAILED = 6


def add(commands: Any) -> None:
    command = commands.add_parser("pull", help="从前置库取一期数据，检查并入库")
    command.add_argument("name", metavar="NAME", help="数据源的名称，见 gongzhi sources")
    command.add_argument("--period", required=True, metavar="P", help="期间：2026-09、2026Q3、2026H1、2026")
    place = command.add_mutually_exclusive_group()
    place.add_argument("--adds", default="", metavar="BATCH", help="补充到这个批次之后")
    place.add_argument("--replaces", default="", metavar="BATCH", help="整批更正这个批次")
    command.add_argument("--dry-run", action="store_true", help="只取数和检查，不入库")
    command.add_argument("--as", dest="user", metavar="USER", help="以这个登录名办理")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=run, reads=True)


def run(options: argparse.Namespace) -> int:
    from django.conf import settings  # noqa: PLC0415  # settings exist only after setup

    from gongzhi.intake.actions.pulling import PullFailed, pull  # noqa: PLC0415  # models exist only after setup
    from gongzhi.intake.actions.refused import Refused  # noqa: PLC0415  # the same

    source = next((one for one in settings.DOORS.sources if one.name == options.name), None)
    if source is None:
        complain(f"没有名为“{options.name}”的数据源，请看 gongzhi sources")
        return USAGE
    try:
        handed = pull(
            source=source, period=options.period, by=person(options.user), adds=options.adds,
            replaces=options.replaces, dry_run=options.dry_run,
        )  # fmt: skip
    except PullFailed as error:
        if options.json:
            as_json({"outcome": "failed", "code": error.code, "message": str(error)})
        complain(f"没有取到数据：{error}")
        return FAILED
    except Refused as error:
        complain(error.text)
        return USAGE
    answer = handed.as_json(SHOWN)
    if options.json:
        as_json(answer)
    else:
        tell(answer)
    return CODES[handed.outcome]
