"""Two tables one below the other on a sheet: each is read under its own heading, or named as not read."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from gongzhi.engine.tables import Limits, Unreadable, read

HEADINGS = ["纳税人名称", "统一社会信用代码", "登记日期", "金额", "建筑面积", "备注"]
FIRST = ["序号", "纳税人名称", "统一社会信用代码", "金额（元）"]
ROWS = [
    [1, "甲公司", "91330602MA0000001X", 100],
    [2, "乙公司", "91330602MA0000002X", 200],
]
OTHER_ORDER = ["序号", "统一社会信用代码", "纳税人名称", "金额（元）"]
OTHER_ROWS = [[1, "91330602MA0000003X", "丙公司", 300], [2, "91330602MA0000004X", "丁公司", 400]]


@pytest.fixture
def tables(tmp_path):
    """tables(rows …) → [(header row, headings, first column of texts by heading, rows)]."""

    def run(*rows, name="t.xlsx", merge=(), headings=HEADINGS):
        if name.endswith(".csv"):
            lines = [",".join("" if cell is None else str(cell) for cell in row) for row in rows]
            (tmp_path / name).write_text("\n".join(lines) + "\n", "utf-8")
        else:
            book = openpyxl.Workbook()
            for row in rows:
                book.active.append(row)
            for area in merge:
                book.active.merge_cells(area)
            book.save(tmp_path / name)
        return read(tmp_path / name, headings=headings).tables

    return run


def column(table, heading):
    place = [c.header for c in table.columns].index(heading)
    return table.data.to_series(place).to_list()


@pytest.mark.parametrize("name", ["t.xlsx", "t.csv"])
@pytest.mark.parametrize(
    "between",
    [
        [[]],
        [],
        [["合计", None, None, 300]],
        [["填表人：某某"], [], ["二、本月注销"], ["单位：元"]],
    ],
    ids=["blank row", "nothing", "total", "title"],
)
def test_the_same_columns_in_another_order(tables, between, name):
    first, second = tables(FIRST, *ROWS, *between, OTHER_ORDER, *OTHER_ROWS, name=name)
    assert column(first, "纳税人名称") == ["甲公司", "乙公司"]
    assert column(second, "纳税人名称") == ["丙公司", "丁公司"]
    assert second.header_row == 4 + len(between)
    assert second.rows.to_list() == [5 + len(between), 6 + len(between)]
    seen = [s.row for t in (first, second) for s in t.skipped]
    seen += [*first.rows.to_list(), *second.rows.to_list()]
    assert sorted(seen) == list(range(1, 7 + len(between)))


def test_one_more_column_is_another_table(tables):
    longer = [*FIRST[:3], "建筑面积"]
    first, second = tables(FIRST, *ROWS, [], longer, [1, "丙公司", "91330602MA0000003X", 77])
    assert column(first, "金额（元）") == ["100", "200"]
    assert column(second, "建筑面积") == ["77"]


def test_another_unit_in_the_heading_is_another_table(tables):
    other = [*FIRST[:3], "金额（万元）"]
    _, second = tables(FIRST, *ROWS, [], other, [1, "丙公司", "91330602MA0000003X", 3])
    assert column(second, "金额（万元）") == ["3"]


def test_the_same_heading_under_another_unit_is_another_table(tables):
    head = ["纳税人名称", "统一社会信用代码", "金额"]
    rows = [row[1:] for row in ROWS]
    first, second = tables(["单位：元"], head, *rows, [], ["单位：万元"], head, *rows)
    assert (first.unit_hint, second.unit_hint) == ("元", "万元")


def test_the_same_heading_again_goes_on(tables):
    (table,) = tables(FIRST, *ROWS, [], FIRST, *ROWS)
    assert table.data.height == 4


def test_a_two_row_heading_below(tables):
    upper = ["序号", "纳税人名称", "房产", None]
    lower = [None, None, "建筑面积", "金额"]
    first, second = tables(
        FIRST, *ROWS, [], ["二、房产"], upper, lower, [1, "丙公司", 12.5, 9],
        merge=("A6:A7", "B6:B7", "C6:D6", "A5:D5"),
    )  # fmt: skip
    assert first.data.height == 2
    assert [c.header for c in second.columns] == ["序号", "纳税人名称", "房产/建筑面积", "房产/金额"]
    assert second.rows.to_list() == [8]


def test_a_table_of_other_things_below_is_not_read_under_the_first_heading(tables):
    other = ["街道", "科室", "经办情况", "进度"]
    first, second = tables(FIRST, *ROWS, [], ["附：进度表"], other, ["甲街道", "一科", "已办", "50%"])
    assert first.rows.to_list() == [2, 3]
    assert second.header_row == 6
    assert [c.header for c in second.columns] == other


def test_a_small_table_above_one_with_more_headings_is_not_lost(tables):
    small = ["纳税人名称", "统一社会信用代码"]
    first, second = tables(["一、注销"], small, ["戊公司", "91330602MA0000005X"], ["二、新办"], FIRST, *ROWS)
    assert column(first, "纳税人名称") == ["戊公司"]
    assert column(second, "纳税人名称") == ["甲公司", "乙公司"]


def test_three_tables(tables):
    found = tables(FIRST, *ROWS, [], OTHER_ORDER, *OTHER_ROWS, [], FIRST, *ROWS)
    assert [t.data.height for t in found] == [2, 2, 2]


def test_rows_that_only_look_odd_are_no_headings(tables):
    odd = [["无", "己公司", "无", "未提供"], [None, None, None, None], [3, "庚公司", None, 5]]
    (table,) = tables(FIRST, *ROWS, [], *odd)
    assert table.data.height == 4


def test_too_many_are_refused(tmp_path):
    book = openpyxl.Workbook()
    for _ in range(4):
        for row in (FIRST, *ROWS, OTHER_ORDER, *OTHER_ROWS):
            book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(Unreadable) as refusal:
        read(Path(tmp_path / "t.xlsx"), headings=HEADINGS, limits=Limits(stacked=5))
    assert (refusal.value.code, refusal.value.details) == ("too_many_tables", {"limit": "5"})
