"""One cell of each type: what it becomes, what is found, what is told to have been put right."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from gongzhi.engine.checks import render
from gongzhi.engine.idcodes import make_credit_code, make_person_id, organisation_check

INSIDE = "MA2ABCD1" + organisation_check("MA2ABCD1")
CODE = make_credit_code("91330602" + INSIDE)
PERSON = make_person_id("88000019900101001")


def wrong_last(code):
    return code[:17] + ("1" if code[17] != "1" else "2")


@pytest.mark.parametrize(
    ("text", "value", "found", "repaired"),
    [
        (CODE, CODE, [], []),
        (CODE.lower(), CODE, [], ["case"]),
        (f" {CODE[:4]} {CODE[4:]}\u3000", CODE, [], ["blanks"]),
        (f"'{CODE}", CODE, [], ["apostrophe"]),
        (INSIDE, INSIDE, ["organisation_code"], []),
        (f"{INSIDE[:8]}-{INSIDE[8]}", INSIDE, ["organisation_code"], ["hyphen"]),
        (f"330602{INSIDE}", f"330602{INSIDE}", ["old_tax_number"], []),
        ("3306021234567", "3306021234567", ["registration_number"], []),
        ("-", None, [], ["empty_word"]),
        (None, None, [], []),
        (wrong_last(CODE), None, ["code_check_digit"], []),
        (CODE.replace("0", "O", 1), None, ["code_character"], []),
        (CODE[:16], None, ["code_length"], []),
        ("9.13306E+17", None, ["digits_lost"], []),
        ("913306021234567000", None, ["digits_lost"], []),
        ("9133****MA2ABCD139", None, ["masked_code"], []),
        (PERSON, None, ["person_id_in_code"], []),
    ],
)
def test_credit_code(judge_cell, text, value, found, repaired):
    assert judge_cell(text, "credit_code") == (value, found, repaired)


@pytest.mark.parametrize(
    ("text", "value", "found"),
    [
        (PERSON, PERSON, []),
        (PERSON[:17] + ("1" if PERSON[17] != "1" else "2"), None, ["person_check_digit"]),
        (make_person_id("88000019901301001"), None, ["person_birth_date"]),
        ("880000900101001", "880000900101001", ["person_id_15"]),
        (CODE, None, ["credit_code_for_person"]),
        (PERSON.replace("0", "O", 1), None, ["person_character"]),
    ],
)
def test_person_id(judge_cell, text, value, found):
    assert judge_cell(text, "person_id")[:2] == (value, found)


@pytest.mark.parametrize(
    ("text", "value", "found"),
    [(PERSON, PERSON, []), (CODE, CODE, []), (PERSON[:16], None, ["either_length"])],
)
def test_code_or_id(judge_cell, text, value, found):
    assert judge_cell(text, "code_or_id")[:2] == (value, found)


@pytest.mark.parametrize(
    ("text", "fen", "found", "repaired"),
    [
        ("1234.56", 123456, [], []),
        ("-5", -500, [], []),
        ("0", 0, [], []),
        ("1,234,567.8", 123456780, [], ["separators"]),
        ("1,23", None, ["not_number"], []),
        ("￥1234.5", 123450, [], ["currency"]),
        ("１２３．４５", 12345, [], ["width"]),
        ("１２３", 12300, [], ["width"]),
        ("٣", None, ["not_number"], []),
        ("12万元", 12000000, [], ["unit"]),
        ("1.5亿", 15000000000, [], ["unit"]),
        ("12.5（万元）", 12500000, [], ["unit"]),
        ("(30.00)", -3000, [], ["bracket"]),
        ("12.345", 1235, [], ["rounded"]),
        ("1234.56000000001", 123456, [], ["rounded"]),
        ("1.005", 101, [], ["rounded"]),
        ("-1.005", -101, [], ["rounded"]),
        ("1000000.115", 100000012, [], ["rounded"]),
        ("1.0049", 100, [], ["rounded"]),
        (" 12 ", 1200, [], ["blanks"]),
        ("1.2E+07", None, ["digits_lost"], []),
        ("约三十万", None, ["not_number"], []),
        ("12亩", None, ["not_number"], []),
        ("#REF!", None, ["excel_error"], []),
        ("/", None, [], ["empty_word"]),
        ("99999999999999999", None, ["not_number"], []),
    ],
)
def test_money(judge_cell, text, fen, found, repaired):
    assert judge_cell(text, "money") == (fen, found, repaired)


@pytest.mark.parametrize(
    ("heading", "hint", "text", "fen"),
    [
        ("金额（万元）", None, "1.5", 1500000),
        ("金额", "万元", "1.5", 1500000),
        ("金额（元）", "万元", "1.5", 150),
        ("金额（单位：亿元）", None, "0.1", 1000000000),
        ("金额", None, "1.5", 150),
    ],
)
def test_unit_of_heading_goes_before_the_sheets_and_is_told(judge, heading, hint, text, fen):
    field = {"key": "x", "title": "金额", "type": "money", "unit": "元"}
    checked = judge([field], [[text]], headings=[heading], units=(hint, ()))
    assert checked.accepted["x_fen"].to_list() == [fen]
    assert ("unit_heading" in checked.repaired["code"].to_list()) == (fen != 150)


def test_unit_that_does_not_fit_the_column_is_told(judge):
    field = {"key": "x", "title": "金额", "type": "money", "unit": "元"}
    checked = judge([field], [["3"]], headings=["金额（㎡）"])
    assert checked.findings["code"].to_list() == ["unit_unfit"]


@pytest.mark.parametrize(
    ("text", "sqm", "found"),
    [
        ("12.5", "12.5", []),
        ("3亩", "2000", []),
        ("1公顷", "10000", []),
        ("12.5平方米", "12.5", []),
        ("12.5㎡", "12.5", []),
        ("-1", None, ["out_of_range"]),
        ("12元", None, ["not_number"]),
    ],
)
def test_area(judge_cell, text, sqm, found):
    value, codes, _ = judge_cell(text, "area")
    assert (value, codes) == (Decimal(sqm) if sqm else None, found)


@pytest.mark.parametrize(
    ("text", "value", "found"),
    [
        ("3", 3, []),
        ("3.0", 3, []),
        ("3人", 3, []),
        ("3个月", 3, []),
        ("12万户", None, ["not_whole"]),
        ("3千", None, ["not_whole"]),
        ("10余户", None, ["not_whole"]),
        ("5以上", None, ["not_whole"]),
        ("3.5", None, ["not_whole"]),
        ("-3", None, ["out_of_range"]),
    ],
)
def test_count(judge_cell, text, value, found):
    assert judge_cell(text, "count")[:2] == (value, found)


@pytest.mark.parametrize(
    ("text", "value"), [("12.5", "12.5"), ("12.5%", "12.5"), ("１２％", "12"), ("3‰", "0.3")]
)
def test_percent_is_kept_in_percent_points(judge_cell, text, value):
    assert judge_cell(text, "percent")[:2] == (Decimal(value), [])


@pytest.mark.parametrize(
    ("text", "day", "found", "repaired"),
    [
        ("2026-03-01", dt.date(2026, 3, 1), [], []),
        ("2026.3.1", dt.date(2026, 3, 1), [], ["date_form"]),
        ("2026/3/1", dt.date(2026, 3, 1), [], ["date_form"]),
        ("2026\\3\\1", dt.date(2026, 3, 1), [], ["date_form"]),
        ("2026。3。1", dt.date(2026, 3, 1), [], ["date_form"]),
        ("20260301", dt.date(2026, 3, 1), [], ["date_form"]),
        ("2026年3月1日", dt.date(2026, 3, 1), [], ["date_form"]),
        ("2026-03-01 00:00:00", dt.date(2026, 3, 1), [], ["date_time"]),
        ("46082", dt.date(2026, 3, 1), [], ["date_serial"]),
        ("12345", None, ["not_date"], []),
        ("'2026-03-01", dt.date(2026, 3, 1), [], ["apostrophe"]),
        ("2026-03-01 ", dt.date(2026, 3, 1), [], ["blanks"]),
        ("２０２６-03-01", dt.date(2026, 3, 1), [], ["width"]),
        ("2026-02-30", None, ["not_date"], []),
        ("2026年3月", None, ["month_only"], []),
        ("1026-03-01", None, ["not_date"], []),
        ("无", None, [], ["empty_word"]),
        ("2025-12-31", dt.date(2025, 12, 31), ["out_of_period"], []),
        ("2036-03-01", dt.date(2036, 3, 1), ["future_date"], []),
    ],
)
def test_date(judge_cell, text, day, found, repaired):
    assert judge_cell(text, "date", in_period=True) == (day, found, repaired)


def test_a_day_to_come_is_told_only_where_the_date_should_lie_in_the_period(judge):
    fields = [
        {"key": "a", "title": "甲", "type": "date", "in_period": True},
        {"key": "b", "title": "乙", "type": "date"},
    ]
    checked = judge(fields, [["2026-05-01", "2030-01-01"]], period="2026H1")
    assert checked.findings.select("field", "code").rows() == [("a", "future_date")]
    assert checked.accepted.height == 1


@pytest.mark.parametrize(
    ("text", "value", "found"),
    [
        ("新签", "新签", []),
        (" 新签", "新签", []),
        ("新", "新签", []),
        ("其他", None, ["not_listed"]),
        ("-", None, []),
    ],
)
def test_enum(judge_cell, text, value, found):
    assert judge_cell(text, "enum", values=("新签", "续签"), value_aliases={"新": "新签"})[:2] == (
        value,
        found,
    )


@pytest.mark.parametrize(
    ("text", "value", "found"),
    [("是", True, []), ("否", False, []), ("√", True, []), ("0", False, []), ("也许", None, ["not_yes_no"])],
)
def test_boolean(judge_cell, text, value, found):
    assert judge_cell(text, "boolean")[:2] == (value, found)


@pytest.mark.parametrize(
    ("text", "value", "found"),
    [
        ("13800000000", "13800000000", []),
        ("138 0000 0000", "13800000000", []),
        ("+86-13800000000", "13800000000", []),
        ("0575-88888888", "0575-88888888", []),
        ("（0575）88888888", "0575-88888888", []),
        ("0575-88888888转8012", "0575-88888888-8012", []),
        ("13800000000/139 0000 0000", "13800000000/13900000000", []),
        ("13800000000、1390000", "13800000000、1390000", ["phone_form"]),
        ("1.38E+10", None, ["digits_lost"]),
        ("1380000", "1380000", ["phone_form"]),
        ("8613 8000", "86138000", []),
        ("+86-575-86138000", "0575-86138000", []),
        ("+86 10 86138000", "01086138000", []),
        ("8613800000000", "13800000000", []),
    ],
)
def test_phone(judge_cell, text, value, found):
    assert judge_cell(text, "phone")[:2] == (value, found)


BLANKS = ["money", "count", "date", "period", "boolean", "phone", "enum", "text", "credit_code"]


@pytest.mark.parametrize("kind", BLANKS)
@pytest.mark.parametrize("text", [" ", "\u3000", "\u200b"])
def test_a_cell_of_blanks_is_empty_in_every_column(judge_cell, kind, text):
    more = {"values": ["是", "否"]} if kind == "enum" else {}
    assert judge_cell(text, kind, **more) == (None, [], [])


@pytest.mark.parametrize("kind", ["money", "date", "period", "boolean", "phone", "enum", "name", "person_id"])
@pytest.mark.parametrize("text", ["-", "/", "—"])
def test_a_sign_for_nothing_is_emptied_and_told_in_every_column(judge_cell, kind, text):
    more = {"values": ["是", "否"]} if kind == "enum" else {}
    assert judge_cell(text, kind, **more) == (None, [], ["empty_word"])


@pytest.mark.parametrize("kind", ["phone", "person_id"])
def test_nothing_is_not_masked(judge, kind):
    checked = judge([{"key": "x", "title": "甲", "type": kind}], [["-"]])
    assert checked.repaired.select("before", "after").rows() == [("-", "")]


@pytest.mark.parametrize(
    ("text", "fen", "repaired"),
    [("9999999999999.99", 999999999999999, []), ("+5", 500, ["form"]), ("5.", 500, ["decimal"])],
)
def test_the_repair_says_what_was_done(judge_cell, text, fen, repaired):
    assert judge_cell(text, "money") == (fen, [], repaired)


@pytest.mark.parametrize("text", ["10000000000000.01", "89999999999999.99", "12345678901234567"])
def test_an_amount_that_a_float_would_change_is_not_taken(judge_cell, text):
    assert judge_cell(text, "money") == (None, ["not_number"], [])


def test_a_phone_in_full_width_is_repaired(judge_cell):
    assert judge_cell("１３８００００００００", "phone") == ("13800000000", [], ["width"])


@pytest.mark.parametrize(
    ("text", "value", "found"),
    [
        ("绍兴某某（集团）有限公司", "绍兴某某（集团）有限公司", []),
        ("绍兴　某某 有限公司", "绍兴某某有限公司", []),
        ("ＡＢＣ贸易公司\u200b", "ABC贸易公司", []),
        ("ABC Trading Co", "ABC Trading Co", []),
        ("张*", "张*", ["masked_name"]),
        ("12345", None, ["name_form"]),
        ("#N/A", None, ["excel_error"]),
        ("—", None, []),
    ],
)
def test_name(judge_cell, text, value, found):
    assert judge_cell(text, "name")[:2] == (value, found)


def test_text_that_hides_a_persons_id_stays_outside(judge_cell):
    assert judge_cell(f"联系人{PERSON}张某", "text")[1] == ["person_id_in_text"]
    assert judge_cell(f"代码{CODE}", "text")[1] == []


@pytest.mark.parametrize(
    ("text", "value", "found"),
    [
        ("越建字第 3 号", "越建字第 3 号", []),
        ("330602.0", "330602", []),
        ("3.30602E+15", None, ["digits_lost"]),
    ],
)
def test_certificate(judge_cell, text, value, found):
    assert judge_cell(text, "certificate")[:2] == (value, found)


def test_pattern_and_length(judge_cell):
    assert judge_cell("HT12", "certificate", pattern=r"HT\d{4}")[1] == ["pattern"]
    assert judge_cell("HT1234", "certificate", pattern=r"HT\d{4}")[1] == []
    assert judge_cell("甲乙丙丁", "name", max_length=3)[1] == ["too_long"]


@pytest.mark.parametrize(
    ("text", "value"), [("2026年一季度", "2026Q1"), ("2026-03", "2026-03"), ("2026年", "2026")]
)
def test_period(judge_cell, text, value):
    assert judge_cell(text, "period")[:2] == (value, [])


@pytest.mark.parametrize(
    ("text", "value", "found", "repaired"),
    [
        ("2026-03-01", "2026-03", [], ["period_form"]),  # what a spreadsheet keeps of 2026年3月
        ("2026年3月1日", "2026-03", [], ["period_form"]),
        ("2026-03-15", None, ["not_period"], []),
        ("46082", "2026-03", [], ["date_serial"]),  # the same, as a csv may hold it
        ("46083", None, ["not_period"], []),
    ],
)
def test_a_day_is_no_period_but_the_first_of_a_month_is_that_month(judge_cell, text, value, found, repaired):
    assert judge_cell(text, "period") == (value, found, repaired)


@pytest.mark.parametrize(
    ("text", "value", "found"), [("2026", 2026, []), ("2026年", 2026, []), ("26", None, ["out_of_range"])]
)
def test_year(judge_cell, text, value, found):
    assert judge_cell(text, "year")[:2] == (value, found)


def test_required(judge_cell):
    assert judge_cell(None, "name", required=True)[1] == ["required"]
    assert judge_cell("无", "name", required=True)[1] == ["required"]
    assert judge_cell("12345", "name", required=True)[1] == ["name_form"], "one cause, one finding"


@pytest.mark.parametrize(
    ("heading", "text", "tons", "found"),
    [
        ("用量", "3", "3", []),
        ("用量（千克）", "3500", "3.5", []),
        ("用量（吨）", "3", "3", []),
        ("用量", "500公斤", "0.5", []),
        ("用量（千瓦时）", "3", "3", ["unit_unfit"]),
        ("用量", "3千瓦", None, ["not_number"]),
    ],
)
def test_quantities_are_kept_in_the_templates_unit(judge, heading, text, tons, found):
    field = {"key": "x", "title": "用量", "type": "number", "unit": "吨"}
    checked = judge([field], [[text]], headings=[heading])
    assert checked.findings["code"].to_list() == found
    assert checked.accepted["x"].to_list() == ([Decimal(tons)] if tons else [])


def test_what_the_bureau_knows_itself_neither_stops_nor_asks(judge, catalogue):
    levied = {"key": "levied", "title": "征收金额", "type": "money", "unit": "元", "minimum": 0}
    collected = levied | {"key": "collected", "title": "税务部门征收金额", "counted": False}
    rows = [["1", "见税务系统"], ["1", "-5"], ["1", "#REF!"], ["1", "2"], ["见系统", "1"]]
    checked = judge([levied, collected], rows)
    assert checked.accepted["_row"].to_list() == [2, 3, 4, 5]
    assert checked.accepted["collected_fen"].to_list() == [None, None, None, 200]
    told = render(checked, catalogue).filter(pl.col("field") == "collected")
    assert told["code"].to_list() == ["not_number", "out_of_range", "excel_error"]
    assert set(told["severity"]) == {"hint"}
    assert all("由税务部门掌握" in message for message in told["message"])
    assert checked.set_aside.to_list() == [6]
