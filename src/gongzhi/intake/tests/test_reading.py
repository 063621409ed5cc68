"""What a file's reading says on the page: tables that were not read, kinds of notices that are many."""

from tests.files import PRESALE_HEAD, csv_file, presale_rows, workbook

OTHER = ["建设单位名称", "房屋座落地址", "预售建筑面积", "联系情况"]


def texts(handed, code):
    return [one["text"] for one in handed.submission.notices if one["code"] == code]


def test_two_tables_on_one_sheet_are_read_each_under_its_heading(hand, tmp_path):
    turned = [row[::-1] for row in presale_rows(2, start=5)]
    rows = [PRESALE_HEAD, *presale_rows(3), [], ["二、补报"], PRESALE_HEAD[::-1], *turned]
    handed = hand(workbook(tmp_path / "a.xlsx", rows))
    assert (handed.outcome, handed.as_json(5)["accepted"]) == ("accepted", 5)
    parts = handed.batch.parts.order_by("part").values_list("sheet", "header_row")
    assert list(parts) == [("数据", 1), ("数据", 7)]


def test_a_table_below_that_does_not_fit_is_named_with_its_row(hand, tmp_path):
    rows = [PRESALE_HEAD, *presale_rows(3), [], OTHER, ["绍兴示例甲有限公司", "越城区示例路1号", 9, "已联系"]]
    handed = hand(workbook(tmp_path / "a.xlsx", rows))
    assert handed.as_json(5)["rows"] == 3
    (text,) = texts(handed, "table_not_read")
    assert "第 6 行起的表" in text
    assert "没有读取" in text


def test_more_notices_than_are_listed_are_counted(hand, tmp_path):
    rows = [[*row, "多"] for row in presale_rows(1_200)]
    handed = hand(csv_file(tmp_path / "a.csv", PRESALE_HEAD, rows))
    assert handed.as_json(5)["accepted"] == 1_200
    assert texts(handed, "more_of_these") == ["“列名之外有内容”共有 1200 处，没有一一列出。"]


def test_days_that_a_csv_holds_as_the_spreadsheets_numbers_are_read_and_told(hand, tmp_path):
    """46249 is 15 August 2026; a number that can be no day of our time is a finding at its cell."""
    rows = presale_rows(3)
    day = PRESALE_HEAD.index("发证日期")
    for row, number in zip(rows, ("46249", "46249.0", "12345"), strict=True):
        row[day] = number
    handed = hand(csv_file(tmp_path / "a.csv", PRESALE_HEAD, rows)).as_json(20)
    told = [one for one in handed["repaired"] if one["code"] == "date_serial"]
    assert [(one["from"], one["to"]) for one in told] == [("46249", "2026-08-15"), ("46249.0", "2026-08-15")]
    (found,) = [one for one in handed["findings"] if one["value"] == "12345"]
    assert (found["code"], found["severity"], handed["accepted"]) == ("not_date", "block", 2)
