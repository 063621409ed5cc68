"""`gongzhi calendar`: who owes what by when."""

from __future__ import annotations

import argparse
import datetime as dt
from typing import Any

from .screen import as_list, complain, table


def add(commands: Any) -> None:
    command = commands.add_parser("calendar", help="各单位的报送义务和状态")
    command.add_argument(
        "--as-of", type=dt.date.fromisoformat, metavar="D", help="截至这一天（含），默认今天"
    )
    command.add_argument("--unit", metavar="U", help="只看这个单位")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from django.utils import timezone  # noqa: PLC0415  # settings exist only after setup

    from gongzhi.catalogue.actions import open_periods  # noqa: PLC0415  # models exist only after setup
    from gongzhi.catalogue.models import Obligation  # noqa: PLC0415  # the same
    from gongzhi.catalogue.queries import owed  # noqa: PLC0415  # the same
    from gongzhi.editions.queries import in_force  # noqa: PLC0415  # the same

    day = options.as_of or timezone.localdate()
    open_periods(since=dt.date(day.year, 1, 1), until=day)
    rows = Obligation.objects.filter(opens__lte=day)
    if options.unit:
        try:
            rows = rows.filter(unit=in_force().unit(options.unit).key)
        except KeyError:
            complain(f"没有名为“{options.unit}”的单位")
            return 2
    found = list(owed(rows, day))
    if options.json:
        as_list([one.as_json() for one in found])
        return 0
    heads = ("到期", "状态", "资源", "期间", "单位")
    table(
        f"报送日历（截至 {day}）",
        heads,
        (
            (
                o.due,
                o.standing.label,
                f"{o.obligation.resource} {o.resource_title}",
                o.obligation.period,
                o.unit_name,
            )
            for o in found
        ),
    )
    return 0
