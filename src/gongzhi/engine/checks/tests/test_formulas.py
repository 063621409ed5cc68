"""A formula that was never calculated is a finding at its cell, once, however many there are."""

import datetime as dt

import openpyxl
import pytest

from gongzhi.engine.checks import Context, check, map_columns
from gongzhi.engine.definitions import Sheet
from gongzhi.engine.tables import read

SHEET = Sheet(
    code="t",
    title="测试表",
    fields=[
        {"key": "name", "title": "单位名称", "type": "name", "required": True},
        {"key": "a", "title": "金额", "type": "money"},
        {"key": "b", "title": "税额", "type": "money", "required": True},
    ],
)


@pytest.fixture
def checked(tmp_path, catalogue):
    def run(rows):
        book = openpyxl.Workbook()
        for row in (["单位名称", "金额", "税额"], *rows):
            book.active.append(row)
        book.save(tmp_path / "t.xlsx")
        (table,) = read(tmp_path / "t.xlsx", headings=["单位名称", "金额", "税额"]).tables
        return check(table, map_columns(table, SHEET), SHEET, Context(catalogue, dt.date(2026, 1, 1)))

    return run


def test_each_is_told_once_and_a_required_one_sets_its_row_aside(checked):
    found = checked(
        [["甲公司", "=1+1", 1], ["乙公司", 2, "=B3*0.1"], ["丙公司", None, None], ["合计", "=SUM(B2:B3)"]]
    )
    told = found.findings.select("row", "field", "code", "severity").rows()
    assert told == [
        (2, "a", "formula_without_value", "explain"),
        (3, "b", "formula_without_value", "block"),
        (4, "b", "required", "block"),
    ]
    assert found.accepted["_row"].to_list() == [2]


def test_there_is_no_cap(checked):
    found = checked([[f"公司{number}", "=1+1", 1] for number in range(1_200)])
    assert found.by_code == {"formula_without_value": 1_200}
