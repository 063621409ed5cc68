"""The workbook of bad rows says all that their table said: its units, and which of several tables it was."""

from __future__ import annotations

import io

import openpyxl
import pytest
from tests.files import PRESALE_HEAD, credit_code, presale_rows

from gongzhi.intake.actions.report import bad_rows, marked_up
from gongzhi.intake.queries import frames

from .test_commit import bad


def workbook(path, *rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def sheet_of(data):
    return openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]


def areas():
    return sorted(float(area) for frame in frames("presale_permits") for area in frame["presale_area_sqm"])


@pytest.mark.parametrize("heading", ["预售建筑面积", "预售建筑面积（约）"])
def test_a_unit_beside_the_table_goes_along_with_the_bad_rows(hand, tmp_path, heading):
    head = [heading if title == "预售建筑面积" else title for title in PRESALE_HEAD]
    good, wrong = ([*row[:6], area, row[7]] for row, area in zip(presale_rows(2), (3, 6), strict=True))
    first = hand(workbook(tmp_path / "报送.xlsx", ["面积单位：亩"], head, good, bad(wrong)))
    assert (first.outcome, areas()) == ("partial", [2000])
    path = tmp_path / "待补正.xlsx"
    path.write_bytes(bad_rows(submission=first.submission, by=None))
    book = openpyxl.load_workbook(path)
    titles = {cell.value: cell.column for cell in book.worksheets[0][1]}
    assert f"{heading}（亩）" in titles
    book.worksheets[0].cell(2, titles["建设单位统一社会信用代码"]).value = credit_code(1)
    book.save(path)
    assert hand(path).outcome == "accepted"
    assert areas() == [2000, 4000]


def test_the_bad_rows_of_the_table_that_has_them_go_back(hand, tmp_path):
    rows = presale_rows(4)
    swapped = [[row[0], row[2], row[1], *row[3:]] for row in (PRESALE_HEAD, *rows[2:])]
    first = hand(workbook(tmp_path / "报送.xlsx", PRESALE_HEAD, rows[0], bad(rows[1]), *swapped))
    assert (first.outcome, first.submission.set_aside) == ("partial", 1)
    page = sheet_of(bad_rows(submission=first.submission, by=None))
    assert [[cell.value for cell in row][2:5] for row in page.iter_rows(min_row=1)] == [
        list(PRESALE_HEAD[:3]),
        [rows[1][0], bad(rows[1])[1], rows[1][2]],
    ]
    assert marked_up(submission=first.submission, by=None)
