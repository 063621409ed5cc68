"""The house's style sheets say nothing that Chromium 80 does not understand."""

import re
from pathlib import Path

import pytest

SHEETS = sorted((Path(__file__).parents[1] / "static" / "gongzhi").glob("*.css"))
TOO_NEW = {
    ":has(": 105, ":is(": 88, ":where(": 88, "color-mix(": 111, "@container": 105, "@layer": 99,
    "aspect-ratio": 88, "inset:": 87, "oklch(": 111, "dvh": 108, "&": 120, "text-wrap:": 114,
}  # fmt: skip


def rules(text: str) -> list[tuple[str, str]]:
    plain = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return re.findall(r"([^{}]+)\{([^{}]*)\}", plain)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_nothing_is_too_new(sheet):
    plain = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.S)
    found = [f"{word}（Chromium {version}）" for word, version in TOO_NEW.items() if word in plain]
    assert not found


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_gaps_stand_in_grids_only(sheet):
    """Flex boxes have gaps since Chromium 84; before that their children would touch."""
    flexible = re.compile(r"display:\s*(inline-)?flex")
    found = [
        selector.strip()
        for selector, body in rules(sheet.read_text("utf-8"))
        if flexible.search(body) and "gap:" in body
    ]
    assert not found


def test_there_is_a_sheet():
    assert SHEETS
