"""A liaison's month, clicked through: template, two hundred rows, three faults, mended, receipt."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from tests.files import PRESALE_HEAD, presale_rows

from gongzhi.catalogue.models import Obligation
from gongzhi.intake.models import Batch, Receipt

from .conftest import PHONE

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 200
MOST_CLICKS, MOST_PAGES = 12, 3  # what a month may cost her


class Hand:
    """Clicks like she does, and counts; pages count once each, whatever file or period they show."""

    def __init__(self, page: Any) -> None:
        self.page, self.clicks, self.pages = page, 0, set()
        page.on("framenavigated", lambda frame: self.pages.add(self.kind(frame.url)))
        self.pages.add(self.kind(page.url))

    @staticmethod
    def kind(address: str) -> str:
        return urlsplit(address).path.strip("/").split("/")[0]

    def click(self, what: str) -> None:
        self.clicks += 1
        self.page.click(what)

    def download(self, what: str, to: Path) -> Path:
        with self.page.expect_download() as waiting:
            self.click(what)
        waiting.value.save_as(to)
        return to

    def choose(self, field: str, path: Path) -> None:
        with self.page.expect_file_chooser() as waiting:
            self.click(field)
        waiting.value.set_files(path)


def filled(path: Path, rows: list[list[object]]) -> Path:
    """The template with rows typed under its heading."""
    book = load_workbook(path)
    sheet = next(one for one in book if PRESALE_HEAD[0] in [cell.value for cell in one[heading_of(one)]])
    at = columns_of(sheet)
    first = heading_of(sheet) + 1
    sheet.delete_rows(first, sheet.max_row)  # the worked example
    for number, row in enumerate(rows, first):
        for title, value in zip(PRESALE_HEAD, row, strict=True):
            sheet.cell(number, at[title] + 1, value)
    book.save(path)
    return path


def heading_of(sheet: Any) -> int:
    for row in sheet.iter_rows(max_row=12):
        if PRESALE_HEAD[0] in [cell.value for cell in row]:
            return int(row[0].row)
    return 1


def columns_of(sheet: Any) -> dict[str, int]:
    """Title → place; the template writes the unit behind the title."""
    heading = [str(cell.value or "").split("（")[0] for cell in sheet[heading_of(sheet)]]
    return {title: heading.index(title) for title in PRESALE_HEAD}


@pytest.fixture
def owed(cast: dict[str, Any]) -> Obligation:
    today = timezone.localdate()
    return Obligation.objects.create(
        unit="construction_transport", resource="9.5", period="2026Q3", period_end=dt.date(2026, 9, 30),
        opens=dt.date(2026, 7, 1), due=today + dt.timedelta(3), definitions="0" * 64,
    )  # fmt: skip


@pytest.mark.parametrize("size", [None, PHONE], ids=["desk", "phone"])
def test_a_month_takes_few_clicks_and_pages(open_page, owed, tmp_path, size):
    hand = Hand(open_page("liaison", **({"size": size} if size else {})))
    hand.click("a:has-text('去报送')")
    template = hand.download("text=下载模板", tmp_path / "模板.xlsx")
    rows = presale_rows(ROWS)
    code = str(rows[10][1])
    rows[10][1] = code[:-1] + ("0" if code[-1] != "0" else "1")  # a slip in the check digit
    rows[20][6] = "很多"
    rows[30][7] = "2026年13月1日"
    hand.choose("input[type=file]", filled(template, rows))
    hand.click("button:has-text('上传并检查')")
    hand.page.wait_for_selector("text=3 行稍后补正")
    hand.click("button:has-text('3 行稍后补正')")
    hand.page.wait_for_selector("text=已入库 197 行")
    bad = hand.download("text=下载只含待补正行的表", tmp_path / "待补正.xlsx")
    book = load_workbook(bad)
    sheet = book.active
    head = heading_of(sheet)
    at = columns_of(sheet)
    good = {row[0]: row for row in presale_rows(ROWS)}
    for row in sheet.iter_rows(min_row=head + 1):
        key = row[at[PRESALE_HEAD[0]]].value
        for title, value in zip(PRESALE_HEAD, good[key], strict=True):
            row[at[title]].value = value
    book.save(bad)
    hand.choose("#again", bad)
    hand.click("button:has-text('上传并检查')")
    hand.page.wait_for_selector("text=提交并入库 3 行")
    hand.click("button:has-text('提交并入库 3 行')")
    hand.page.wait_for_selector("text=已入库 3 行")
    receipt = hand.page.inner_text(".notice.good a[href^='/receipts/']")
    assert Receipt.objects.filter(number=receipt).exists()
    assert sorted(Batch.objects.values_list("rows", flat=True)) == [3, 197]
    assert hand.clicks <= MOST_CLICKS
    assert hand.pages <= {"", "submit", "submissions"}
    assert len(hand.pages) <= MOST_PAGES
    owed.refresh_from_db()
    assert owed.received_on
