"""二(二): the office looks through what came in, returns it, and the unit mends it (through the pages)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from tests.files import PRESALE_HEAD, csv_file, presale_rows

from gongzhi.intake.models import Batch, Submission
from gongzhi.organisation.models import Grant, Person

pytestmark = pytest.mark.django_db
Clients = Callable[[str], Client]


def upload(client: Client, path: Path, **fields: str) -> Submission:
    with path.open("rb") as file:
        answer = client.post("/submit/9.5", {"file": file, "period": "2026Q3", **fields})
    assert answer.status_code == 302, answer.content.decode()
    return Submission.objects.get(pk=answer.headers["Location"].rsplit("/", 1)[1])


def post(client: Client, address: str, **data: object) -> str:
    answer = client.post(address, data, follow=True)
    assert answer.status_code in {200, 422}, (address, answer.status_code)
    return answer.content.decode()


def test_a_batch_is_returned_with_remarks_and_corrected(client_of: Clients, tmp_path: Path) -> None:
    liaison, office = client_of("liaison"), client_of("office")
    first = upload(liaison, csv_file(tmp_path / "首批.csv", PRESALE_HEAD, presale_rows(3)))
    post(liaison, f"/submissions/{first.pk}/commit")
    batch = Batch.objects.get()
    assert batch.number in office.get("/reviews").content.decode()
    assert "看不懂" in post(office, f"/batches/{batch.pk}/return", reason="", remarks="十二行不对")
    assert "请写明退回的理由" in post(office, f"/batches/{batch.pk}/return", reason="", remarks="")
    page = post(
        office,
        f"/batches/{batch.pk}/return",
        reason="请核对",
        remarks="3，预售建筑面积，与规划许可不符\n4，缺附件",
    )
    assert "已退回" in page
    page = liaison.get(f"/batches/{batch.pk}").content.decode()
    assert "第 3 行 预售建筑面积</a>：与规划许可不符" in page
    assert "第 4 行</a>：缺附件" in page
    rows = presale_rows(3)
    rows[1][6] = 777
    again = upload(liaison, csv_file(tmp_path / "更正.csv", PRESALE_HEAD, rows), relation="replaces")
    post(liaison, f"/submissions/{again.pk}/commit")
    new = Batch.objects.get(replaced_by=None)
    page = liaison.get(f"/batches/{new.pk}/difference").content.decode()
    assert "1,001" in page
    assert "777" in page
    assert "已接受" in post(office, f"/batches/{new.pk}/accept")
    assert batch.number not in office.get("/reviews").content.decode()
    for name in ("liaison", "officer", "leader"):
        assert client_of(name).post(f"/batches/{new.pk}/accept").status_code in {403, 404}
    assert client_of("peer").get(f"/batches/{new.pk}/difference").status_code == 404


def test_two_persons_of_a_unit(client_of: Clients, cast: dict[str, Person], tmp_path: Path) -> None:
    other = Person.objects.create(
        username="liaison2", name="联络员丙", unit="construction_transport", is_active=True,
        password_changed_at=timezone.now(), must_change_password=False,
    )  # fmt: skip
    Grant.objects.create(
        person=other, role="liaison", unit=other.unit, valid_from=timezone.now(), granted_by=cast["security"],
        granted_at=timezone.now(),
    )  # fmt: skip
    cast["liaison2"] = other
    client = client_of("liaison2")
    liaison = client_of("liaison")
    assert "已改为两人报送" in post(liaison, "/two-persons", wish="two")
    one = upload(liaison, csv_file(tmp_path / "首批.csv", PRESALE_HEAD, presale_rows(3)))
    assert "提交复核 3 行" in liaison.get(f"/submissions/{one.pk}").content.decode()
    post(liaison, f"/submissions/{one.pk}/propose")
    assert "复核并入库" not in liaison.get(f"/submissions/{one.pk}").content.decode()
    assert "另一个人" in post(liaison, f"/submissions/{one.pk}/commit")
    assert "复核并入库 3 行" in client.get(f"/submissions/{one.pk}").content.decode()
    assert "已退回经办人" in post(client, f"/submissions/{one.pk}/send-back", reason="缺八月")
    assert "缺八月" in liaison.get(f"/submissions/{one.pk}").content.decode()
    post(liaison, f"/submissions/{one.pk}/propose")
    post(client, f"/submissions/{one.pk}/commit")
    assert Batch.objects.get().committed_by == other


def test_a_reason_is_asked_and_remembered(client_of: Clients, tmp_path: Path) -> None:
    liaison = client_of("liaison")
    one = upload(liaison, csv_file(tmp_path / "补录.csv", PRESALE_HEAD, presale_rows(3, day="2025-01-05")))
    page = liaison.get(f"/submissions/{one.pk}").content.decode()
    assert "待说明" in page
    said = {"code": "out_of_period", "field": "issued_on", "until": timezone.localdate().isoformat()}
    assert "请写明原因" in post(liaison, f"/submissions/{one.pk}/explain", **said)
    assert "2026-12-31 这样的日期" in post(
        liaison, f"/submissions/{one.pk}/explain", **(said | {"until": "x"})
    )
    field = page.split('name="field" value="')[1].split('"')[0]
    page = post(liaison, f"/submissions/{one.pk}/explain", **(said | {"field": field, "reason": "历史补录"}))
    assert "历史补录" in page
    assert "已说明" in page
