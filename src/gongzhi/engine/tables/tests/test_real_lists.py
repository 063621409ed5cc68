"""Real public lists, where the data folder is present; the numbers were read off the files by hand."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from gongzhi.engine.tables import Reading, Unreadable, read

DATA = Path(__file__).resolve().parents[6] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"the real lists are not at {DATA}")


def real(path: str) -> Reading:
    return read(DATA / path, headings=[])


# file, format, encoding, heading row, columns, records
LISTS = [
    ("04_gov_lists/A股列表_深交所.xlsx", "xlsx", None, 1, 22, 2_880),
    ("04_gov_lists/交通建设信用_四川_gb18030_证照号混杂.csv", "delimited", "gb18030", 1, 7, 15_048),
    ("04_gov_lists/公路建设市场信用_全国_gb18030_excel坏码.csv", "delimited", "gb18030", 1, 6, 14_640),
    ("04_gov_lists/化妆品生产许可_nmpa_135.json", "json", "utf-8", 1, 13, 135),
    ("04_gov_lists/商品房预售_成都龙泉驿_住建蓉e办.csv", "delimited", "utf-8", 1, 10, 63),
    ("04_gov_lists/商品房预售_成都龙泉驿_住建蓉e办.json", "json", "utf-8", 1, 11, 63),
    ("04_gov_lists/地灾防治项目市场信用_四川_gb18030.csv", "delimited", "gb18030", 1, 4, 407),
    ("04_gov_lists/水利建设市场信用_安徽_含原名_前2of3_gb18030.csv", "delimited", "gb18030", 1, 5, 4_163),
    ("04_gov_lists/纳税信用A级_江西2018_gb18030.csv", "delimited", "gb18030", 1, 5, 4_938),
    ("04_gov_lists/全国高等学校名单_20250620_教育部.xls", "xls", None, 3, 7, 2_919),
    ("03_enterprises/shaoxing_registrations_dev.csv", "delimited", "utf-8", 1, 10, 4_065),
    ("03_enterprises/yuecheng_registrations_dev.csv", "delimited", "utf-8", 1, 10, 637),
    ("03_enterprises/新办企业_苏赣皖_2019.csv", "delimited", "utf-8", 1, 11, 3_484),
    ("03_enterprises/注销企业_2019.csv", "delimited", "utf-8", 1, 11, 45),
]


@pytest.mark.parametrize("expected", LISTS, ids=[e[0] for e in LISTS])
def test_list(expected):
    path, form, encoding, header_row, columns, records = expected
    reading = real(path)
    (table,) = reading.tables
    assert (reading.format, reading.encoding) == (form, encoding)
    assert (table.header_row, len(table.columns), table.data.height) == (header_row, columns, records)


def test_school_list_rows_are_all_accounted_for():
    (table,) = real("04_gov_lists/全国高等学校名单_20250620_教育部.xls").tables
    # 31 provinces head their schools in a merged row; the last school has number 2919.
    assert Counter(s.why for s in table.skipped) == {"group": 31, "header": 1, "title": 1, "note": 1}
    assert sorted([*table.rows, *(s.row for s in table.skipped)]) == list(range(1, 2_954))
    assert table.data.row(0)[:3] == ("1", "北京大学", "4111010001")
    assert table.data["c0"].to_list() == [str(i) for i in range(1, 2_920)]


def test_second_heading_inside_the_transport_list():
    (table,) = real("04_gov_lists/交通建设信用_四川_gb18030_证照号混杂.csv").tables
    assert [s.why for s in table.skipped] == ["header", "repeated_header"]


def test_the_one_row_with_an_extra_comma():
    (table,) = real("04_gov_lists/纳税信用A级_江西2018_gb18030.csv").tables
    assert [n.cell for n in table.notices if n.code == "extra_cell"] == ["E1243"]
    assert table.columns[4].header == ""


def test_ruined_codes_are_left_as_they_are():
    (table,) = real("04_gov_lists/公路建设市场信用_全国_gb18030_excel坏码.csv").tables
    assert table.data["c1"].str.contains("E+17", literal=True).sum() == 4_308


def test_destroyed_text_is_refused():
    with pytest.raises(Unreadable) as refusal:
        real("03_enterprises/registrations_mojibake_raw_lines.txt")
    assert (refusal.value.code, refusal.value.details["lines"]) == ("damaged_text", "82")
