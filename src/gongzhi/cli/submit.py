"""`gongzhi submit`: read, check, commit a file."""

from __future__ import annotations

import argparse
import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .screen import as_json, complain, err, out

CODES = {"accepted": 0, "partial": 3, "refused": 4, "awaiting": 5}
SHOWN = 1_000
TOLD = 20
LACKS = "missing_optional"  # said in one line: a file of several sheets would say it for each
USAGE = 2
CHINA = dt.timezone(dt.timedelta(hours=8))


def add(commands: Any) -> None:
    command = commands.add_parser("submit", help="读取、检查并入库一份文件")
    command.add_argument("file", type=Path, metavar="FILE")
    command.add_argument(
        "--resource", required=True, metavar="CODE", help="资源编号或代码，如 15.3；多表资源写 3.1/a"
    )
    command.add_argument(
        "--period", required=True, metavar="P", help="期间：2026-09、2026Q3、2026H1、2026、2026-09-15"
    )
    command.add_argument("--unit", required=True, metavar="U", help="单位代码或名称")
    command.add_argument("--sheet", metavar="S", help="只读这张工作表")
    place = command.add_mutually_exclusive_group()
    place.add_argument("--adds", default="", metavar="BATCH", help="补充到这个批次之后")
    place.add_argument("--replaces", default="", metavar="BATCH", help="整批更正这个批次")
    command.add_argument("--whole", action="store_true", help="有一行不合格就整份不入库")
    command.add_argument("--dry-run", action="store_true", help="只检查，不入库")
    command.add_argument("--as", dest="user", metavar="USER", help="以这个登录名办理")
    command.add_argument("--report", type=Path, metavar="F.xlsx", help="把全部问题写成标注表")
    command.add_argument("--received-at", metavar="T", help="接收时间（只限演示环境）")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=run, reads=True)


def run(options: argparse.Namespace) -> int:
    from gongzhi.intake.actions import hand_in  # noqa: PLC0415  # models exist only after setup
    from gongzhi.intake.actions.place import Place  # noqa: PLC0415  # the same
    from gongzhi.intake.actions.refused import Refused  # noqa: PLC0415  # the same

    if not options.file.is_file():
        complain(f"没有这个文件：{options.file}")
        return USAGE
    try:
        handed = hand_in(
            file=options.file,
            name=options.file.name,
            place=Place(
                options.resource,
                options.period,
                options.unit,
                adds=options.adds,
                replaces=options.replaces,
                whole=options.whole,
                only_sheet=options.sheet or "",
            ),
            by=person(options.user),
            channel="cli",
            received_at=instant(options.received_at),
            dry_run=options.dry_run,
        )
    except Refused as error:
        if options.json:
            as_json({"outcome": "refused", "code": error.code, "message": error.text, "about": error.about})
        complain(error.text)
        return CODES["refused"] if error.code == "replaced_already" else USAGE
    if options.report:
        report(handed, options)
    answer = handed.as_json(SHOWN)
    if options.json:
        as_json(answer)
    else:
        tell(answer)
    return CODES[handed.outcome]


def person(username: str | None) -> Any:
    """The person in whose name it is done; None stands for the system itself."""
    from gongzhi.organisation.models import Person  # noqa: PLC0415  # models exist only after setup

    if not username:
        return None
    found = Person.objects.filter(username=username, is_active=True).first()
    if found is None:
        complain(f"没有可用的登录名“{username}”")
        raise SystemExit(USAGE)
    return found


def instant(text: str | None) -> dt.datetime | None:
    """`--received-at`, in demo homes only."""
    from django.conf import settings  # noqa: PLC0415  # settings exist only after setup

    if not text:
        return None
    if not settings.HOME.demo:
        complain("--received-at 只限演示环境使用：接收时间以服务器时钟为准")
        raise SystemExit(USAGE)
    moment = dt.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)


def tell(answer: dict[str, Any]) -> None:
    """The outcome for people: counts, what was left out, seen and put right on reading, faults, receipt."""
    if answer["already"]:
        first = answer["already"]
        when = dt.datetime.fromisoformat(first["received_at"]).astimezone(CHINA)
        same = f"与 {when:%Y-%m-%d %H:%M} 报送的“{first['file_name']}”（{first['submission']}）内容相同"
        out.print(f"{same}，没有重复收下；以下是那一份的结果。", markup=False)
    title = f"{answer['title']} {answer['period']}"
    if answer["outcome"] == "refused":
        err.print(f"[red]未入库[/]  {title}")
        err.print(answer["refusal"]["text"], markup=False)
    else:
        counts = f"{answer['rows']} 行，入库 {answer['accepted']}，待补正 {answer['set_aside']}"
        word = "已入库" if answer["receipt"] else "试检查，没有入库"
        out.print(f"[green]{word}[/]  {title}：{counts}")
    for line in (*left_out(answer), *seen(answer), *put_right(answer)):
        out.print(f"  {line}", markup=False)
    lacking = {one["column"]: None for one in answer["findings"] if one["code"] == LACKS}
    if lacking:
        said = f"表中没有 {len(lacking)} 个选填列，按未提供处理，不影响入库：{'、'.join(lacking)}"
        out.print(f"  整份文件  {said}", markup=False)
    others = [one for one in answer["findings"] if one["code"] != LACKS]
    for finding in others[:TOLD]:
        out.print(f"  {finding['cell'] or '整份文件'}  {finding['message']}  {finding['mend']}", markup=False)
    if len(others) > TOLD:
        out.print(f"  ……共 {answer['findings_total']} 处，用 --report 导出标注表可看到全部")
    if answer["receipt"]:
        out.print(f"回执 {answer['receipt']['number']}")


def left_out(answer: dict[str, Any]) -> Iterator[str]:
    """Rows that are no records, counted by why."""
    from gongzhi.intake.queries.pages import REASONS  # noqa: PLC0415  # models exist only after setup

    words = Counter(
        REASONS.get(one["why"], one["why"]) for one in answer["skipped"] if one["why"] != "header"
    )
    if words:
        yield "没有当作数据的：" + "、".join(f"{word} {count} 行" for word, count in words.items())


def seen(answer: dict[str, Any]) -> Iterator[str]:
    """What reading has to say of the file."""
    notices = answer["notices"]
    for notice in notices[:TOLD]:
        yield f"读取时看到：{notice['text']}"
    if len(notices) > TOLD:
        yield f"……读取时看到的共 {len(notices)} 处，用 --json 可看到全部"


def put_right(answer: dict[str, Any]) -> Iterator[str]:
    """Repairs by kind, each with how often and one example."""
    from gongzhi.editions.queries import in_force  # noqa: PLC0415  # models exist only after setup

    kinds: dict[str, list[dict[str, Any]]] = {}
    for one in answer["repaired"]:
        kinds.setdefault(one["code"], []).append(one)
    for code, found in kinds.items():
        example = f"{found[0]['cell']}：{found[0]['from']} → {found[0]['to'] or '空'}"
        yield f"自动规整：{in_force().findings[code].title} {len(found)} 处，如 {example}"
    if len(answer["repaired"]) == SHOWN:
        yield f"……自动规整只列出前 {SHOWN} 处"


def report(handed: Any, options: argparse.Namespace) -> None:
    """The marked-up workbook with every finding, or why there is none."""
    from gongzhi.intake.actions.refused import Refused  # noqa: PLC0415  # models exist only after setup
    from gongzhi.intake.actions.report import marked_up, marked_up_file  # noqa: PLC0415  # the same

    try:
        if handed.tried:
            content = marked_up_file(
                file=options.file, submission=handed.submission, findings=handed.findings
            )
        else:
            by = person(options.user)
            content = marked_up(submission=handed.submission, by=by, findings=handed.findings)
    except Refused as error:
        complain(error.text)
        return
    options.report.write_bytes(content)
