"""`gongzhi verify`: the audit chain, the lake, signatures, a receipt, a cut-off; where the first break is."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

from .screen import as_json, complain, out

_NAMES = {
    "audit": "审计链", "lake": "数据湖", "signatures": "签名", "receipt": "回执", "cutoff": "截止快照",
}  # fmt: skip
_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----")


def add(commands: Any) -> None:
    command = commands.add_parser("verify", help="验证审计链、数据湖、签名、回执和截止快照")
    command.add_argument(
        "what", nargs="?", choices=["audit", "lake", "signatures", "receipt", "cutoff", "all"], default="all"
    )
    command.add_argument(
        "file",
        nargs="?",
        metavar="F",
        help="receipt：回执编号，或 submit --json 保存下来的文件；cutoff：截止日期，或下载的快照文件",
    )
    command.add_argument(
        "--key", type=Path, metavar="PEM", help="verify receipt、cutoff F：只凭这个文件里的公钥验证，不查账本"
    )
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Exit 0 when all holds, 1 when something is broken."""
    found: dict[str, Any] = {}
    if (options.what in {"receipt", "cutoff"}) != bool(options.file):
        complain(
            "验证回执写 verify receipt F，F 是回执编号或保存下来的回执文件；"
            "验证截止快照写 verify cutoff F，F 是截止日期（2026-10-16）或下载的快照文件"
        )
        return 2
    if options.what in {"receipt", "cutoff"}:
        one = receipt if options.what == "receipt" else cutoff
        found[options.what] = one(options.file, options.key)
    if options.what in {"audit", "all"}:
        found["audit"] = audit()
    if options.what in {"lake", "all"}:
        found["lake"] = lake()
    if options.what in {"signatures", "all"}:
        found["signatures"] = signatures()
    whole = all(part["whole"] for part in found.values())
    if options.json:
        as_json({"whole": whole, **found})
    else:
        for name, part in found.items():
            say = out.print if part["whole"] else complain
            say(f"{_NAMES[name]}：{part['text']}")
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
    """Files of the lake, sealed originals (each is opened), and the ledger of batches against both."""
    from django.conf import settings  # noqa: PLC0415  # settings exist only after setup

    from gongzhi.engine.lake import Lake  # noqa: PLC0415  # loads the analytic libraries
    from gongzhi.intake.queries import batch_faults, ledger, original_faults  # noqa: PLC0415  # as above

    files = ledger()
    losses = [{"path": loss.path, "reason": loss.reason} for loss in Lake(settings.LAKE).losses(files)]
    for name, reason in (*batch_faults(), *original_faults()):
        losses.append({"path": name, "reason": reason})
    if losses:
        text = f"{len(losses)} 处有问题，第一处是 {losses[0]['path']}（{losses[0]['reason']}）"
    else:
        text = f"{len(files)} 个文件与账本一致，封存的原件和各批行数无误"
    return {"whole": not losses, "files": len(files), "losses": losses, "text": text}


def signatures() -> dict[str, Any]:
    """Every signature in the ledger: receipts, days and their chain, cut-offs."""
    from gongzhi.intake.models import Cutoff, DayRoot, Receipt  # noqa: PLC0415  # models exist only after setup
    from gongzhi.intake.queries.proofs import ledger_faults  # noqa: PLC0415  # models exist only after setup

    counts = {
        "receipts": Receipt.objects.exclude(root=None).count(),
        "days": DayRoot.objects.count(),
        "cutoffs": Cutoff.objects.count(),
    }
    wrong = list(ledger_faults())
    said = f"{counts['receipts']} 份回执、{counts['days']} 个日结、{counts['cutoffs']} 个截止快照，签名都成立"
    return {"whole": not wrong, **counts, "wrong": wrong, "text": "；".join(wrong) or said}


def receipt(shown: str, key: Path | None = None) -> dict[str, Any]:
    """A receipt by its number, or as its owner kept it: all that `submit --json` said, or its `receipt`.

    `key`: a file of public keys; then the signatures alone decide and nothing is asked of the ledger.
    """
    from gongzhi.intake.actions.receipt import proof  # noqa: PLC0415  # models exist only after setup
    from gongzhi.intake.queries.proofs import offline, public_keys  # noqa: PLC0415  # models exist only after setup

    try:
        text = _shown(shown)
        keys = _keys(key) if key else public_keys()
    except ValueError as error:
        return {"whole": False, "number": None, "held": [], "wrong": [str(error)], "text": str(error)}
    held, wrong = offline(text, keys) if key or "proof" in text else ([], [])
    if not key:
        differs = proof(text)
        held += [] if differs else ["与账本一致"]
        wrong += differs
    said = "；".join((wrong and [*wrong, *(f"（{line}）" for line in held)]) or held)
    return {"whole": not wrong, "number": text.get("number"), "held": held, "wrong": wrong, "text": said}


def cutoff(shown: str, key: Path | None = None) -> dict[str, Any]:
    """A cut-off by its day, against the ledger of now; or the file of one, by public keys alone."""
    from gongzhi.intake.queries.cutoffs import held, held_offline, on  # noqa: PLC0415  # models exist only after setup
    from gongzhi.intake.queries.proofs import public_keys  # noqa: PLC0415  # models exist only after setup

    try:
        if Path(shown).is_file():
            good, wrong = held_offline(_object(shown), _keys(key) if key else public_keys())
        else:
            good, wrong = held(on(shown))
    except ValueError as error:
        return {"whole": False, "held": [], "wrong": [str(error)], "text": str(error)}
    said = "；".join((wrong and [*wrong, *(f"（{line}）" for line in good)]) or good)
    return {"whole": not wrong, "held": good, "wrong": wrong, "text": said}


def _object(file: str) -> dict[str, Any]:
    """The JSON object in a file; ValueError with what to tell."""
    try:
        text: Any = json.loads(Path(file).read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError("这个文件不是下载的快照文件（不是 JSON）") from error
    if not isinstance(text, dict):
        raise ValueError("这个文件不是下载的快照文件（不是 JSON 对象）")
    return text


def _shown(shown: str) -> dict[str, Any]:
    """What a file says, or a number alone; ValueError with what to tell."""
    if not Path(shown).is_file():
        return {"number": shown}
    try:
        text: Any = json.loads(Path(shown).read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError("这个文件不是保存下来的回执（不是 JSON）") from error
    text = text.get("receipt", text) if isinstance(text, dict) else {}
    return {"number": text} if isinstance(text, str) else text or {}


def _keys(file: Path) -> dict[str, Any]:
    """Public keys out of a PEM file, by their short names."""
    from gongzhi.engine.crypto import PublicKey  # noqa: PLC0415  # loads the signature library

    try:
        found = [PublicKey.from_pem(text) for text in _PEM.findall(file.read_text("utf-8"))]
    except (OSError, ValueError) as error:
        raise ValueError(f"公钥文件 {file} 读不出 SM2 公钥") from error
    if not found:
        raise ValueError(f"公钥文件 {file} 中没有公钥（PEM）")
    return {key.identity: key for key in found}
