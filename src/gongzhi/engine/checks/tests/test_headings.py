"""Which column is which field, and when a file is turned away."""

import pytest

from gongzhi.engine.checks import best_match, map_columns
from gongzhi.engine.definitions import Resource, Sheet

FIELDS = [
    {"key": "number", "title": "合同编号", "type": "certificate", "required": True},
    {
        "key": "code",
        "title": "统一社会信用代码",
        "type": "credit_code",
        "required": True,
        "aliases": ["信用代码"],
    },
    {"key": "name", "title": "单位名称", "type": "name", "item": "承包单位名称"},
    {"key": "amount", "title": "合同金额", "type": "money", "unit": "万元"},
]
SHEET = Sheet(code="contracts", title="合同", fields=FIELDS)


def resource(number, code, title, fields):
    return Resource(
        number=number, code=code, title=title, providers=["water"], clause="附件2", since="2021-06-10",
        document="越政办发〔2021〕45号", frequency="按次", fields=fields,
    )  # fmt: skip


CONTRACTS = resource("15.1", "contracts", "合同信息", FIELDS)
SHIPS = resource(
    "15.2",
    "ships",
    "船舶信息",
    [
        {"key": "ship", "title": "船名", "type": "text", "required": True},
        {"key": "tons", "title": "净吨位", "type": "number"},
        {"key": "owner", "title": "船舶所有人", "type": "name"},
    ],
)


@pytest.mark.parametrize(
    "headings",
    [
        ["合同编号", "统一社会信用代码", "单位名称", "合同金额"],
        ["合 同\n编号*", "统一社会信用代码：", "（单位名称）", "合同金额（万元）"],
        ["合同金额", "单位名称", "合同编号", "统一社会信用代码"],
        ["合同编号", "信用代码", "承包单位名称", "合同金额/万元"],
        ["number", "code", "name", "amount"],  # as the machine door calls them
        ["基本信息/合同编号", "基本信息/统一社会信用代码", "基本信息/单位名称", "金额/合同金额"],
    ],
)
def test_every_way_to_write_a_heading(make_table, headings):
    mapping = map_columns(make_table(headings, []), SHEET)
    assert set(mapping.columns) == {"number", "code", "name", "amount"}
    assert not mapping.refused
    assert [fault.code for fault in mapping.faults] == []


def test_alias_is_told_and_another_writing_is_not(make_table):
    mapping = map_columns(make_table(["合同 编号", "信用代码"], []), SHEET)
    assert mapping.renamed == {1: "统一社会信用代码"}


def test_keys_name_columns_only_where_all_of_them_do(make_table):
    """A list from elsewhere whose headings happen to be called name and code is no list of this kind."""
    assert map_columns(make_table(["number", "code"], []), SHEET).columns == {"number": 0, "code": 1}
    assert map_columns(make_table(["number", "code", "scope"], []), SHEET).columns == {}
    assert map_columns(make_table(["合同编号", "code"], []), SHEET).columns == {"number": 0}


def test_unknown_column_is_one_hint_with_a_near_name(make_table):
    table = make_table(["合同编号", "统一社会信用代码", "单位的名称", "合同金额", "天气"], [])
    mapping = map_columns(table, SHEET)
    found = {fault.code: fault for fault in mapping.faults if fault.column is not None}
    assert mapping.kept == (2, 4)
    assert "name" not in mapping.columns, "a near miss is never mapped"
    assert [fault.column for fault in mapping.faults if fault.code == "unknown_column"] == [2, 4]
    near = [fault.places["near"] for fault in mapping.faults if fault.code == "unknown_column"]
    assert "单位名称" in near[0]
    assert near[1] == ""
    assert set(found) == {"unknown_column"}


def test_ignored_and_kept_columns(make_table):
    table = make_table(
        ["序号", "合同编号", "统一社会信用代码", "单位名称", "合同金额", "备注", "备查_我的编号"], []
    )
    mapping = map_columns(table, SHEET)
    assert mapping.ignored == (0, 5, 6), "what a unit keeps for itself goes nowhere"
    assert mapping.kept == ()
    assert mapping.faults == ()


def test_two_columns_for_one_field_turn_the_file_away(make_table):
    mapping = map_columns(make_table(["合同编号", "统一社会信用代码", "信用代码"], []), SHEET)
    assert mapping.refused
    assert "column_twice" in {fault.code for fault in mapping.faults}


def test_missing_required_column_turns_away_with_one_finding(judge):
    checked = judge(FIELDS, [["HT1", "甲"]] * 50, headings=["合同编号", "单位名称"])
    assert checked.refused
    assert checked.findings.filter(checked.findings["severity"] == "refuse")["code"].to_list() == [
        "missing_column"
    ]
    assert (checked.accepted.height, len(checked.set_aside), checked.rows) == (0, 50, 50)


def test_missing_optional_column_is_one_hint_and_an_empty_lake_column(judge):
    checked = judge([FIELDS[0], FIELDS[3]], [["HT1"], ["HT2"]], headings=["合同编号"])
    assert checked.findings.select("code", "severity").rows() == [("missing_optional", "hint")]
    assert checked.accepted["amount_fen"].to_list() == [None, None]


def test_another_resources_file_is_told_as_such(make_table):
    table = make_table(["船名", "净吨位", "船舶所有人"], [])
    mapping = map_columns(table, SHEET, [CONTRACTS, SHIPS])
    assert [fault.code for fault in mapping.faults] == ["wrong_template"]
    assert "船舶信息" in mapping.faults[0].places["near"]
    assert best_match([CONTRACTS, SHIPS], table).resource is SHIPS
    assert best_match([CONTRACTS], make_table(["甲", "乙"], [])) is None


def test_two_common_headings_are_no_evidence_of_another_template(make_table):
    people = resource("2.1", "people", "人员信息", [
        {"key": key, "title": title, "type": "text"}
        for key, title in (("name", "姓名"), ("age", "年龄"), ("job", "岗位"), ("place", "住址"))
    ])  # fmt: skip
    mapping = map_columns(make_table(["姓名", "年龄"], []), SHEET, [CONTRACTS, people])
    assert mapping.faults[0].places["near"] == "列名几乎都不相符"
    assert best_match([people], make_table(["姓名", "年龄", "岗位"], [])).resource is people


def test_unknown_columns_are_kept_beside_the_accepted_rows(judge):
    checked = judge([FIELDS[0]], [["HT1", "晴"], [None, "雨"]], headings=["合同编号", "天气"])
    assert checked.beside.rows() == [("晴", 2)]


def test_a_file_with_none_of_the_columns_of_which_one_is_needed_is_turned_away(judge):
    fields = [
        {"key": key, "title": title, "type": "text"} for key, title in zip("abc", "甲乙丙", strict=True)
    ]
    check = {"kind": "any_of", "fields": ["a", "b"]}
    checked = judge(fields, [["1"]] * 9, headings=["丙"], checks=[check])
    assert checked.refused
    assert checked.by_code["missing_any"] == 1
    assert not judge(fields, [["1"]], headings=["乙"], checks=[check]).refused
