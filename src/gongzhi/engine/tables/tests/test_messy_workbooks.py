"""Workbooks as people send them: each oddity is read or said, and every physical row is accounted for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from gongzhi.engine.tables import Mark, Reading, Table, Unreadable, read

HEADINGS = ["纳税人名称", "统一社会信用代码", "登记日期", "金额", "建筑面积", "房产原值", "备注"]
HEAD = ["序号", "纳税人名称", "统一社会信用代码", "登记日期", "金额（万元）", "备注"]


def record(number: int) -> list[object]:
    return [
        number,
        f"某某第{number}贸易有限公司",
        f"91330602MA00000{number:03d}",
        f"2021-06-{number:02d}",
        number * 1.5,
        None,
    ]


@pytest.fixture
def saved(tmp_path: Path) -> Callable[..., Reading]:
    """Builds a workbook with the given function, reads it, and checks that every row is accounted for."""

    def save(build: Callable[[Worksheet], None], headings: list[str] = HEADINGS) -> Reading:
        book = openpyxl.Workbook()
        build(book.active)
        path = tmp_path / "表.xlsx"
        book.save(path)
        reading = read(path, headings=headings)
        for table in reading.tables:
            assert_accounted(table, book[table.sheet].max_row)
        return reading

    return save


def assert_accounted(table: Table, last_row: int) -> None:
    """Every physical row is a record, or skipped with a reason, once."""
    numbers = table.rows.to_list() + [s.row for s in table.skipped]
    assert sorted(numbers) == list(range(1, last_row + 1))


def why(table: Table) -> dict[int, str]:
    return {s.row: s.why for s in table.skipped}


def notice(table: Table, code: str) -> list[tuple[str | None, str | None]]:
    return [(n.cell, n.after) for n in table.notices if n.code == code]


def test_titles_notes_blank_rows_totals_and_signatures(saved):
    def build(sheet):
        sheet["A1"] = "2021年第二季度登记信息表"
        sheet.merge_cells("A1:F1")
        sheet["A2"] = "填报单位：某某局"
        sheet["E2"] = "单位：万元"
        sheet.append([])
        for column, text in enumerate(HEAD, 1):
            sheet.cell(4, column, text)
        for row in range(1, 4):
            for column, value in enumerate(record(row), 1):
                sheet.cell(4 + row, column, value)
        sheet.cell(9, 1, 4), sheet.cell(9, 2, "某某第4贸易有限公司")
        sheet["A10"] = "小  计"
        sheet["E10"] = 9
        sheet["A11"] = "合 计："
        sheet["A12"] = "填表人：张三"
        sheet["C12"] = "审核人：李四"
        sheet["A13"] = "备注：1.本表按月报送。"
        sheet["A14"] = "2.本行接着说明。"

    (table,) = saved(build).tables
    assert [c.header for c in table.columns] == HEAD
    assert table.header_row == 4
    assert table.unit_hint == "万元"
    assert table.rows.to_list() == [5, 6, 7, 9]
    assert table.data["c4"].to_list() == ["1.5", "3", "4.5", None]
    assert why(table) == {
        1: "title", 2: "note", 3: "blank", 4: "header", 8: "blank", 10: "total", 11: "total",
        12: "note", 13: "note", 14: "note",
    }  # fmt: skip


def test_two_row_heading_with_merges(saved):
    def build(sheet):
        sheet.append(["房产信息表"])
        sheet.merge_cells("A1:F1")
        sheet.append(["序号", "纳税人名称", "房产", None, None, "备注"])
        sheet.append([None, None, "建筑面积（㎡）", "房产原值（元）", "坐落", None])
        sheet.merge_cells("A2:A3"), sheet.merge_cells("B2:B3")
        sheet.merge_cells("C2:E2"), sheet.merge_cells("F2:F3")
        sheet.append([1, "某某公司", 120.5, 3000000, "某路1号", None])

    (table,) = saved(build).tables
    assert [c.header for c in table.columns] == [
        "序号", "纳税人名称", "房产/建筑面积（㎡）", "房产/房产原值（元）", "房产/坐落", "备注",
    ]  # fmt: skip
    assert table.header_row == 3
    assert table.data.row(0) == ("1", "某某公司", "120.5", "3000000", "某路1号", None)


def test_merged_notes_above_the_heading_are_not_its_parents(saved):
    def build(sheet):
        sheet.append(["填报单位：某局", None, None, None, "单位：万元", None])
        sheet.merge_cells("A1:C1"), sheet.merge_cells("E1:F1")
        sheet.append(HEAD)
        sheet.append(record(1))

    (table,) = saved(build).tables
    assert [c.header for c in table.columns] == HEAD
    assert table.unit_hint == "万元"


def test_two_row_heading_without_merges(saved):
    def build(sheet):
        sheet.append(["序号", "纳税人名称", "房产", None, "备注"])
        sheet.append([None, None, "建筑面积", "房产原值", None])
        sheet.append([1, "某某公司", 120.5, 3000000, "无"])

    (table,) = saved(build).tables
    assert [c.header for c in table.columns] == [
        "序号",
        "纳税人名称",
        "房产/建筑面积",
        "房产/房产原值",
        "备注",
    ]
    assert table.data.height == 1


def test_vertically_merged_cells_are_filled_and_said(saved):
    def build(sheet):
        sheet.append(["纳税人名称", "税种", "金额", "备注"])
        for tax, amount in (("增值税", 1), ("房产税", 2), ("印花税", 3)):
            sheet.append(["某某公司" if tax == "增值税" else None, tax, amount])
        sheet.append(["别家公司", "印花税", 4])
        sheet.merge_cells("A2:A4")

    (table,) = saved(build).tables
    assert table.data["c0"].to_list() == ["某某公司"] * 3 + ["别家公司"]
    assert notice(table, "merged_filled") == [("A2:A4", "某某公司")]


def test_table_not_in_the_corner_with_blank_columns(saved):
    def build(sheet):
        for column, text in zip((3, 4, 6), ("纳税人名称", "统一社会信用代码", "金额"), strict=True):
            sheet.cell(3, column, text)
            sheet.cell(4, column, f"{text}值")

    (table,) = saved(build).tables
    assert [(c.letter, c.header) for c in table.columns] == [
        ("C", "纳税人名称"), ("D", "统一社会信用代码"), ("F", "金额"),
    ]  # fmt: skip
    assert table.rows.to_list() == [4]
    assert table.cell(0, 2) == "F4"


def test_table_on_another_sheet_and_month_sheets(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "填报说明"
    book.active.append(["一、本表由各单位填报。"])
    for month in ("4月", "5月", "6月"):
        sheet = book.create_sheet(month)
        sheet.append(HEAD)
        sheet.append(record(1))
    book.create_sheet("空")
    book.save(tmp_path / "a.xlsx")
    reading = read(tmp_path / "a.xlsx", headings=HEADINGS)
    assert [(t.sheet, t.sheet_index, t.data.height) for t in reading.tables] == [
        ("4月", 1, 1), ("5月", 2, 1), ("6月", 3, 1),
    ]  # fmt: skip
    assert [(n.code, n.before) for n in reading.notices] == [("other_sheet", "填报说明")]


def test_repeated_headings_and_numbered_line(saved):
    def build(sheet):
        sheet.append(HEAD)
        sheet.append([1, 2, 3, 4, 5, 6])
        sheet.append(record(1))
        sheet.append(HEAD)
        sheet.append(record(2))

    (table,) = saved(build).tables
    assert why(table) == {1: "header", 2: "column_numbers", 4: "repeated_header"}
    assert table.rows.to_list() == [3, 5]


def test_group_rows_are_set_apart(saved):
    def build(sheet):
        sheet.append(HEAD)
        sheet.append(["越城区（2家）"])
        sheet.merge_cells("A2:F2")
        sheet.append(record(1))
        sheet.append(["一、塔山街道"])
        sheet.append(record(2))
        sheet.append([None, "只有名称的公司"])

    (table,) = saved(build).tables
    assert why(table) == {1: "header", 2: "group", 4: "group"}
    assert table.rows.to_list() == [3, 5, 6]


def test_hidden_rows_and_columns_are_read_and_said(saved):
    def build(sheet):
        sheet.append(HEAD)
        for number in range(1, 7):
            sheet.append(record(number))
        for row in (3, 4, 6):
            sheet.row_dimensions[row].hidden = True
        sheet.column_dimensions["C"].hidden = True
        sheet.auto_filter.ref = "A1:F7"

    (table,) = saved(build).tables
    assert table.data.height == 6
    assert [n.cell for n in table.notices if n.code == "hidden_rows_read"] == ["3:4", "6:6"]
    assert [n.cell for n in table.notices if n.code == "hidden_columns_read"] == ["C:C"]


def test_values_keep_their_text(saved):
    values = [
        (914000000000000000, "9.14E+17"), (123456789012345, "123456789012345"), (1e15, "1E+15"),
        (1e-7, "0.0000001"),
        (0.1, "0.1"), (-3.0, "-3"), (12345678.9, "12345678.9"), (True, "TRUE"), (" 前后 ", " 前后 "),
        ("'00123", "'00123"), ("１２", "１２"), ("a\u00a0b\u200b\u3000", "a\u00a0b\u200b\u3000"),
        ("00123", "00123"),
        (dt.datetime.fromisoformat("2021-06-01"), "2021-06-01"),
        (dt.datetime.fromisoformat("2021-06-01 08:30"), "2021-06-01 08:30:00"),
        (dt.date(1999, 12, 31), "1999-12-31"), (dt.time(8, 29, 59, 999_999), "08:30:00"),
        ("2021年6月1日", "2021年6月1日"),
    ]  # fmt: skip

    def build(sheet):
        sheet.append(["纳税人名称", "金额"])
        for number, (value, _) in enumerate(values):
            sheet.append([f"公司{number}", value])

    (table,) = saved(build).tables
    assert table.data["c1"].to_list() == [text for _, text in values]
    assert notice(table, "date_cell") == [("B15", "2021-06-01")]


def test_error_values_and_formulas_without_value(saved):
    def build(sheet):
        sheet.append(["纳税人名称", "金额", "备注"])
        sheet.append(["甲公司", "#N/A", "=A1&B1"])
        sheet.append(["乙公司", "=SUM(1,2)", "#REF!"])

    (table,) = saved(build).tables
    assert table.data.rows() == [("甲公司", "#N/A", None), ("乙公司", None, "#REF!")]
    assert [n.cell for n in table.notices if n.code == "formula_without_value"] == ["C2", "B3"]
    assert [n.cell for n in table.notices if n.code == "error_value"] == ["B2", "C3"]


def test_formula_with_value_is_read(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "f.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["纳税人名称", "金额"])
    sheet.write(1, 0, "甲公司")
    sheet.write_formula(1, 1, "=1+2", None, 3)
    book.close()
    (table,) = read(tmp_path / "f.xlsx", headings=HEADINGS).tables
    assert table.data.rows() == [("甲公司", "3")]
    assert not [n for n in table.notices if n.code == "formula_without_value"]


def test_column_without_heading_is_kept_and_said(saved):
    def build(sheet):
        sheet.append(["纳税人名称", "金额"])
        sheet.append(["甲公司", 1])
        sheet.append(["乙公司", 2, "多出来的"])

    (table,) = saved(build).tables
    assert [c.header for c in table.columns] == ["纳税人名称", "金额", ""]
    assert [(n.cell, n.before) for n in table.notices if n.code == "extra_cell"] == [("C3", "多出来的")]


def test_heading_is_found_by_aliases_below_something_that_looks_like_one(saved):
    def build(sheet):
        sheet.append(["经办", "电话", "科室", "地址", "邮编"])
        sheet.append(["张某", "88888888", "一科", "某路", "312000"])
        sheet.append([])
        sheet.append(["*纳 税 人 名 称", "统一社会信用代码\n（或组织机构代码）", "金额(万元)"])
        sheet.append(["甲公司", "9133", 1])

    (table,) = saved(build).tables
    assert table.header_row == 4
    assert table.data["c0"].to_list() == ["甲公司"]


def test_heading_without_expectations(saved):
    def build(sheet):
        sheet.append(["某某表（2021年）"])
        sheet.append(["编号", "姓氏", "数量"])
        sheet.append([1, "赵", 5])
        sheet.append([2, "钱", 6])

    (table,) = saved(build, []).tables
    assert (table.header_row, table.data.height) == (2, 2)


def test_real_companies_whose_names_look_like_totals_stay(saved):
    names = [
        "合计科技有限公司",
        "总计信息有限公司",
        "备注文化有限公司",
        "单位食堂管理有限公司",
        "小计",
        "北京工程设计",
    ]

    def build(sheet):
        sheet.append(["纳税人名称", "统一社会信用代码", "金额", "备注"])
        for name in names:
            sheet.append([name, "91330602MA0000001X", 1, "正常"])

    (table,) = saved(build).tables
    assert table.data["c0"].to_list() == [n for n in names if n != "小计"]


def test_mark_from_properties_and_from_the_hidden_sheet(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "p.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEAD)
    sheet.write_row(1, 0, ["1", "甲公司"])
    book.set_custom_property("gongzhi.resource", "15.3")
    book.set_custom_property("gongzhi.version", "2021-06-10")
    book.close()
    assert read(tmp_path / "p.xlsx", headings=HEADINGS).mark == Mark("15.3", "2021-06-10", None)
    other = openpyxl.load_workbook(tmp_path / "p.xlsx")
    del other.custom_doc_props["gongzhi.resource"]
    hidden = other.create_sheet("_gongzhi")
    hidden.sheet_state = "veryHidden"
    for pair in (("resource", "3.1/a"), ("version", "2"), ("adds", "b-17")):
        hidden.append(pair)
    other.save(tmp_path / "s.xlsx")
    reading = read(tmp_path / "s.xlsx", headings=HEADINGS)
    assert reading.mark == Mark("3.1/a", "2", "b-17")
    assert [t.sheet for t in reading.tables] == ["Sheet1"]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "empty_workbook"),
        ([["一段话"]], "no_table"),
        ([HEAD], "no_rows"),
        ([[1, 2, 3], [4, 5, 6]], "no_table"),
    ],
)
def test_workbooks_without_a_table_are_refused(tmp_path, rows, code):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "n.xlsx")
    with pytest.raises(Unreadable) as refusal:
        read(tmp_path / "n.xlsx", headings=HEADINGS)
    assert refusal.value.code == code


def test_hidden_sheet_is_read_only_when_it_is_the_only_one(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["说明"])
    hidden = book.create_sheet("数据")
    hidden.append(HEAD)
    hidden.append(record(1))
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "h.xlsx")
    reading = read(tmp_path / "h.xlsx", headings=HEADINGS)
    assert [t.sheet for t in reading.tables] == ["数据"]
    assert "hidden_sheet_read" in {n.code for n in reading.notices}
