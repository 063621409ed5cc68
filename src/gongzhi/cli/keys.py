"""`gongzhi keys`: the public keys by which receipts are verified elsewhere; a new signing key."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .screen import as_json, complain, out


def add(commands: Any) -> None:
    command = commands.add_parser("keys", help="输出验证回执用的公钥；更换签名密钥")
    command.add_argument("-o", "--output", type=Path, metavar="F", help="把公钥写到这个文件（PEM）")
    command.add_argument("--renew", action="store_true", help="启用新的签名密钥；旧公钥仍用于验证旧回执")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print every public key, the one in use last."""
    from gongzhi.intake.actions.signing import renew_key  # noqa: PLC0415  # models exist only after setup
    from gongzhi.intake.queries import public_keys  # noqa: PLC0415  # models exist only after setup

    if options.renew:
        renew_key(by=None)
        complain("已启用新的签名密钥；请重启正在运行的网页和后台程序，并把新的公钥发给各单位")
    keys = public_keys()
    text = "".join(key.pem for key in keys.values())
    if options.output:
        options.output.write_text(text, "utf-8")
    if options.json:
        as_json([{"key": name, "pem": key.pem} for name, key in keys.items()])
    elif options.output:
        out.print(f"已写出 {len(keys)} 个公钥：{options.output}")
    else:
        for name, key in keys.items():
            out.print(f"密钥 {name}")
            out.print(key.pem, end="")
    return 0
