"""`gongzhi verify`: the audit chain, the lake, a receipt; and where the first break is."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from .screen import as_json, complain, out


def add(commands: Any) -> None:
    command = commands.add_parser("verify", help="验证审计链、数据湖和回执")
    command.add_argument("what", nargs="?", choices=["audit", "lake", "receipt", "all"], default="all")
    command.add_argument(
        "file", nargs="?", metavar="F", help="verify receipt：回执编号，或 submit --json 保存下来的文件"
    )
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Exit 0 when all holds, 1 when something is broken."""
    found: dict[str, Any] = {}
    if (options.what == "receipt") != bool(options.file):
        complain("验证回执写 verify receipt F，F 是回执编号或保存下来的回执文件")
        return 2
    if options.what == "receipt":
        found["receipt"] = receipt(options.file)
    if options.what in {"audit", "all"}:
        found["audit"] = audit()
    if options.what in {"lake", "all"}:
        found["lake"] = lake()
    whole = all(part["whole"] for part in found.values())
    if options.json:
        as_json({"whole": whole, **found})
    else:
        for name, part in found.items():
            say = out.print if part["whole"] else complain
            say({"audit": "审计链", "lake": "数据湖", "receipt": "回执"}[name] + "：" + part["text"])
    return 0 if whole else 1


def audit() -> dict[str, Any]:
    from gongzhi.audit.queries import verify  # noqa: PLC0415  # models exist only after setup

    proof = verify()
    if proof.whole:
        text = f"{proof.events} 个事件、{proof.checkpoints} 个检查点，首尾相接"
    else:
        text = f"在第 {proof.break_at} 个事件处断开：{proof.reason}"
    return {"whole": proof.whole, "events": proof.events, "break_at": proof.break_at, "text": text}


def lake() -> dict[str, Any]:
    from django.conf import settings  # noqa: PLC0415  # settings exist only after setup

    from gongzhi.engine.lake import Lake  # noqa: PLC0415  # loads the analytic libraries
    from gongzhi.intake.queries import kept_originals, ledger  # noqa: PLC0415  # models exist only after setup

    files = ledger()
    losses = [{"path": loss.path, "reason": loss.reason} for loss in Lake(settings.LAKE).losses(files)]
    for name in kept_originals():
        if not (settings.ORIGINALS / name).is_file():
            losses.append({"path": name, "reason": "封存的原件不在"})
    if losses:
        text = f"{len(losses)} 个文件有问题，第一个是 {losses[0]['path']}（{losses[0]['reason']}）"
    else:
        text = f"{len(files)} 个文件与账本一致"
    return {"whole": not losses, "files": len(files), "losses": losses, "text": text}


def receipt(shown: str) -> dict[str, Any]:
    """A receipt by its number, or as its owner kept it: all that `submit --json` said, or its `receipt`."""
    from gongzhi.intake.actions.receipt import proof  # noqa: PLC0415  # models exist only after setup

    text: Any = {"number": shown}
    if Path(shown).is_file():
        try:
            text = json.loads(Path(shown).read_text("utf-8"))
        except ValueError:
            return {"whole": False, "wrong": ["文件不是 JSON"], "text": "这个文件不是保存下来的回执"}
        text = text.get("receipt", text) if isinstance(text, dict) else {}
        text = {"number": text} if isinstance(text, str) else text or {}
    wrong = proof(text)
    said = "与账本一致" if not wrong else "；".join(wrong)
    return {"whole": not wrong, "number": text.get("number"), "wrong": wrong, "text": said}
