"""二(二): the office looks through what came in, returns it, and the unit mends it (through the pages)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from tests.files import PRESALE_HEAD, csv_file, presale_rows

from gongzhi.intake.models import Batch, Review, Submission
from gongzhi.organisation.models import Person

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
    assert "没有选中待审核的批次" in office.get(f"/reviews/together?chosen={new.pk}").content.decode()
    for name in ("liaison", "officer", "leader"):
        assert client_of(name).post(f"/batches/{new.pk}/accept").status_code in {403, 404}
    assert client_of("peer").get(f"/batches/{new.pk}/difference").status_code == 404


def test_two_persons_of_a_unit(client_of: Clients, cast: dict[str, Person], tmp_path: Path) -> None:
    client = client_of("head")
    liaison = client_of("liaison")
    assert "已改为两人报送" in post(liaison, "/two-persons", wish="two")
    one = upload(liaison, csv_file(tmp_path / "首批.csv", PRESALE_HEAD, presale_rows(3)))
    assert "提交复核 3 行" in liaison.get(f"/submissions/{one.pk}").content.decode()
    post(liaison, f"/submissions/{one.pk}/propose")
    assert "复核并入库" not in liaison.get(f"/submissions/{one.pk}").content.decode()
    assert "另一个人" in post(liaison, f"/submissions/{one.pk}/commit")
    assert "等您复核入库" in client.get("/").content.decode()
    assert "等您复核入库" not in liaison.get("/").content.decode()
    assert "复核并入库 3 行" in client.get(f"/submissions/{one.pk}").content.decode()
    assert "已退回经办人" in post(client, f"/submissions/{one.pk}/send-back", reason="缺八月")
    assert "缺八月" in liaison.get(f"/submissions/{one.pk}").content.decode()
    post(liaison, f"/submissions/{one.pk}/propose")
    post(client, f"/submissions/{one.pk}/commit")
    assert Batch.objects.get().committed_by == cast["head"]


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
    early = said | {"field": field, "reason": "历史补录", "until": "2020-01-01"}
    page = post(liaison, f"/submissions/{one.pk}/explain", **early)
    assert "“有效到”不能早于今天" in page
    assert 'value="历史补录"' in page  # nothing that was typed is lost
    assert 'value="2020-01-01"' in page
    page = post(liaison, f"/submissions/{one.pk}/explain", **(said | {"field": field, "reason": "历史补录"}))
    assert "历史补录" in page
    assert "已说明" in page


def test_the_office_decides_several_batches_of_the_list_together(client_of: Clients, tmp_path: Path) -> None:
    liaison, office = client_of("liaison"), client_of("office")
    for quarter, day in ((1, "2026-02-15"), (2, "2026-05-15"), (3, "2026-08-15")):
        rows = presale_rows(3, start=10 * quarter, day=day)
        file = csv_file(tmp_path / f"{quarter}季度.csv", PRESALE_HEAD, rows)
        one = upload(liaison, file, period=f"2026Q{quarter}")
        post(liaison, f"/submissions/{one.pk}/commit")
    first, second, third = Batch.objects.order_by("committed_at")
    page = office.get("/reviews").content.decode()
    assert all(f'value="{batch.pk}"' in page for batch in (first, second, third))
    page = office.get(f"/reviews/together?chosen={first.pk}&chosen={second.pk}").content.decode()
    assert first.number in page
    assert third.number not in page
    both = {"chosen": [str(first.pk), str(second.pk)]}
    assert "请选择接受还是退回" in post(office, "/reviews/together", **both)
    assert "请写明退回的理由" in post(office, "/reviews/together", **both, verdict="return", reason=" ")
    assert not Review.objects.exists()
    assert "已接受 2 批" in post(office, "/reviews/together", **both, verdict="accept")
    said = post(
        office, "/reviews/together", chosen=[str(first.pk), str(third.pk)], verdict="return", reason="缺页"
    )
    assert "已退回 1 批。另有 1 批已经审核过。" in said
    assert [batch.review.verdict for batch in Batch.objects.order_by("committed_at")] == [
        "accepted", "accepted", "returned",
    ]  # fmt: skip
