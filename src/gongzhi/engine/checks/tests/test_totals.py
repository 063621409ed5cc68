"""Total rows are held against their rows: a difference is told at its cell, an agreeing total is silent."""

from __future__ import annotations

import openpyxl
import polars as pl
import pytest

from gongzhi.engine.checks import Context, check, map_columns, render
from gongzhi.engine.definitions import Sheet
from gongzhi.engine.tables import read

FIELDS = [
    {"key": "name", "title": "单位名称", "type": "name", "required": True},
    {"key": "money", "title": "金额", "type": "money", "unit": "元"},
    {"key": "area", "title": "面积", "type": "area", "unit": "㎡", "maximum": 100},
    {"key": "count", "title": "户数", "type": "count"},
    {"key": "price", "title": "单价", "type": "money", "unit": "元/㎡"},
    {"key": "share", "title": "比例", "type": "percent"},
]
HEAD = [field["title"] for field in FIELDS]
A = ["甲公司", 1.5, 10, 1, 100, 50]
B = ["乙公司", 2.25, 20.5, 2, 200, 50]
C = ["丙公司", 4, 30, 3, 300, 50]
ALL = [7.75, 60.5, 6, 600, 150]


@pytest.fixture
def found(tmp_path, catalogue):
    """found(rows, head=…) → {cell: (value, expected, which rows)} of totals that differ."""

    def run(rows, head=HEAD, name="t.xlsx"):
        if name.endswith(".csv"):
            lines = [",".join("" if cell is None else str(cell) for cell in row) for row in [head, *rows]]
            (tmp_path / name).write_text("\n".join(lines) + "\n", "utf-8")
        else:
            book = openpyxl.Workbook()
            for row in [head, *rows]:
                book.active.append(row)
            book.save(tmp_path / name)
        sheet = Sheet(code="t", title="测试表", fields=FIELDS)
        (table,) = read(tmp_path / name, headings=HEAD).tables
        checked = check(table, map_columns(table, sheet), sheet, Context(catalogue, as_of=None))
        told = render(checked, catalogue).filter(pl.col("code") == "control_total")
        assert set(told["severity"]) <= {"explain"}
        cells = told["cell"].str.replace(r"^.*!", "").to_list()
        both = checked.findings.filter(pl.col("code") == "control_total").select("value", "expected", "other")
        return dict(zip(cells, both.rows(), strict=True))

    return run


def test_agreeing_totals_are_silent_and_prices_and_shares_are_not_summed(found):
    assert found([A, B, C, ["合计", *ALL[:3], 1, 1]]) == {}


@pytest.mark.parametrize("name", ["t.xlsx", "t.csv"])
def test_a_difference_names_both_numbers_and_the_rows(found, name):
    wrong = found([A, B, C, ["合计", 8.75, 60.5, 7]], name=name)
    assert wrong == {
        "B5": ("8.75元", "7.75元", "第 2 至 4 行"),
        "D5": ("7", "6", "第 2 至 4 行"),
    }


def test_subtotals_close_their_group_and_are_not_counted_twice(found):
    good = [A, ["小计", 1.5], B, C, ["小 计", 6.25], ["合计", 7.75]]
    assert found(good) == {}
    bad = [A, ["小计", 1.5], B, C, ["小计", 7.75], ["合计", 14]]
    assert found(bad) == {
        "B6": ("7.75元", "6.25元", "第 4 至 5 行"),
        "B7": ("14.00元", "7.75元", "第 2 至 5 行"),
    }


def test_groups_may_all_be_called_total(found):
    assert found([A, ["合计", 1.5], B, C, ["合计", 6.25], ["总计", 7.75]]) == {}
    assert found([A, ["合计", 1.5], B, C, ["合计", 6.25], ["合计", 7.75]]) == {}
    assert found([A, ["越城区合计", 1.5], B, C, ["柯桥区合计", 6.25], ["合计", 9]]).keys() == {"B7"}


def test_totals_above_their_rows(found):
    assert found([["合计", 7.75], A, B, C]) == {}
    assert found([["合计", 9], A, B, C]).keys() == {"B2"}
    assert found([["合计", 7.75], ["小计", 1.5], A, ["小计", 6.25], B, C]) == {}
    assert found([["合计", 7.75], ["小计", 1.5], A, ["小计", 5], B, C]).keys() == {"B5"}


def test_units_of_heading_and_cell_are_considered(found):
    head = ["单位名称", "金额（万元）", "面积（亩）", "户数", "单价", "比例"]
    rows = [["甲公司", 1.5, 0.03], ["乙公司", "22500元", 0.03]]
    assert found([*rows, ["合计", 3.75, 0.06]], head) == {}
    assert found([*rows, ["合计", "37,500.00元", 0.06]], head) == {}
    assert found([*rows, ["合计", 3.85, 0.06]], head) == {"B4": ("38500.00元", "37500.00元", "第 2 至 3 行")}


def test_a_total_may_be_rounded_to_what_it_shows(found):
    assert found([["甲公司", 1.24], ["乙公司", 2.23], ["合计", 3.5]]) == {}
    assert found([["甲公司", 1.24], ["乙公司", 2.23], ["合计", 3.6]]).keys() == {"B4"}


def test_rows_set_aside_count_as_they_stand(found):
    assert found([A, [None, 2.25], ["合计", 3.75]]) == {}


def test_nothing_is_said_where_a_row_could_not_be_read(found):
    assert found([A, ["乙公司", "两块", 200], ["合计", 99, 99, 1]]) == {}
    assert found([A, ["乙公司", 2, 20], ["合计", "#REF!", None, "见附表"]]) == {}


def test_sums_that_reach_back_before_the_file_are_left_alone(found):
    assert found([A, B, ["本月合计", 3.75], ["本年累计", 500]]) == {}


def test_a_table_without_rows_above_or_below_a_total(found):
    assert found([["小计", 0], A, ["小计", 1.5], ["合计", 1.5]]) == {}
