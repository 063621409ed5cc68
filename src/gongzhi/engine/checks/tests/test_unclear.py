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
