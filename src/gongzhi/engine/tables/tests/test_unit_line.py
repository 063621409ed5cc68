"""Units that stand in a line of their own, under the heading or beside it, count as those of the headings."""

from __future__ import annotations

import openpyxl
import pytest

from gongzhi.engine.tables import read
from gongzhi.engine.tables.heading import unit_word

HEAD = ["合同编号", "受让方名称", "土地面积", "成交金额", "签订日期"]
ONE = ["HT-1", "甲公司", 1000, 50, "2026-10-01"]
TWO = ["HT-2", "乙公司", 2000, 60, "2026-10-02"]


@pytest.fixture
def tables(tmp_path):
    """tables(rows …, name=…) → what is read of them."""

    def run(*rows, name="t.xlsx"):
        if name.endswith(".csv"):
            lines = [",".join("" if cell is None else str(cell) for cell in row) for row in rows]
            (tmp_path / name).write_text("\n".join(lines) + "\n", "utf-8")
        else:
            book = openpyxl.Workbook()
            for row in rows:
                book.active.append(row)
            book.save(tmp_path / name)
        return read(tmp_path / name, headings=HEAD).tables

    return run


def headers(table):
    return [column.header for column in table.columns]


@pytest.mark.parametrize("name", ["t.xlsx", "t.csv"])
@pytest.mark.parametrize(
    "units",
    [
        [None, None, "平方米", "万元", None],
        [None, None, "（平方米）", "（万元）", None],
        ["计量单位", "—", "平方米", "单位：万元", "/"],
    ],
)
def test_a_line_of_units_under_the_heading_belongs_to_it(tables, name, units):
    (table,) = tables(["土地出让情况", None, None, None, None], HEAD, units, ONE, TWO, name=name)
    assert headers(table) == ["合同编号", "受让方名称", "土地面积（平方米）", "成交金额（万元）", "签订日期"]
    assert table.rows.to_list() == [4, 5]
    assert table.header_row == 3


def test_it_may_repeat_on_each_page_and_other_units_begin_another_table(tables):
    units, others = [None, None, "平方米", "万元", None], [None, None, "平方米", "元", None]
    (table,) = tables(HEAD, units, ONE, HEAD, units, TWO)
    assert table.rows.to_list() == [3, 6]
    first, second = tables(HEAD, units, ONE, HEAD, others, TWO)
    assert (headers(first)[3], first.rows.to_list()) == ("成交金额（万元）", [3])
    assert (headers(second)[3], second.rows.to_list()) == ("成交金额（元）", [6])


@pytest.mark.parametrize("name", ["t.xlsx", "t.csv"])
def test_one_unit_for_the_whole_table_stands_above_or_below_the_heading(tables, name):
    said = [None, None, None, None, "单位：万元"]
    for rows in ([said, HEAD, ONE, TWO], [HEAD, said, ONE, TWO]):
        (table,) = tables(*rows, name=name)
        assert table.unit_hint == "万元"
        assert headers(table) == HEAD
        assert table.data.height == 2


def test_a_record_is_no_line_of_units(tables):
    (table,) = tables(HEAD, [None, None, "平方米", 50, None], ONE)
    assert table.data.height == 2
    (table,) = tables(["合同编号", "计量单位"], [None, "吨"], ["HT-1", "吨"])
    assert headers(table) == ["合同编号", "计量单位"]


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("万 元", "万元"),
        ("㎡", "m2"),
        ("元/平方米", "元/平方米"),
        ("千瓦时", "千瓦时"),
        ("合计", ""),
        ("年份", ""),
    ],
)
def test_a_unit_alone(text, unit):
    assert unit_word(text) == unit


BELOW = (
    "单位：万元",
    "（金额单位：万元）",
    "注：本表金额单位为万元",
    "注：1.本表面积单位：平方米、万元",
    "说明：金额均以万元计",
    "以上金额以万元为单位",
)


@pytest.mark.parametrize("name", ["t.xlsx", "t.csv"])
@pytest.mark.parametrize("text", BELOW)
def test_a_unit_in_a_note_below_the_table_counts_like_one_above(tables, name, text):
    (table,) = tables(HEAD, ONE, TWO, [text, None, None, None, None], name=name)
    assert (table.unit_hint, table.units_said) == ("万元", ("万元",))
    assert table.data.height == 2


def test_it_counts_behind_another_note_and_a_total_too(tables):
    notes = ["填表人：甲", None, None, None, None], ["注：", None, None, None, None]
    last = ["1.金额单位：万元", None, None, None, None]
    (table,) = tables(HEAD, ONE, TWO, ["合计", None, 3000, 110, None], *notes, last)
    assert table.unit_hint == "万元"
    assert table.rows.to_list() == [2, 3]


def test_units_that_do_not_agree_are_handed_on_to_be_asked_about(tables):
    above, below = [None, None, None, None, "单位：元"], ["注：金额单位为万元", None, None, None, None]
    (table,) = tables(above, HEAD, ONE, TWO, below)
    assert (table.unit_hint, table.units_said) == ("元", ("万元", "元"))
    both = ["注：单位：元；另附单位：万元", None, None, None, None]
    (table,) = tables(HEAD, ONE, TWO, both)
    assert (table.unit_hint, table.units_said) == (None, ("万元", "元"))


def test_a_note_between_two_tables_speaks_of_the_lower_one(tables):
    """Of the upper one it may speak too, where that has none of its own: nobody can say."""
    between, other = ["单位：万元", None, None, None, None], ["权证号", "权利人", "坐落", "评估额", "登记日"]
    first, second = tables([None, None, None, None, "单位：元"], HEAD, ONE, TWO, between, other, ONE, TWO)
    assert (first.unit_hint, first.units_said) == ("元", ("元",))
    assert second.unit_hint == "万元"
    first, second = tables(HEAD, ONE, TWO, between, other, ONE, TWO)
    assert (first.unit_hint, first.units_said) == (None, ("万元",))
    assert second.unit_hint == "万元"


@pytest.mark.parametrize(
    "text", ["报送单位：元培集团", "注：单位均已核对", "注：5万元以下的未列入", "说明：单位：平方米"]
)
def test_what_is_no_unit_of_money_states_none(tables, text):
    (table,) = tables(HEAD, ONE, TWO, [text, None, None, None, None])
    assert (table.unit_hint, table.units_said) == (None, ())


@pytest.mark.parametrize(
    ("text", "area", "money"),
    [
        ("单位：亩", "亩", None),
        ("面积单位：亩，金额单位：万元", "亩", "万元"),
        ("单位：万元、亩", "亩", "万元"),
        ("单位：万平方米、万元", "万平方米", "万元"),
        ("注：面积以公顷计", "公顷", None),
        ("单位：元/亩", None, "元"),
        ("注：5亩以下的未列入", None, None),
    ],
)
def test_a_unit_of_area_around_the_table_counts_too(tables, text, area, money):
    line = [text, None, None, None, None]
    for rows in ([line, HEAD, ONE, TWO], [HEAD, ONE, TWO, line]):
        (table,) = tables(*rows)
        assert (table.area_hint, table.unit_hint) == (area, money)
        assert table.data.height == 2
