"""Both-ways comparison that says everything that differs, one readable line each."""

from collections.abc import Iterable, Mapping
from typing import Any


def differences(notice: Mapping[Any, Any], ours: Mapping[Any, Any], word: str) -> list[str]:
    """Lines for what is missing, what is invented, and what reads otherwise."""
    lines = [f"缺少{word} {key}" for key in notice if key not in ours]
    lines += [f"多出{word} {key}" for key in ours if key not in notice]
    for key in notice:
        if key in ours and notice[key] != ours[key]:
            lines.append(f"{word} {key}：文件为 {notice[key]!r}，定义为 {ours[key]!r}")
    return lines


def nothing(lines: Iterable[str]) -> None:
    """Fails with every line at once."""
    found = list(lines)
    assert not found, f"{len(found)} 处不一致：\n" + "\n".join(found)
