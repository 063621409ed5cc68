"""What a sender is told on the page and in the terminal: the same file again, and what reading did."""

from __future__ import annotations

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.files import PRESALE_HEAD, csv_file, presale_rows

from gongzhi.cli.submit import tell
from gongzhi.intake.models import Submission

SAME = "没有重复收下"


def test_the_page_says_that_the_same_file_came_before(home, cast, client_of, tmp_path):
    content = csv_file(tmp_path / "a.csv", PRESALE_HEAD, presale_rows(2)).read_bytes()
    liaison = client_of("liaison")

    def handed(name):
        file = SimpleUploadedFile(name, content)
        return liaison.post("/submit/9.5", {"file": file, "period": "2026Q3"}, follow=True).content.decode()

    assert SAME not in handed("九月.csv")
    page = handed("九月另存.csv")
    assert SAME in page
    assert "“九月.csv”内容完全相同" in page
    assert Submission.objects.count() == 1


@pytest.fixture
def messy(tmp_path):
    """A workbook with an amount and a name in merged cells, a total, a remark and a day to be read."""
    rows = presale_rows(3, day="2026.8.15")
    rows[1][2] = rows[1][6] = None
    book = openpyxl.Workbook()
    for row in [PRESALE_HEAD, *rows, ["合计", *[None] * 5, 3001], ["以下空白"]]:
        book.active.append(row)
    book.active.merge_cells("C2:C3")
    book.active.merge_cells("G2:G3")
    book.save(tmp_path / "乱.xlsx")
    return tmp_path / "乱.xlsx"


def test_the_terminal_says_what_was_left_out_seen_and_put_right(hand, messy, capsys):
    tell(hand(messy).as_json(1000))
    said = capsys.readouterr().out.replace("\n", "")
    assert SAME not in said
    for words in (
        "合计行 1 行",
        "说明行 1 行",
        "合并单元格 G2:G3 的“1000”已填到各行",
        "日期写法统一 3 处",
        "2026.8.15",
    ):
        assert words in said
    tell(hand(messy).as_json(1000))
    again = capsys.readouterr().out.replace("\n", "")
    assert SAME in again
    assert "合并单元格 G2:G3" in again


def test_an_amount_in_a_merged_cell_is_asked_about_and_quoted(hand, messy):
    answer = hand(messy).as_json(1000)
    found = [one for one in answer["findings"] if one["code"] == "merged_amount"]
    assert [(one["cell"], one["severity"]) for one in found] == [("Sheet!G3", "explain")]
    assert "重复计算" in found[0]["message"]
