"""二(二): the office makes a new template in the browser, and a unit hands a file in for it, with no code."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone
from tests.files import credit_code

from gongzhi.catalogue.actions import open_periods
from gongzhi.catalogue.models import Obligation
from gongzhi.editions.models import Edition
from gongzhi.intake.models import Batch, Submission

pytestmark = pytest.mark.django_db
Clients = Callable[[str], Client]
NUMBER = "9.99"


@pytest.fixture
def second(client_of: Clients) -> Client:
    """A second person of the office, signed in."""
    return client_of("office2")


def post(client: Client, address: str, **data: object) -> str:
    answer = client.post(address, data, follow=True)
    assert answer.status_code in {200, 422}, (address, answer.status_code)
    return answer.content.decode()


def last_month() -> dt.date:
    return (timezone.localdate().replace(day=1) - dt.timedelta(days=1)).replace(day=1)


def made(office: Client) -> Edition:
    """The draft of a resource with three columns, through the forms."""
    about = {
        "title": "装配式建筑构件进场信息", "providers": "建设交通局", "frequency": "月后15日内",
        "clause": "附件2第9项", "document": "越政办发〔2021〕45号", "since": last_month().isoformat(),
    }  # fmt: skip
    page = post(office, "/editions/new", number="装配", **about)
    assert "请写成 9.11" in page
    assert "装配式建筑构件进场信息" in page
    page = post(office, "/editions/new", number=NUMBER, **about)
    draft = Edition.objects.get(state="draft")
    assert "还没有列" in page
    columns = f"/editions/{draft.pk}/columns/new"
    post(office, columns, title="供应企业名称", key="supplier", type="name", required="on")
    post(
        office,
        columns,
        title="供应企业统一社会信用代码",
        key="supplier_code",
        type="credit_code",
        required="on",
    )
    post(office, columns, title="合同金额", type="money", unit="万元", minimum="0", aliases="合同价\n金额")
    page = post(
        office, f"/editions/{draft.pk}/binding", party="供应企业", code="supplier_code", name="supplier",
        key=["supplier_code"],
    )  # fmt: skip
    assert "全部定义连同引用已经核对" in page
    return draft


def filled(template: bytes, rows: list[tuple[object, ...]]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(template))
    page = book.worksheets[0]
    for at, row in enumerate(rows, start=3):
        for column, value in enumerate(row, start=1):
            page.cell(at, column).value = value
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_a_resource_made_in_the_browser_takes_a_file(
    client_of: Clients, second: Client, tmp_path: Path
) -> None:
    office, liaison = client_of("office"), client_of("liaison")
    draft = made(office)
    since = last_month().isoformat()
    page = post(office, f"/editions/{draft.pk}/submit", since=since, reason="", document="")
    assert "请填写这一项" in page
    page = post(office, f"/editions/{draft.pk}/submit", since=since, reason="办公室例会定", document="")
    assert "等另一个人批准" in page
    assert "自己起草的不能自己批准" in page
    assert "须由另一个人批准" in post(office, f"/editions/{draft.pk}/approve")
    assert liaison.get(f"/submit/{NUMBER}").status_code == 404
    assert liaison.get(f"/editions/{draft.pk}").status_code == 404
    assert "为第 1 版" in post(second, f"/editions/{draft.pk}/approve")

    assert "装配式建筑构件进场信息" in liaison.get("/submit").content.decode()
    assert "供应企业统一社会信用代码" in liaison.get(f"/definitions/resources/{NUMBER}").content.decode()
    open_periods(since=last_month(), until=timezone.localdate())
    period = f"{last_month():%Y-%m}"
    owed = Obligation.objects.get(resource=NUMBER, period=period)
    assert owed.unit == "construction_transport"
    template = liaison.get(f"/submit/{NUMBER}/template")
    assert template.status_code == 200
    path = tmp_path / "填好的模板.xlsx"
    path.write_bytes(
        filled(template.content, [("示例一公司", credit_code(1), 12.5), ("示例二公司", credit_code(2), 8)])
    )
    with path.open("rb") as file:
        answer = liaison.post(f"/submit/{NUMBER}", {"file": file, "period": period})
    assert answer.status_code == 302, answer.content.decode()
    submission = Submission.objects.get(pk=answer.headers["Location"].rsplit("/", 1)[1])
    assert (submission.rows, submission.accepted) == (2, 2), submission.by_code
    post(liaison, f"/submissions/{submission.pk}/commit")
    batch = Batch.objects.get()
    assert (batch.slot.resource, batch.rows) == (NUMBER, 2)
    owed.refresh_from_db()
    assert owed.received_at == submission.received_at
