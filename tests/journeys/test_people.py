"""二(二)、三(二): a unit names its people, is reminded step by step; what it hands in ends the reminding."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from tests.files import PRESALE_HEAD, csv_file, presale_rows

from gongzhi.catalogue.models import Obligation
from gongzhi.catalogue.queries import matters
from gongzhi.intake.models import Submission
from gongzhi.organisation.models import Filing
from gongzhi.work.actions import remind
from gongzhi.work.models import Letter

pytestmark = pytest.mark.django_db
Clients = Callable[[str], Client]
POSTS = {
    "head": "示例甲", "deputy": "示例乙", "section": "办公室", "liaison": "示例丙", "liaison_post": "科员",
    "telephone": "0575-00000000",
}  # fmt: skip


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_the_posts_of_a_unit_are_put_on_file(client_of: Clients) -> None:
    liaison, office = client_of("liaison"), client_of("office")
    liaison.post("/liaisons/mine", POSTS)
    filing = Filing.objects.get()
    assert str(filing.pk) in page(office, "/liaisons")
    office.post(f"/liaisons/{filing.pk}/decide", {"verdict": "file"})
    shown = page(liaison, "/liaisons/mine")
    assert Filing.objects.get().number in shown
    assert all(post in shown for post in POSTS.values())
    assert "商品房预售信息" in page(liaison, "/units/construction_transport/duties")


def test_reminded_up_the_ladder_until_it_is_there(client_of: Clients, tmp_path: Path) -> None:
    today = timezone.localdate()
    due = today - dt.timedelta(7)
    owed = Obligation.objects.create(
        unit="construction_transport", resource="9.5", period="2026Q3", period_end=dt.date(2026, 9, 30),
        opens=dt.date(2026, 7, 1), due=due, definitions="0" * 64,
    )  # fmt: skip
    liaison, head, office = client_of("liaison"), client_of("head"), client_of("office")

    def told(days: int) -> int:
        day = due + dt.timedelta(days)
        return remind(matters=matters(day), on=day, by=None)

    assert [told(days) for days in (-7, -6, -3, -1, 0, 1, 2, 3, 4, 7)] == [1, 0, 1, 1, 0, 1, 0, 1, 0, 1]
    assert f"/obligations/{owed.pk}" in page(liaison, "/messages")
    assert "已逾期 3 天" in page(head, "/messages")
    assert "催报函已拟好" in page(office, "/messages")
    letter = Letter.objects.get()
    office.post(f"/letters/{letter.pk}/decide", {"verdict": "issue"})
    assert "商品房预售信息" in page(liaison, f"/letters/{letter.pk}")

    path = csv_file(tmp_path / "预售.csv", PRESALE_HEAD, presale_rows(3))
    with path.open("rb") as file:
        liaison.post("/submit/9.5", {"file": file, "period": "2026Q3"})
    liaison.post(f"/submissions/{Submission.objects.get().pk}/commit")
    assert matters(due + dt.timedelta(30)) == []
