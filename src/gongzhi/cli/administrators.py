"""`gongzhi administrators`: the first three accounts of a new home (三员), and nobody's after that."""

from __future__ import annotations

import argparse
from typing import Any

from .screen import as_json, complain, table


def add(commands: Any) -> None:
    command = commands.add_parser("administrators", help="新环境初始化：建立系统、安全、审计三名管理员")
    command.add_argument("--system", default="system", metavar="NAME", help="系统管理员的登录名")
    command.add_argument("--security", default="security", metavar="NAME", help="安全管理员的登录名")
    command.add_argument("--audit", default="auditor", metavar="NAME", help="审计管理员的登录名")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print one activation link for each; a home that has administrators already is left as it is."""
    from gongzhi.organisation.actions import Refused, first_administrators  # noqa: PLC0415  # after setup

    try:
        tokens = first_administrators(system=options.system, security=options.security, audit=options.audit)
    except Refused as error:
        complain(str(error))
        return 1
    links = {name: f"/activate/{token}" for name, token in tokens.items()}
    if options.json:
        as_json(links)
    else:
        table("请分别交给三个人，24小时内打开并设置密码", ("登录名", "激活链接"), links.items())
    return 0
