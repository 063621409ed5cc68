"""What may be meant in two ways is asked about: units around a table, listed values amid other words."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("heading", "units", "fen", "found"),
    [
        ("金额", ("万元", ("万元",)), 1500000, []),
        ("金额", ("元", ("万元", "元")), 150, ["units_apart"]),
        ("金额", (None, ("万元", "元")), 150, ["units_apart"]),
        ("金额", (None, ("万元",)), 150, ["units_apart"]),
        ("金额", (None, ("元",)), 150, []),
        ("金额（万元）", ("元", ("万元", "元")), 1500000, []),
    ],
)
def test_units_around_the_table_that_do_not_agree_are_asked_about(judge, heading, units, fen, found):
    field = {"key": "x", "title": "金额", "type": "money", "unit": "元"}
    checked = judge([field], [["1.5"]], headings=[heading], units=units)
    assert checked.accepted["x_fen"].to_list() == [fen]
    assert checked.findings["code"].to_list() == found


@pytest.mark.parametrize(
    ("heading", "areas", "sqm", "found"),
    [
        ("面积", ("亩", ("亩",)), 1000, []),
        ("面积", ("万平方米", ("万平方米",)), 15000, []),
        ("面积", ("亩", ("亩", "平方米")), 1000, ["units_apart"]),
        ("面积", (None, ("亩",)), 1.5, ["units_apart"]),
        ("面积（㎡）", ("亩", ("亩", "平方米")), 1.5, []),
    ],
)
def test_so_are_units_of_area(judge, heading, areas, sqm, found):
    field = {"key": "x", "title": "面积", "type": "area", "unit": "㎡"}
    checked = judge([field], [["1.5"]], headings=[heading], areas=areas)
    assert checked.accepted["x_sqm"].cast(float).to_list() == [sqm]
    assert checked.findings["code"].to_list() == found


@pytest.mark.parametrize(
    ("heading", "fen"),
    [
        ("金额（含税，万元）", 1500000),
        ("金额（万元、含税）", 1500000),
        ("金额（以万元计）", 1500000),
        ("金额（人民币：万元）", 1500000),
        ("金额（RMB 万元）", 1500000),
        ("金额（十万元）", 15000000),
        ("金额（百元）", 15000),
        ("金额（万元/吨）", 1500000),
        ("金额（不含税）", 150),
    ],
)
def test_a_unit_in_a_heading_is_read_however_it_is_put(judge, heading, fen):
    field = {"key": "x", "title": "金额", "type": "money", "unit": "元"}
    checked = judge([field], [["1.5"]], headings=[heading])
    assert checked.accepted["x_fen"].to_list() == [fen]
    assert not set(checked.findings["code"]) & {"unit_unfit", "units_apart"}


@pytest.mark.parametrize(
    ("kind", "heading"),
    [("money", "金额（万美元）"), ("money", "金额（含税，港币）"), ("area", "金额（百平方米）")],
)
def test_a_unit_that_nobody_can_convert_is_asked_about(judge, kind, heading):
    field = {"key": "x", "title": "金额", "type": kind}
    assert "unit_unfit" in judge([field], [["1.5"]], headings=[heading]).findings["code"].to_list()


def test_areas_are_not_asked_about_units_of_money(judge):
    field = {"key": "x", "title": "面积", "type": "area", "unit": "㎡"}
    assert judge([field], [["1.5"]], units=(None, ("万元", "元"))).findings.is_empty()


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("挂牌转让", "挂牌"),
        ("经网上挂牌出让的", None),
        ("公开挂牌", "挂牌"),
        ("招标拍卖", None),
        ("协议出让方", "协议"),
        ("非挂牌", None),
        ("未协议", None),
        ("挂牌（未成交）", None),
        ("协议转让书", "协议转让"),
    ],
)
def test_a_listed_value_with_words_around_it_is_suggested(judge, text, suggestion):
    values = ["招标", "拍卖", "挂牌", "协议", "协议转让"]
    field = {"key": "x", "title": "方式", "type": "enum", "values": values}
    (found,) = judge([field], [[text]]).findings.to_dicts()
    assert (found["code"], found["suggestion"]) == ("not_listed", suggestion)
