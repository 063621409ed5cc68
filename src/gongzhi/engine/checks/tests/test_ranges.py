"""A start and an end in one cell: split and told, half and reversed ones found."""

import datetime as dt

import pytest

from gongzhi.engine.checks.ranges import pairs, read_stretch
from gongzhi.engine.definitions import Sheet

FIELDS = [
    {"key": "name", "title": "名称", "type": "name"},
    {"key": "start", "title": "有效期起", "type": "date", "item": "有效期限", "aliases": ["有效期限起"]},
    {"key": "end", "title": "有效期止", "type": "date", "item": "有效期限", "aliases": ["有效期至"]},
]
CHECKS = [{"kind": "order", "earlier": "start", "later": "end"}]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-01-01至2031-12-31", "2026-01-01", "2031-12-31"),
        ("自2026年1月1日起至2031年12月31日止", "2026-01-01", "2031-12-31"),
        ("2026.01.01-2031.12.31", "2026-01-01", "2031-12-31"),
        ("2026/1/1 - 2031/12/31", "2026-01-01", "2031-12-31"),
        ("2026-01-01-2031-12-31", "2026-01-01", "2031-12-31"),
        ("20260101-20311231", "2026-01-01", "2031-12-31"),
        ("２０２６-01-01～2031-12-31", "2026-01-01", "2031-12-31"),
        ("2026.1-2026.3", "2026-01-01", "2026-03-31"),
        ("2024年1月—2月", "2024-01-01", "2024-02-29"),
        ("2026年1-3月", "2026-01-01", "2026-03-31"),
        ("2026年1月5日至3月8日", "2026-01-05", "2026-03-08"),
        ("2026-01 到 2026-06", "2026-01-01", "2026-06-30"),
        ("2019-05-01至长期", "2019-05-01", None),
    ],
)
def test_what_a_text_says(text, start, end):
    said = read_stretch(text)
    assert (said.start, said.end, said.fault) == (start, end, None)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("2026-01-01至", "half"),
        ("至2031-12-31", "half"),
        ("2026年1月1日起", "half"),
        ("2031-12-31至2026-01-01", "reversed"),
        ("2026年3月-1月", "reversed"),
        ("2026-02-30至2026-03-01", None),
        ("2026-01-01", None),
        ("至尊公司", None),
        ("2026-01-01 00:00:00", None),
    ],
)
def test_what_is_no_stretch(text, fault):
    said = read_stretch(text)
    assert (said.start, said.fault) == (None, fault)


def dated(checked):
    return checked.accepted.select("start", "end").rows()


@pytest.mark.parametrize("heading", ["有效期起止", "有效期", "有效期限", "有效期限起止日期"])
def test_a_column_headed_by_the_stretch(judge, heading):
    rows = [["甲", "2026-01-01至2031-12-31"], ["乙", None], ["丙", "2026-01-01"], ["丁", "坏"],
            ["戊", "2027.1-2026.1"], ["己", "2020-01-01至长期"]]  # fmt: skip
    checked = judge(FIELDS, rows, headings=["名称", heading], checks=CHECKS, period=None)
    assert dated(checked) == [
        (dt.date(2026, 1, 1), dt.date(2031, 12, 31)),
        (None, None),
        (dt.date(2020, 1, 1), None),
    ]
    assert checked.findings.select("row", "column", "field", "code").rows() == [
        (4, 1, "start", "range_half"),
        (5, 1, "start", "not_date"),
        (6, 1, "start", "range_reversed"),
    ]
    split = checked.repaired.filter(checked.repaired["code"] == "range_split")
    assert split.select("row", "column", "before", "after").rows()[0] == (
        2, 1, "2026-01-01至2031-12-31", "2026-01-01 至 2031-12-31",
    )  # fmt: skip
    heads = checked.repaired.filter(checked.repaired["code"] == "heading")
    assert heads["after"].to_list() == ["有效期起、有效期止"]


@pytest.mark.parametrize("heading", ["有效期起", "有效期至"])
def test_a_stretch_in_the_column_of_one_end_alone(judge, heading):
    rows = [["甲", "2026-01-01至2031-12-31"], ["乙", "2026-05-05"]]
    checked = judge(FIELDS, rows, headings=["名称", heading], checks=CHECKS, period=None)
    day = dt.date(2026, 5, 5)
    own = (day, None) if heading == "有效期起" else (None, day)
    assert dated(checked) == [(dt.date(2026, 1, 1), dt.date(2031, 12, 31)), own]


def test_a_stretch_beside_an_empty_end_is_split_and_beside_another_day_found(judge):
    rows = [
        ["甲", "2026-01-01至2031-12-31", None],
        ["乙", "2026-01-01至2031-12-31", "2026-01-01至2031-12-31"],
        ["丙", "2026-01-01至2031-12-31", "2030-01-01"],
        ["丁", "2026-01-01", "长期"],
    ]
    checked = judge(FIELDS, rows, checks=CHECKS, period=None)
    whole = (dt.date(2026, 1, 1), dt.date(2031, 12, 31))
    assert dated(checked) == [whole, whole, (dt.date(2026, 1, 1), None)]
    assert checked.findings.select("row", "code").rows() == [(4, "not_date")]
    assert set(checked.repaired["code"]) == {"range_split", "open_ended"}


def test_plain_days_are_left_alone(judge):
    checked = judge(FIELDS, [["甲", "2026-01-01", "2027-01-01"]], checks=CHECKS, period=None)
    assert checked.repaired.height == checked.findings.height == 0


def test_which_fields_belong_together():
    sheet = Sheet(code="t", title="表", fields=[
        {"key": "a", "title": "聘用开始日期", "type": "date"},
        {"key": "b", "title": "聘用结束日期", "type": "date"},
        {"key": "c", "title": "开工日期", "type": "date"}, {"key": "d", "title": "竣工日期", "type": "date"},
        {"key": "e", "title": "租期起", "type": "date"}, {"key": "f", "title": "租期止", "type": "date"},
    ])  # fmt: skip
    assert [(pair.start, pair.end) for pair in pairs(sheet)] == [("a", "b"), ("e", "f")]
    assert {"聘用起止日期"} <= pairs(sheet)[0].headings
    assert {"租期", "租期起止"} <= pairs(sheet)[1].headings
