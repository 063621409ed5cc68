"""Keys, earlier batches and fields against each other."""

import polars as pl

NUMBER = {"key": "number", "title": "编号", "type": "certificate", "required": True}
AMOUNT = {"key": "amount", "title": "金额", "type": "money"}


def money(key):
    return {"key": key, "title": key, "type": "money"}


def found(checked):
    return checked.findings.select("row", "field", "code").rows()


def test_the_later_of_a_pair_is_set_aside(judge):
    rows = [["A", "1"], ["B", "2"], ["A", "1.00"], ["A", "3"]]
    checked = judge([NUMBER, AMOUNT], rows, key=["number"])
    assert found(checked) == [(4, "number", "duplicate_row"), (5, "number", "duplicate_key")]
    assert checked.findings["other"].to_list() == ["2", "2"]
    assert checked.accepted["_row"].to_list() == [2, 3]


def test_without_a_key_only_equal_rows_are_a_pair(judge):
    checked = judge([NUMBER, AMOUNT], [["A", "1"], ["A", "2"], ["A", "1"]])
    assert found(checked) == [(4, "number", "duplicate_row")]


def test_an_empty_part_of_a_key_counts_as_a_value_and_a_failed_one_is_not_compared(judge):
    day = {"key": "day", "title": "日期", "type": "date"}
    rows = [["A", None], ["A", None], ["B", "坏"], ["B", "坏"]]
    checked = judge([NUMBER, day], rows, key=["number", "day"])
    assert [code for *_, code in found(checked)] == ["duplicate_row", "not_date", "not_date"]


def test_keys_of_earlier_batches_ask_for_a_reason(judge):
    known = pl.DataFrame({"number": ["A", "Z"], "_batch": ["第一批", "第一批"]})
    checked = judge([NUMBER, AMOUNT], [["A", "1"], ["B", "1"]], key=["number"], known_keys=known)
    assert found(checked) == [(2, "number", "known_key")]
    assert checked.accepted.height == 2
    assert checked.findings["other"].to_list() == ["第一批"]


def test_personal_keys_are_compared_as_they_are_kept(judge):
    person = {"key": "name", "title": "姓名", "type": "person_name"}
    known = pl.DataFrame({"name": ["t:张三"]})
    rows = [["张三"], ["李四"]]
    silent = judge([person], rows, key=["name"], known_keys=known)
    told = judge([person], rows, key=["name"], known_keys=known, as_kept={"name": lambda names: "t:" + names})
    assert found(silent) == []
    assert found(told) == [(2, "name", "known_key")]


def test_order_of_days_and_of_amounts(judge):
    days = [{"key": key, "title": key, "type": "date"} for key in ("begin", "end")]
    check = {"kind": "order", "earlier": "begin", "later": "end"}
    rows = [
        ["2026-01-02", "2026-01-01"],
        ["2026-01-01", "2026-01-01"],
        [None, "2026-01-01"],
        ["坏", "2020-01-01"],
    ]
    checked = judge(days, rows, checks=[check])
    assert found(checked) == [(2, "end", "order"), (5, "begin", "not_date")]
    assert checked.kinds[-1].places["than"] == "早于"
    amounts = judge([money("begin"), money("end")], [["2", "1"]], checks=[check])
    assert amounts.kinds[-1].places["than"] == "小于"


def test_total_counts_empty_parts_as_nought_and_leaves_failed_ones_alone(judge):
    check = {"kind": "total", "total": "sum", "parts": ["a", "b"], "minus": ["c"]}
    rows = [
        ["3", "1", "2", None],
        ["3", "1", None, None],
        ["2", "1", "2", "1"],
        ["3", "1", "坏", None],
        ["3", None, None, None],
        [None, "1", "2", None],
    ]
    checked = judge([money("sum"), money("a"), money("b"), money("c")], rows, checks=[check])
    assert found(checked) == [(3, "sum", "total"), (5, "b", "not_number")]
    assert checked.findings["expected"].to_list() == ["1.00元", None]


def test_product_within_one_unit_of_the_last_digit(judge):
    fields = [
        {"key": "price", "title": "单价", "type": "money", "unit": "元/㎡"},
        {"key": "area", "title": "面积", "type": "area"},
        {"key": "whole", "title": "总价", "type": "money", "unit": "万元"},
    ]
    check = {"kind": "product", "product": "whole", "factors": ["price", "area"]}
    rows = [
        ["10000", "123.45", "123.45"],
        ["10000", "123.454", "123.45"],
        ["10000", "123.45", "125"],
        ["1", None, "5"],
    ]
    checked = judge(fields, rows, checks=[check])
    assert found(checked) == [(4, "whole", "product")]
    assert checked.findings["expected"].to_list() == ["1234500.00元"]


def test_percentages_multiply_as_parts_of_a_hundred(judge):
    fields = [money("whole"), {"key": "rate", "title": "比例", "type": "percent"}, money("part")]
    check = {"kind": "product", "product": "part", "factors": ["whole", "rate"]}
    checked = judge(fields, [["200", "12.5", "25"], ["200", "12.5", "28"]], checks=[check])
    assert found(checked) == [(3, "part", "product")]


def test_any_of_and_needs_count_what_was_written_even_if_it_failed(judge):
    fields = [
        {"key": "code", "title": "代码", "type": "credit_code"},
        {"key": "number", "title": "号码", "type": "count"},
        {"key": "reason", "title": "原因", "type": "text"},
        {"key": "kind", "title": "种类", "type": "enum", "values": ["甲", "乙"]},
    ]
    checks = [
        {"kind": "any_of", "fields": ["code", "number"]},
        {"kind": "needs", "field": "kind", "values": ["乙"], "needs": "reason"},
    ]
    rows = [
        [None, None, None, "甲"],
        [None, "坏", None, "甲"],
        [None, "1", None, "乙"],
        [None, "1", "因", "乙"],
    ]
    checked = judge(fields, rows, checks=checks)
    assert found(checked) == [(2, "code", "any_of"), (3, "number", "not_whole"), (4, "reason", "needs")]


def test_severity_of_a_cross_check_is_the_definitions_word(judge):
    fields = [money("low"), money("high")]
    check = {"kind": "order", "earlier": "low", "later": "high", "severity": "hint"}
    checked = judge(fields, [["2", "1"]], checks=[check])
    assert checked.findings["severity"].to_list() == ["hint"]
    assert checked.accepted.height == 1
