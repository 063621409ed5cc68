"""One entry changes, every other line stays as it was written, and the result means what was meant."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from gongzhi.engine.definitions.canonical import canonical_text, faults
from gongzhi.engine.definitions.resource import Resource
from gongzhi.engine.definitions.strict import read
from gongzhi.engine.definitions.writing import append, put, remove

ROOT = Path(__file__).parents[5] / "definitions"
FILES = sorted((ROOT / "catalogue").glob("*/*.yml"))
TEXT = """\
number: "1.1"
title: 甲  # 说明
providers: [water, health]
parties:
  - {role: main, title: 甲方, main: true}
# 各列
fields:
  - key: name
    title: 名称
    aliases: [单位名称, 企业名称]

  # 第二列
  - key: area
    title: 面积
"""


def value(text):
    return read("x.yml", text.encode()).value


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_field_of_the_notice_is_written_back_with_its_meaning(path):
    before = path.read_text("utf-8")
    plain = value(before)
    at = ("fields",) if "fields" in plain else ("sheets", 0, "fields")
    fields = plain["fields"] if "fields" in plain else (plain["sheets"] or [{"fields": []}])[0]["fields"]
    text = before
    for index, field in enumerate(fields):
        text = put(text, (*at, index), field)
    assert value(text) == plain
    assert not faults(path.name, canonical_text(text, Resource).encode(), Resource)


def test_only_the_entry_changes():
    text = put(TEXT, ("fields", 1), {"key": "area", "title": "建筑面积", "required": True})
    assert text.split("\n")[:12] == TEXT.split("\n")[:12]
    assert text.split("\n")[12:] == ["  - key: area", "    title: 建筑面积", "    required: true", ""]


def test_what_stands_in_flow_is_written_anew_as_a_whole():
    text = put(TEXT, ("fields", 0, "aliases", 1), "公司")
    assert "    aliases: [单位名称, 公司]\n" in text
    assert value(put(TEXT, ("providers", 0), "justice"))["providers"] == ["justice", "health"]
    text = put(TEXT, ("parties", 0), {"role": "main", "title": "乙方", "main": True})
    assert "  - {role: main, title: 乙方, main: true}\n" in text


def test_a_key_that_is_not_there_is_added_to_its_mapping():
    assert value(put(TEXT, ("note",), "备注"))["note"] == "备注"
    added = value(put(TEXT, ("fields", 0, "required"), True))["fields"]
    assert added == [value(TEXT)["fields"][0] | {"required": True}, value(TEXT)["fields"][1]]


def test_append_and_remove():
    more = append(TEXT, ("fields",), {"key": "day", "title": "日期", "since": dt.date(2026, 1, 1)})
    assert value(more)["fields"][2] == {"key": "day", "title": "日期", "since": dt.date(2026, 1, 1)}
    assert remove(more, ("fields", 2)) == TEXT
    assert value(append(TEXT, ("checks",), {"kind": "any_of", "fields": ["name", "area"]}))["checks"]
    assert value(append(TEXT, ("providers",), "justice"))["providers"][2] == "justice"
    assert value(remove(TEXT, ("providers", 0)))["providers"] == ["health"]
    assert "parties" not in value(remove(TEXT, ("parties", 0)))


@pytest.mark.parametrize(
    "said",
    [
        "是", "null", "2026-01-01", "1.5", "a: b", "# 不是注释", "- 短横", "“引号”", '他说"好"', "反斜\\杠",
        "很长的说明，" * 60, "词 " * 150, " " * 80 + "空格", "[方括号]", "{花括号}", "全角：冒号",
    ],
)  # fmt: skip
def test_any_text_comes_back_as_it_was(said):
    text = put(TEXT, ("fields", 1), {"key": "area", "title": "面积", "help": said})
    assert value(text)["fields"][1]["help"] == said
    assert max(map(len, text.split("\n"))) <= 160
    assert value(put(TEXT, ("note",), said))["note"] == said


def test_numbers_keep_their_form():
    text = put(TEXT, ("fields", 1), {"key": "area", "minimum": 0, "maximum": Decimal("0.070"), "big": 1.5})
    assert "    maximum: 0.070\n" in text
    assert "    big: 1.5\n" in text
