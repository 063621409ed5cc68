"""二(二): what comes in no file: data provided elsewhere by agreement, and rows from a unit's system."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from tests.calls import Machine, key_of
from tests.files import PRESALE_HEAD, presale_rows

from gongzhi.catalogue.models import Act, Obligation
from gongzhi.catalogue.queries import owed_one
from gongzhi.intake.models import Batch
from gongzhi.organisation.models import Person
from gongzhi.web.home import Home
from gongzhi.worker.pipeline import tick

pytestmark = pytest.mark.django_db
Clients = Callable[[str], Client]


@pytest.fixture
def owed() -> Obligation:
    """A quarter that is over, due in three days."""
    today = timezone.localdate()
    return Obligation.objects.create(
        unit="construction_transport", resource="9.5", period="2026Q3", period_end=today - dt.timedelta(20),
        opens=today - dt.timedelta(110), due=today + dt.timedelta(3), definitions="0" * 64,
    )  # fmt: skip


def state(one: Obligation) -> str:
    one.refresh_from_db()
    return str(owed_one(one, timezone.localdate()).as_json()["state"])


def post(client: Client, address: str, **data: str) -> str:
    answer = client.post(address, data, follow=True)
    assert answer.status_code in {200, 422}, (address, answer.status_code)
    return answer.content.decode()


def test_data_that_is_published_elsewhere_is_agreed_on_and_then_provided_there(
    client_of: Clients, owed: Obligation
) -> None:
    liaison, office = client_of("liaison"), client_of("office")
    assert state(owed) == "待报"
    ask = {"ask-kind": "elsewhere", "ask-reason": "已在省公共数据平台公布"}
    assert "哪里公布" in post(liaison, f"/obligations/{owed.pk}/ask", **ask)
    where = {"ask-place": "省公共数据平台"}
    assert "等领导小组办公室决定" in post(liaison, f"/obligations/{owed.pk}/ask", **ask, **where)
    act = Act.objects.get()
    assert "先申请" in post(liaison, f"/acts/{act.pk}/provided")
    assert "省公共数据平台" in office.get("/acts").content.decode()
    assert "已同意" in post(office, f"/acts/{act.pk}/decide", grant="yes", answer="")
    assert state(owed) == "待报"  # agreed on is not provided
    assert "按约定的方式提供" in post(liaison, f"/acts/{act.pk}/provided")
    assert state(owed) == "按时"


def test_rows_that_a_units_system_pushes_meet_what_it_owes(
    cast: dict[str, Person], owed: Obligation, tmp_path: object, settings: object
) -> None:
    settings.HOME = Home(tmp_path / "home")
    settings.LAKE, settings.ORIGINALS = settings.HOME.folder("lake"), settings.HOME.folder("originals")
    machine = Machine(*key_of(cast))
    places = []
    for row in presale_rows(3):
        content = {"period": "2026Q3", "rows": [dict(zip(PRESALE_HEAD, row, strict=True))]}
        answer = machine.post("/api/v1/resources/9.5/rows", content)
        assert answer.status_code == 202
        places.append(answer.headers["Location"])
    assert machine.post("/api/v1/resources/9.5/rows/seal", {"period": "2026Q3"}).status_code == 202
    tick()
    batch = Batch.objects.get()
    assert batch.rows == 3
    fates = [machine.get(place).json()["rows"][0] for place in places]
    assert [(one["fate"], one["batch"]) for one in fates] == [("accepted", batch.number)] * 3
    assert state(owed) == "按时"
    assert machine.get(f"/api/v1/receipts/{batch.receipt.number}").status_code == 200
