"""From what was typed to the canonical form of a code, naming each repair."""

from __future__ import annotations

import re

_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_HYPHENS = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
_UNSEEN = dict.fromkeys([*range(0x200B, 0x2010), 0x2060, 0xFEFF, 0x00AD, 0x180E])
_QUOTES = "'‘’`\"“”"
_WHOLE_DECIMAL = re.compile(r"\d{1,15}\.0+")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d{1,2}")
_LONG_DECIMAL = re.compile(r"\d{16,}\.0+")
_NOTHING_SIGNS = frozenset("-/\\_.·、。,，#0123456789X")
_NOTHING_WORDS = frozenset(
    [
        "无",
        "空",
        "暂无",
        "没有",
        "无代码",
        "不详",
        "未知",
        "未办",
        "未办理",
        "未提供",
        "待办",
        "待补",
        "待补充",
        "非独立法人",
        "个人",
        "自然人",
        "(空白)",
        "NULL",
        "(NULL)",
        "NONE",
        "NAN",
        "NA",
        "N/A",
        "#N/A",
        "NIL",
    ]
)


def clean(text: str) -> tuple[str, tuple[str, ...]]:
    """Canonical text and the repairs that it took: width, blanks, apostrophe, case, decimal."""
    repairs: list[str] = []

    def step(name: str, before: str, after: str) -> str:
        if before != after:
            repairs.append(name)
        return after

    out = step("width", text, text.translate(_WIDTH))
    out = out.translate(_HYPHENS)
    out = step("blanks", out, "".join(out.translate(_UNSEEN).split()))
    out = step("apostrophe", out, out.strip(_QUOTES))
    out = step("case", out, _upper(out))
    if _WHOLE_DECIMAL.fullmatch(out):
        out = step("decimal", out, out.partition(".")[0])
    return out, tuple(repairs)


def _upper(text: str) -> str:
    """Capital letters of ASCII alone: str.upper would make two letters out of ß."""
    return "".join(c.upper() if "a" <= c <= "z" else c for c in text)


def means_nothing(cleaned: str) -> bool:
    """A word for "none", or one sign or digit repeated. A lone digit other than 0 says something else."""
    if cleaned in _NOTHING_WORDS:
        return True
    if not cleaned or len(set(cleaned)) > 1 or cleaned[0] not in _NOTHING_SIGNS:
        return False
    return len(cleaned) > 1 or not "1" <= cleaned <= "9"


def lost_digits(cleaned: str) -> bool:
    """Scientific notation, or more digits than a spreadsheet's float keeps with a decimal point."""
    return bool(_SCIENTIFIC.fullmatch(cleaned) or _LONG_DECIMAL.fullmatch(cleaned))
