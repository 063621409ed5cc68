"""What a spreadsheet does to values: an amount in a merged cell counts again, a number becomes a date."""

from __future__ import annotations

import datetime as dt

import openpyxl
import polars as pl
import pytest

from gongzhi.engine.checks import Context, check, map_columns, render
from gongzhi.engine.definitions import Sheet
from gongzhi.engine.tables import read

FIELDS = [
    {"key": "name", "title": "单位名称", "type": "name", "required": True},
    {"key": "number", "title": "合同编号", "type": "certificate"},
    {"key": "money", "title": "金额", "type": "money", "unit": "元"},
    {"key": "area", "title": "面积", "type": "area", "unit": "㎡"},
    {"key": "share", "title": "比例", "type": "percent"},
]
HEAD = [field["title"] for field in FIELDS]


@pytest.fixture
def judged(tmp_path, catalogue):
    """judged(rows, merge=…) → Checked of a workbook with these rows."""

    def run(rows, merge=(), head=HEAD):
        book = openpyxl.Workbook()
        for row in [head, *rows]:
            book.active.append(row)
        for area in merge:
            book.active.merge_cells(area)
        book.save(tmp_path / "t.xlsx")
        sheet = Sheet(code="t", title="测试表", fields=FIELDS)
        (table,) = read(tmp_path / "t.xlsx", headings=HEAD).tables
        return check(table, map_columns(table, sheet), sheet, Context(catalogue, as_of=None))

    return run


def cells(checked, code, catalogue):
    told = render(checked, catalogue).filter(pl.col("code") == code)
    assert set(told["severity"]) <= {"explain"}
    return dict(
        told.with_columns(pl.col("cell").str.replace(r"^.*!", "")).select("cell", "value").iter_rows()
    )


def test_an_amount_filled_into_further_rows_is_asked_about_at_each(judged, catalogue):
    rows = [["甲公司", "HT-1", 600000, 30, 50], [None, "HT-2"], [None, "HT-3"], ["乙公司", "HT-4", 1, 2, 3]]
    checked = judged(rows, ["A2:A4", "C2:C4", "D2:D3", "E2:E4"])
    assert checked.accepted["money_fen"].to_list() == [60_000_000] * 3 + [100]
    assert cells(checked, "merged_amount", catalogue) == {"C3": "600000", "C4": "600000", "D3": "30"}


def test_a_unit_row_counts_for_the_values_below(judged):
    checked = judged([[None, None, "万元", "㎡", None], ["甲公司", "HT-1", 50, 30, 1]])
    assert checked.accepted["money_fen"].to_list() == [50_000_000]


def test_a_nought_or_no_number_in_a_merged_cell_doubles_nothing(judged, catalogue):
    checked = judged([["甲公司", "1", 0, "不详"], ["乙公司", "2"]], ["C2:C3", "D2:D3"])
    assert cells(checked, "merged_amount", catalogue) == {}


def test_a_contract_number_that_became_a_date_is_asked_about(judged, catalogue):
    rows = [["甲公司", dt.date(2026, 3, 1), 1], ["乙公司", "2026-1", 1]]
    checked = judged(rows)
    assert cells(checked, "number_as_date", catalogue) == {"B2": "2026-03-01"}
    assert checked.accepted.height == 2
    assert cells(judged([["甲公司", "2026-03-01", 1]]), "number_as_date", catalogue) == {}
