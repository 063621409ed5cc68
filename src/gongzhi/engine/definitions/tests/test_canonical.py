"""Canonical text: reported where it is missing, restored without losing a comment."""

import pytest

from gongzhi.engine.definitions import DefinitionError, Resource
from gongzhi.engine.definitions.canonical import canonical_text, faults, folder_faults
from gongzhi.engine.definitions.kinds import model_of
from gongzhi.engine.definitions.organisation import CellsFile
from gongzhi.engine.definitions.strict import read

PERMITS = "catalogue/planning/land_permits.yml"


def said(text, model=None):
    return [(problem.line, problem.message) for problem in faults("x.yml", text.encode(), model)]


def test_the_small_district_is_in_canonical_form(district):
    assert folder_faults(district.root) == []


def test_a_folder_reports_the_file_that_left_the_form(district):
    line = district.edit(PERMITS, "title: 用地许可信息", 'title: "用地许可信息"')
    assert [(p.file, p.line) for p in folder_faults(district.root)] == [(PERMITS, line)]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: 1", (1, "文件末尾缺少换行")),
        ("a: 1\r\n", (1, "换行应为 LF")),
        ("a: 1\rb: 2\n", (1, "换行应为 LF")),
        ("a: 1\u2028b: 2\n", (1, "换行应为 LF")),
        ("\ufeffa: 1\n", (1, "文件开头有 BOM 标记")),
        ("a: 1\nb: 2 \n", (2, "行末有空白")),
        ("a: 1 #\tx\n", (1, "不应使用制表符")),
        ("a:\n   b: 1\n", (2, "缩进应为两个空格的倍数")),
        ("a: " + "长" * 160 + "\n", (1, "一行不超过 160 个字")),
        ("a: 1\n\n\n\nb: 2\n", (3, "不是规范写法（键的次序、引号或空行）")),
        ("a: '甲'\n", (1, "不是规范写法（键的次序、引号或空行）")),
        ("a: [\n", (2, "不是合法的 YAML，请核对这里的缩进、引号、括号和冒号后的空格")),
    ],
)
def test_each_property_is_reported_at_its_line(text, fault):
    assert fault in said(text)


def test_bytes_that_are_not_utf8_are_one_fault():
    assert [p.message for p in faults("x.yml", "甲".encode("gb18030"))] == ["不是 UTF-8 编码"]


def test_lexical_slips_are_mended():
    assert canonical_text("\ufeffa: 1  \r\n\r\n\r\n\r\nb: '二'") == "a: 1\n\nb: 二\n"


@pytest.mark.parametrize(
    "value", ["15.3", "2024-03-01", "true", "no", "甲: 乙", "- x", "甲, 乙", "#", "", "12:30", "null"]
)
def test_quotes_stay_where_the_plain_value_would_read_otherwise(value):
    text = f'a: "{value}"\nb: ["{value}"]\n'
    assert canonical_text(text) == text
    assert canonical_text(text.replace('"', "'")) == text


def test_keys_take_the_order_of_the_model_and_comments_go_with_them():
    text = """\
# the whole file
title: 许可
# why this number
number: "1.1"
code: permits

fields:
  - title: 信用代码   # as in the annex
    # the join
    key: code
    type: credit_code
  - {type: text, title: 备注, key: remark}
checks:
  - kind: needs
    needs: remark
    field: code
clause: 第1项
# end
"""
    wanted = """\
# the whole file
# why this number
number: "1.1"
code: permits
title: 许可
clause: 第1项
checks:
  - kind: needs
    field: code
    needs: remark

fields:
    # the join
  - key: code
    title: 信用代码   # as in the annex
    type: credit_code
  - {key: remark, title: 备注, type: text}
# end
"""
    result = canonical_text(text, Resource)
    assert result == wanted
    assert canonical_text(result, Resource) == result


def test_canonical_text_means_the_same(district):
    before = read(PERMITS, district.path(PERMITS).read_bytes()).into(Resource)
    lines = district.path(PERMITS).read_text("utf-8").split("\n")
    head = lines.index("")
    shuffled = lines[7:8] + lines[1:7] + lines[0:1] + lines[8:head] + lines[head:]
    district.put(PERMITS, "\n".join(shuffled))
    mended = canonical_text(district.path(PERMITS).read_text("utf-8"), Resource)
    district.put(PERMITS, mended)
    assert read(PERMITS, district.path(PERMITS).read_bytes()).into(Resource) == before
    assert mended.split("\n") == lines


@pytest.mark.parametrize("strange", ["\r", "\x85", "\u2028", "\u2029"])
def test_every_line_break_that_yaml_knows_becomes_lf(strange):
    text = f'title: 许可{strange}number: "1.1"{strange}code: permits\n'
    assert canonical_text(text, Resource) == 'number: "1.1"\ncode: permits\ntitle: 许可\n'


def test_an_unknown_first_key_leaves_a_text_that_stays_as_it_is():
    once = canonical_text("odd: 1\n\nnumber: K.1\n\ncode: x\n", Resource)
    assert once == "number: K.1\n\ncode: x\nodd: 1\n" or once.startswith("number: K.1\n")
    assert canonical_text(once, Resource) == once


def test_text_that_is_no_yaml_has_no_canonical_form():
    with pytest.raises(DefinitionError):
        canonical_text("a: [\n")


def test_the_model_of_a_file_is_known_by_its_place():
    assert model_of(PERMITS) is Resource
    assert model_of("organisation/cells.yml") is CellsFile
    assert model_of("linkage/forms.yml") is None
