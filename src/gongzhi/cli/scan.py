"""`gongzhi link|scan|hits|conformance`: join rows to taxpayers, compare, show what was found."""

from __future__ import annotations

import argparse
import datetime as dt
from typing import Any

from .screen import as_json, as_list, complain, err, out, table

REFUSED, FAILED, USAGE = 4, 1, 2


def add(commands: Any) -> None:
    _add_link(commands)
    _add_scan(commands)
    _add_hits(commands)
    _add_conformance(commands)


def _add_link(commands: Any) -> None:
    command = commands.add_parser("link", help="更新纳税人登记册，把入库的行与纳税人关联")
    command.add_argument("--every", action="store_true", help="所有批次重新关联")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=link)


def _add_scan(commands: Any) -> None:
    command = commands.add_parser("scan", help="按规则比对，产生疑点")
    command.add_argument(
        "--as-of", type=dt.date.fromisoformat, metavar="D", help="截至这一天（含），默认今天"
    )
    command.add_argument("--rule", action="append", default=[], metavar="R", help="只运行这条规则，可写多次")
    command.add_argument("--engine", choices=["duckdb"], default="duckdb", help="计算引擎")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=scan)


def _add_hits(commands: Any) -> None:
    command = commands.add_parser("hits", help="列出疑点")
    command.add_argument("--rule", action="append", default=[], metavar="R", help="只看这条规则，可写多次")
    command.add_argument("--state", choices=["open", "cleared", "excluded", "all"], default="open")
    command.add_argument("--no-evidence", action="store_true", help="不列证据（疑点很多时快得多）")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=hits)


def _add_conformance(commands: Any) -> None:
    command = commands.add_parser("conformance", help="在所用的引擎上运行每条规则的算例")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=conform)


def link(options: argparse.Namespace) -> int:
    from gongzhi.registry.actions import link_batches, put_register, refresh  # noqa: PLC0415  # models exist only after setup

    changed = refresh(by=None)
    put_register()
    linked = link_batches(by=None, every=options.every)
    if options.json:
        as_json({"taxpayers_changed": changed, "batches_linked": linked})
    else:
        out.print(f"登记册变动 {changed} 户，关联 {linked} 个批次")
    return 0


def scan(options: argparse.Namespace) -> int:
    """Exit 0, 1 when a rule could not run, 4 when refused. Batches that wait for linking are linked first."""
    from django.utils import timezone  # noqa: PLC0415  # settings exist only after setup

    from gongzhi.registry.actions import link_new  # noqa: PLC0415  # models exist only after setup
    from gongzhi.risk.actions import Refused  # noqa: PLC0415  # the same
    from gongzhi.risk.actions import scan as act  # noqa: PLC0415  # the same

    link_new()
    day = options.as_of or timezone.localdate()
    try:
        with err.status("准备快照") as status:
            made = act(
                as_of=day,
                by=None,
                rules=options.rule,
                engine=options.engine,
                progress=lambda name, place, of: status.update(f"[{place + 1}/{of}] {name}"),
            )
    except Refused as error:
        complain(str(error))
        return REFUSED
    if options.json:
        as_json(_summary(made))
    else:
        heads = ("规则", "命中", "未命中", "数据不足")
        rows = ((code, c["hit"], c["miss"], c["insufficient"]) for code, c in made.counts.items())
        table(f"比对结果（截至 {made.as_of}）", heads, rows)
        out.print(f"新增 {made.found} 条，更新 {made.changed} 条，自动消除 {made.cleared} 条")
    for code, text in made.failures.items():
        complain(f"规则 {code} 没有运行成功：{text}")
    return FAILED if made.failures else 0


def _summary(made: Any) -> dict[str, Any]:
    return {
        "run": str(made.pk),
        "as_of": made.as_of.isoformat(),
        "engine": made.engine,
        "snapshot": made.snapshot,
        "definitions": made.definitions,
        "counts": made.counts,
        "found": made.found,
        "changed": made.changed,
        "cleared": made.cleared,
        "failures": made.failures,
    }


def hits(options: argparse.Namespace) -> int:
    from gongzhi.risk.models import Hit  # noqa: PLC0415  # models exist only after setup
    from gongzhi.risk.queries import hits_as_json  # noqa: PLC0415  # the same

    found = Hit.objects.select_related("taxpayer").order_by("rule", "-tax_yuan", "id")
    if options.state != "all":
        found = found.filter(state=options.state)
    if options.rule:
        found = found.filter(rule__in=options.rule)
    if options.json:
        as_list(hits_as_json(list(found), with_evidence=not options.no_evidence))
        return 0
    table(
        "疑点",
        ("规则", "等级", "主体", "期间", "预计税额（元）", "算式"),
        (
            (
                h.rule,
                h.grade_label,
                h.subject_name or h.subject,
                h.period,
                f"{h.tax_yuan:,.2f}" if h.tax_yuan else "不估算",
                h.formula,
            )
            for h in found
        ),
    )
    return 0


def conform(options: argparse.Namespace) -> int:
    """Exit 0 when every example came out, 1 otherwise."""
    from gongzhi.editions.queries import in_force  # noqa: PLC0415  # settings exist only after setup
    from gongzhi.engine.rules import conformance  # noqa: PLC0415  # loads the analytic libraries

    found = conformance(in_force())
    if options.json:
        as_json(
            {
                "whole": found.whole,
                "engine": found.engine,
                "rules": found.rules,
                "cases": found.cases,
                "failures": list(found.failures),
            }
        )
    elif found.whole:
        out.print(f"{found.rules} 条规则的 {found.cases} 个算例在 {found.engine} 上全部相符")
    for failure in found.failures:
        complain(failure)
    return 0 if found.whole else FAILED
