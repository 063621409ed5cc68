"""`gongzhi synth`: a synthetic district with planted truth."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from .screen import as_json, complain, err, out

USAGE = 2
OTHER_DISTRICT = "演示区只按自带的定义编写，造不出这个定义文件夹的演示数据；请直接用 submit 报送文件"


def add(commands: Any) -> None:
    command = commands.add_parser("synth", help="造一个演示区：一年的文件和答案（truth.json）")
    command.add_argument("--seed", type=int, default=1, metavar="N", help="同一个数造出同样的内容")
    command.add_argument("--taxpayers", type=households, default=5_000, metavar="N", help="纳税人户数")
    command.add_argument("--until", type=month, default="2026-09", metavar="M", help="最后一个月，如 2026-09")
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="写到这个文件夹（须为空）")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=run)


def households(text: str) -> int:
    """How many taxpayers, as it is written on the command line."""
    if not (text.isascii() and text.isdigit() and int(text)):
        raise argparse.ArgumentTypeError(f"纳税人户数至少为 1，写成数字，如 300（写的是“{text}”）")
    return int(text)


def month(text: str) -> str:
    """A month, as it is written on the command line."""
    try:
        return f"{dt.datetime.strptime(text, '%Y-%m'):%Y-%m}"  # noqa: DTZ007  # a month has no zone
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}”不是月份，应写成 2026-09 这样") from None


def run(options: argparse.Namespace) -> int:
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        if any(options.out.iterdir()):
            complain(f"文件夹 {options.out} 不是空的，请另选一个")
            return USAGE
        return _write(options)
    except FileExistsError:
        complain(f"{options.out} 是一个文件，不是文件夹，请另选一个")
    except OSError as error:
        complain(f"文件夹 {options.out} 写不进去（{error.strerror}），请另选一个，或清出空间、放开权限后再试")
    return USAGE


def _write(options: argparse.Namespace) -> int:
    from gongzhi.synth.world import Unfit  # noqa: PLC0415  # loads the analytic libraries

    try:
        counts = make(seed=options.seed, taxpayers=options.taxpayers, until=options.until, out=options.out)
    except Unfit as error:
        complain(f"{OTHER_DISTRICT}（{error}）")
        return USAGE
    if options.json:
        as_json({"out": str(options.out), **counts})
    else:
        out.print(f"已写出 {counts['files']} 份文件、{counts['rows']} 行：{options.out}")
        out.print("清单 manifest.json，答案 truth.json，网格 cells.geojson")
    return 0


def make(*, seed: int, taxpayers: int, until: str, out: Path) -> dict[str, Any]:
    """Write a district with progress on standard error; returns its counts."""
    from gongzhi.editions.queries import in_force  # noqa: PLC0415  # settings exist only after setup
    from gongzhi.synth.district import build, write_district  # noqa: PLC0415  # loads the workbook writer

    with bar() as progress:
        task = progress.add_task("生成演示数据", total=None)
        world = build(in_force(), seed=seed, taxpayers=taxpayers, until=until)
        return write_district(
            world, out, lambda done, total: progress.update(task, completed=done, total=total)
        )


def bar() -> Progress:
    """The progress display of long commands, on standard error."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=err)
