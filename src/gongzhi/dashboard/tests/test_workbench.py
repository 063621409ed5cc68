"""The workbench: what one owes, what waits for one's word, figures that open to their rows."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from tests.cast import NAMES

from gongzhi.catalogue.models import Obligation
from gongzhi.intake.models import Submission

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting():
    """A checked file of 建设交通局, and one obligation that is ten days late."""
    today = timezone.localdate()
    Obligation.objects.create(
        unit="construction_transport", resource="9.5", period="2026Q3", definitions="0" * 64,
        period_end=today - dt.timedelta(days=20), opens=today - dt.timedelta(days=110),
        due=today - dt.timedelta(days=10),
    )  # fmt: skip
    return Submission.objects.create(
        unit="construction_transport", resource="9.5", period="2026Q3", state="checked",
        received_at=timezone.now(), channel="page", file_name="预售.xlsx", file_size=1,
        file_digest="0" * 64, original="none", definitions="0" * 64, rows=6, accepted=4, set_aside=2,
    )  # fmt: skip


def test_what_is_owed_and_what_waits(client_of, waiting):
    page = client_of("liaison").get("/").content.decode()
    assert "逾期10天" in page
    assert "2026年三季度" in page
    assert f'href="/submissions/{waiting.pk}"' in page
    assert "可入库 4 行，待补正 2 行" in page
    peer = client_of("peer").get("/").content.decode()
    assert "预售.xlsx" not in peer
    assert "逾期10天" not in peer


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_opens(client_of, waiting, name):
    client = client_of(name)
    answer = client.get("/")
    assert answer.status_code == 200
    for fact in answer.context["facts"]:
        assert client.get(fact["href"]).status_code == 200, fact["label"]
