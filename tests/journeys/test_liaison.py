"""二(二): a liaison hands a file in, mends what is wrong, keeps the receipt (through the pages)."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from django.test import Client
from tests.files import PRESALE_HEAD, presale_rows, workbook

from gongzhi.audit.queries import of_subject
from gongzhi.catalogue.actions import open_periods
from gongzhi.catalogue.models import Obligation
from gongzhi.intake.models import Batch, Submission

pytestmark = pytest.mark.django_db
Clients = Callable[[str], Client]


def upload(client: Client, path: Path, **fields: str) -> Submission:
    """Hand a file in for 9.5, third quarter, and return the submission that the page leads to."""
    with path.open("rb") as file:
        answer = client.post("/submit/9.5", {"file": file, "period": "2026Q3", **fields})
    assert answer.status_code == 302, answer.content.decode()
    return Submission.objects.get(pk=answer.headers["Location"].rsplit("/", 1)[1])


@pytest.fixture
def messy(tmp_path: Path) -> Path:
    """Title, header in row 2, four good rows, one with a wrong check digit, one without a date, a total."""
    rows = presale_rows(6)
    rows[4][1] = str(rows[4][1])[:-1] + ("0" if str(rows[4][1])[-1] != "0" else "1")
    rows[5][7] = "2026年13月1日"
    title = ["商品房预售信息（三季度）"]
    total = ["合计", None, None, None, None, None, 6_015, None]
    return workbook(tmp_path / "预售.xlsx", [title, PRESALE_HEAD, *rows, total])


def test_the_page_names_every_fault_and_takes_the_good_rows(client_of: Clients, messy: Path) -> None:
    client = client_of("liaison")
    submission = upload(client, messy)
    page = client.get(f"/submissions/{submission.pk}").content.decode()

    assert (submission.rows, submission.accepted, submission.set_aside) == (6, 4, 2)
    assert "数据!B7" in page
    assert "数据!H8" in page
    assert "校验码" in page
    assert "合计行 1 行" in page
    answer = client.post(f"/submissions/{submission.pk}/commit")
    receipt = client.get(answer.headers["Location"]).content.decode()
    batch = Batch.objects.get()
    assert batch.rows == 4
    assert batch.number == "9.5-2026Q3-01"
    assert batch.content in receipt
    assert "待补正 2 行" in receipt


def test_bad_rows_come_back_alone_and_add_to_the_batch(
    client_of: Clients, messy: Path, tmp_path: Path
) -> None:
    client = client_of("liaison")
    submission = upload(client, messy)
    client.post(f"/submissions/{submission.pk}/commit")
    first = Batch.objects.get()

    content = client.get(f"/submissions/{submission.pk}/bad-rows").content
    book = openpyxl.load_workbook(io.BytesIO(content))
    page = book[book.sheetnames[0]]
    heads = [cell.value for cell in page[1]]
    good = presale_rows(6)
    for line in (2, 3):
        number = int(page.cell(line, 1).value) - 3  # the row in the sender's file
        page.cell(line, heads.index(PRESALE_HEAD[1]) + 1).value = good[number][1]
        page.cell(line, heads.index(PRESALE_HEAD[7]) + 1).value = good[number][7]
    mended = tmp_path / "补正.xlsx"
    book.save(mended)
    again = upload(client, mended)
    client.post(f"/submissions/{again.pk}/commit")

    again.refresh_from_db()
    assert again.adds == first
    assert sorted(Batch.objects.values_list("rows", flat=True)) == [2, 4]


def test_the_marked_up_workbook_is_the_senders_own(client_of: Clients, messy: Path) -> None:
    client = client_of("liaison")
    submission = upload(client, messy)
    content = client.get(f"/submissions/{submission.pk}/marked-up").content
    page = openpyxl.load_workbook(io.BytesIO(content))["数据"]

    assert page["A1"].value == "商品房预售信息（三季度）"
    assert page["B7"].comment is not None
    assert page["B3"].comment is None


def test_the_same_file_twice_is_one_submission(client_of: Clients, messy: Path) -> None:
    client = client_of("liaison")
    assert upload(client, messy).pk == upload(client, messy).pk


def test_an_accepted_file_meets_the_obligation(client_of: Clients, messy: Path) -> None:
    open_periods(since=dt.date(2026, 1, 1), until=dt.date(2026, 12, 31))
    owed = Obligation.objects.filter(unit="construction_transport", resource="9.5", period="2026Q3")
    client = client_of("liaison")
    submission = upload(client, messy)
    assert owed.get().received_at is None
    client.post(f"/submissions/{submission.pk}/commit")
    assert owed.get().received_at == submission.received_at


def test_everything_leaves_its_trail(client_of: Clients, messy: Path) -> None:
    client = client_of("liaison")
    submission = upload(client, messy)
    client.post(f"/submissions/{submission.pk}/commit")
    verbs = [event.verb for event in of_subject("submission", submission.pk)]
    assert verbs == ["submission.received", "submission.checked", "batch.committed"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("空.xlsx", b"", "空"),
        ("坏.xlsx", b"PK\x03\x04 not a workbook at all", "未入库"),
        ("别的.csv", "姓名,电话\n甲,1".encode(), "商品房预售信息"),
    ],
)
def test_bad_input_gets_a_clear_answer(
    client_of: Clients, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    client = client_of("liaison")
    path = tmp_path / name
    path.write_bytes(content)
    with path.open("rb") as file:
        answer = client.post("/submit/9.5", {"file": file, "period": "2026Q3"}, follow=True)
    assert answer.status_code == 200
    assert said in re.sub(r"\s", "", answer.content.decode())
    assert not Batch.objects.exists()


def test_another_units_submission_is_not_there(client_of: Clients, messy: Path) -> None:
    submission = upload(client_of("liaison"), messy)
    peer = client_of("peer")
    for page in ("", "/findings", "/marked-up", "/bad-rows"):
        assert peer.get(f"/submissions/{submission.pk}{page}").status_code == 404
    assert peer.post(f"/submissions/{submission.pk}/commit").status_code == 404
    assert client_of("office").get(f"/submissions/{submission.pk}").status_code == 200
