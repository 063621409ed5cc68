"""A total row that does not add up: told in the answer, in the marked-up copy, and explained once."""

import datetime as dt
import io

import openpyxl
import polars as pl
import pytest
from django.utils import timezone
from tests.files import PRESALE_HEAD, presale_rows, workbook

from gongzhi.intake.actions.explaining import explain
from gongzhi.intake.actions.report import marked_up
from gongzhi.intake.queries import findings_of


def total(area):
    return ["合计", *[None] * 5, area, None]


@pytest.fixture
def wrong(hand, tmp_path):
    return hand(workbook(tmp_path / "a.xlsx", [PRESALE_HEAD, *presale_rows(3), total(3000)]))


def test_it_comes_in_and_is_asked_about_at_its_cell(wrong):
    answer = wrong.as_json(10)
    assert (answer["outcome"], answer["rows"], answer["accepted"]) == ("accepted", 3, 3)
    (finding,) = [one for one in answer["findings"] if one["code"] == "control_total"]
    assert (finding["row"], finding["cell"], finding["severity"]) == (5, "数据!G5", "explain")
    assert "3000㎡" in finding["message"]
    assert "3003㎡" in finding["message"]
    assert {"row": 5, "why": "total"} in answer["skipped"]


def test_the_marked_up_copy_has_it_in_its_cell(wrong):
    page = openpyxl.load_workbook(io.BytesIO(marked_up(submission=wrong.submission, by=None)))["数据"]
    assert "3003㎡" in page["G5"].comment.text


def test_a_written_copy_lists_it(hand, tmp_path):
    lines = [",".join(map(str, row)) for row in (PRESALE_HEAD, *presale_rows(3))]
    (tmp_path / "a.csv").write_text("\n".join([*lines, "合计,,,,,,3000,"]), "utf-8")
    handed = hand(tmp_path / "a.csv")
    book = openpyxl.load_workbook(io.BytesIO(marked_up(submission=handed.submission, by=None)))
    listed = [row[0].value for row in book["错误清单"].iter_rows(min_row=2)]
    assert "G5" in listed


def test_an_agreeing_total_is_silent(hand, tmp_path):
    handed = hand(workbook(tmp_path / "a.xlsx", [PRESALE_HEAD, *presale_rows(3), total(3003)]))
    assert "control_total" not in handed.as_json(10)["by_code"]


def test_its_reason_is_given_once(wrong):
    (field,) = findings_of(wrong.submission).filter(pl.col("code") == "control_total")["field"]
    until = timezone.localdate() + dt.timedelta(days=30)
    made = explain(
        submission=wrong.submission,
        code="control_total",
        field=field,
        reason="含未报送的一期",
        until=until,
        by=None,
    )
    assert made.code == "control_total"
