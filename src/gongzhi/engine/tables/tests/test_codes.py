"""The list of codes is what the program says: nothing more, nothing less."""

from __future__ import annotations

import re
from pathlib import Path

from gongzhi.engine.tables import NOTICES, REFUSALS, SKIPS

ROOM = Path(__file__).resolve().parents[1]
SOURCE = {path.name: path.read_text() for path in ROOM.glob("*.py") if path.name != "codes.py"}
TEXT = "\n".join(SOURCE.values())


def test_every_refusal_is_listed():
    said = set(re.findall(r'Unreadable\(\s*"(\w+)"', TEXT)) | {
        "not_a_table",
        "too_slow",
        "too_big",
    }
    said |= {"bad_container", "reader_died", "corrupt"}
    assert said == set(REFUSALS)


def test_every_notice_is_listed():
    assert set(re.findall(r'Notice\(\s*"(\w+)"', TEXT)) == NOTICES


def test_every_reason_to_skip_is_listed():
    text = SOURCE["records.py"] + SOURCE["layout.py"]
    words = set(re.findall(r'"([a-z_]+)"', text)) & (SKIPS | {"sum", "summary", "remark"})
    assert words == SKIPS
