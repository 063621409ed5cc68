"""Hidden sheets: one that holds the same table as a visible one is left, and said to be hidden."""

import openpyxl
import pytest

from gongzhi.engine.tables import read

HEAD = ["统一社会信用代码", "纳税人名称", "金额"]


def book(path, visible, hidden, state="hidden"):
    made = openpyxl.Workbook()
    for row in visible:
        made.active.append(row)
    aside = made.create_sheet("旧表")
    for row in hidden:
        aside.append(row)
    aside.sheet_state = state
    made.save(path)
    return path


def told(reading):
    return {(n.code, n.before) for n in reading.notices if "sheet" in n.code}


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_with_the_same_table_is_not_read_and_told(tmp_path, state):
    rows = [HEAD, ["91330602MA2Y0001XP", "绍兴示例1号有限公司", 1]]
    path = book(tmp_path / "a.xlsx", rows, [*rows, rows[1]], state)
    reading = read(path, headings=HEAD)
    assert [(t.sheet, t.data.height) for t in reading.tables] == [("Sheet", 1)]
    assert told(reading) == {("hidden_sheet_left", "旧表")}


def test_a_hidden_sheet_with_something_else_is_another_sheet(tmp_path):
    rows = [HEAD, ["91330602MA2Y0001XP", "绍兴示例1号有限公司", 1]]
    path = book(tmp_path / "a.xlsx", rows, [["选项"], ["是"], ["否"]])
    assert told(read(path, headings=HEAD)) == {("other_sheet", "旧表")}
