"""`gongzhi definitions check|list|show|export|publish|catalogue`: the definitions in force."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from pathlib import Path
from typing import Any

from .screen import as_json, as_list, complain, out, table


def add(commands: Any) -> None:
    command = commands.add_parser("definitions", help="目录、规则等定义")
    command.add_argument("what", choices=["check", "list", "show", "export", "publish", "catalogue"])
    command.add_argument(
        "name",
        nargs="?",
        help="show：资源、规则或参数的编号；export：目标文件夹；publish：来源文件夹；catalogue：目标文件",
    )
    command.add_argument("--as-of", type=dt.date.fromisoformat, metavar="D", help="export：这一天有效的版本")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """A folder that does not load is told by `home.ready`, with file and line of every fault."""
    acts = {
        "check": check, "list": listed, "show": show, "export": export, "publish": publish,
        "catalogue": catalogue,
    }  # fmt: skip
    return acts[options.what](options)


def check(options: argparse.Namespace) -> int:
    """Everything loads (else `home.ready` says why), and every file is in canonical form."""
    from django.conf import settings  # noqa: PLC0415  # settings exist only after setup

    from gongzhi.editions.queries import in_force  # noqa: PLC0415  # the same
    from gongzhi.engine.checks import history_failures  # noqa: PLC0415  # the same
    from gongzhi.engine.definitions.canonical import folder_faults  # noqa: PLC0415  # the same
    from gongzhi.engine.rules import conformance  # noqa: PLC0415  # loads the analytic libraries

    definitions = in_force()
    rules = conformance(definitions)
    failures = [*rules.failures, *history_failures(definitions)]
    if faults := folder_faults(settings.DEFINITIONS):
        complain("\n".join(map(str, faults)))
        return 1
    counts = {
        "resources": len(definitions.resources),
        "tables": len(definitions.tables),
        "rules": len(definitions.rules),
        "cases": rules.cases,
        "checks": len(definitions.history_checks),
        "parameters": len(definitions.parameters),
        "units": len(definitions.units),
        "cells": len(definitions.cells),
        "clauses": len(definitions.clauses),
        "digest": definitions.digest,
    }
    if options.json:
        as_json(counts | {"failures": failures})
    elif not failures:
        out.print("定义无误：" + "，".join(f"{key} {value}" for key, value in counts.items()))
    for failure in failures:
        complain(failure)
    return 1 if failures else 0


def listed(options: argparse.Namespace) -> int:
    from gongzhi.editions.queries import in_force  # noqa: PLC0415  # settings exist only after setup

    definitions = in_force()
    items = [
        {
            "number": r.number,
            "code": r.code,
            "title": r.title,
            "providers": list(r.providers),
            "frequency": r.frequency,
        }
        for r in definitions.resources.values()
    ]
    if options.json:
        as_list(items)
    else:
        table(
            "数据资源",
            ("编号", "代码", "名称", "频率"),
            ((i["number"], i["code"], i["title"], i["frequency"]) for i in items),
        )
    return 0


def show(options: argparse.Namespace) -> int:
    from gongzhi.editions.queries import in_force  # noqa: PLC0415  # settings exist only after setup

    definitions = in_force()
    found: Any = definitions.rules.get(options.name) or definitions.parameters.get(options.name)
    if found is None:
        try:
            found = definitions.resource(options.name or "")
        except KeyError:
            complain(f"没有编号为“{options.name}”的资源、规则或参数")
            return 2
    model = getattr(found, "rule", found)
    out.print_json(json.dumps(model.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False))
    return 0


def export(options: argparse.Namespace) -> int:
    """The files in force, byte for byte as they are stored: the folder's, and what the office has changed."""
    from gongzhi.editions.queries import contents_in_force  # noqa: PLC0415  # settings exist only after setup

    if not options.name:
        complain("请写明导出到哪个文件夹")
        return 2
    target = Path(options.name)
    if target.exists() and any(target.iterdir()):
        complain(f"文件夹 {target} 不是空的，请另选一个")
        return 2
    contents = contents_in_force(options.as_of)
    for name, content in contents.items():
        file = target / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    out.print(f"已导出 {len(contents)} 个文件到 {target}")
    return 0


def publish(options: argparse.Namespace) -> int:
    """Take a folder in (the program's own without a name): the new counts, what differs becomes a draft."""
    from gongzhi.editions import actions  # noqa: PLC0415  # models exist only after setup
    from gongzhi.editions.queries import changes, in_force, release_drafts  # noqa: PLC0415  # the same

    def told(draft: Any) -> list[str]:
        return changes(draft.kind, draft.basis.texts if draft.basis else None, draft.texts, in_force())

    root = Path(options.name) if options.name else None
    if root and not root.is_dir():
        complain(f"没有文件夹 {root}")
        return 2
    taken = actions.take_folder(root=root)
    waiting: list[dict[str, Any]] = [
        {"edition": one.pk, "kind": one.kind, "code": one.code, "title": one.title, "changes": told(one)}
        for one in release_drafts()
    ]
    if options.json:
        as_json({"first": taken.first, "entries": taken.entries, "drafts": taken.drafts, "waiting": waiting})
        return 0
    out.print(f"新增 {taken.first} 项，清单增补 {taken.entries} 项，不同的成为草稿 {taken.drafts} 项")
    rows = ((one["title"], "；".join(one["changes"][:3])) for one in waiting)
    if waiting:
        table("待办公室逐项决定的草稿", ("名称", "与现行版的不同"), rows)
    return 0


def catalogue(options: argparse.Namespace) -> int:
    """The catalogue as a workbook: every resource and every column with its 口径, 标准 and 期限."""
    from gongzhi.editions.queries import in_force  # noqa: PLC0415  # settings exist only after setup
    from gongzhi.engine.documents import catalogue as written  # noqa: PLC0415  # loads the workbook writer

    target = Path(options.name or "数据资源目录.xlsx")
    target.write_bytes(written(in_force()))
    out.print(f"已写出 {target}")
    return 0
