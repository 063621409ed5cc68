"""A workbook with a sheet for each table of a resource: all are taken, however narrow; others are not."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from gongzhi.engine.tables import read

WIDE = ["单位名称", "统一社会信用代码", "项目名称", "补偿金额", "协议编号", "支付日期", "备查说明"]
NARROW = ["地块名称", "户数", "发放总额"]
HEADINGS = {*WIDE, *NARROW}


def workbook(path: Path, narrow: list[str]) -> Path:
    book = openpyxl.Workbook()
    for name, heads in (("单位", WIDE), ("住户汇总", narrow)):
        page = book.create_sheet(name)
        page.append(heads)
        for number in range(1, 4):
            page.append([f"{head}{number}" for head in heads])
    book.remove(book.worksheets[0])
    book.save(path)
    return path


@pytest.mark.parametrize("more", [[], ["序号"], ["序号", "填表科室"]])
def test_a_narrow_table_beside_a_wide_one_is_taken(tmp_path, more):
    reading = read(workbook(tmp_path / "two.xlsx", NARROW + more), headings=HEADINGS)
    assert [(table.sheet, table.data.height) for table in reading.tables] == [("单位", 3), ("住户汇总", 3)]


def test_a_sheet_of_other_things_is_named_and_left(tmp_path):
    other = ["科室", "经办人", "进度", "地块名称"]
    reading = read(workbook(tmp_path / "other.xlsx", other), headings=HEADINGS)
    assert [table.sheet for table in reading.tables] == ["单位"]
    assert ("other_sheet", "住户汇总") in {(notice.code, notice.before) for notice in reading.notices}
