"""`gongzhi template`: the Excel template of a resource."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .screen import complain, out


def add(commands: Any) -> None:
    command = commands.add_parser("template", help="生成一个资源的 Excel 模板")
    command.add_argument("resource", metavar="CODE", help="资源编号或代码，如 15.3")
    command.add_argument("-o", "--output", type=Path, metavar="F", help="写到这个文件")
    command.add_argument("--period", metavar="P", help="按这一期所用的版本，如 2026-09；不写按今天的")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from gongzhi.editions.queries import in_force, in_force_for  # noqa: PLC0415  # settings exist only after setup
    from gongzhi.engine.calendar import PeriodError  # noqa: PLC0415  # the same
    from gongzhi.engine.documents import template  # noqa: PLC0415  # loads the workbook writer

    definitions = in_force()
    try:
        resource = definitions.resource(options.resource.partition("/")[0])
    except KeyError:
        complain(f"没有编号或代码为“{options.resource}”的数据资源")
        return 2
    if options.period:
        try:
            definitions = in_force_for(resource.number, options.period)
        except PeriodError:
            complain(f"看不懂期间“{options.period}”：月写 2026-09，季写 2026Q3，半年写 2026H1，年写 2026")
            return 2
        resource = definitions.resources[resource.number]
    target = options.output or Path(f"{resource.number}{resource.title}.xlsx".replace("/", "_"))
    target.write_bytes(template(resource, definitions.versions[resource.number]))
    out.print(f"已写出模板 {target}")
    return 0
