"""`gongzhi sources`: the site's SQL sources, what was pulled, what waits."""

from __future__ import annotations

import argparse
from typing import Any

from .screen import as_list, table


def add(commands: Any) -> None:
    command = commands.add_parser("sources", help="前置库：各数据源最近一次取数和待取的期间")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from django.conf import settings  # noqa: PLC0415  # settings exist only after setup
    from django.utils import timezone  # noqa: PLC0415  # the same

    from gongzhi.intake.actions.pulling import result_of  # noqa: PLC0415  # models exist only after setup
    from gongzhi.intake.queries import pulls_of  # noqa: PLC0415  # the same

    found = pulls_of(settings.DOORS.sources, timezone.localdate())
    if options.json:
        as_list(found)
        return 0
    heads = ("数据源", "单位", "资源", "数据库", "最近一期", "结果", "行数", "待取")
    rows = (
        (
            one["name"],
            one["unit"] if one["known"] else f"{one['unit']}（单位或资源不认识）",
            one["resource"],
            one["database"],
            one["last_period"],
            result_of(str(one["last"]), one["outcome"]) if one["last"] else "还没有取过",
            one["rows"],
            "、".join(one["waiting"]),
        )
        for one in found
    )
    table("前置库数据源", heads, rows)
    return 0
