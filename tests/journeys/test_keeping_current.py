"""二(二): a unit says what a template or a rule of the work lacks; the office changes it, and it counts."""

from __future__ import annotations

import datetime as dt
import html
import io
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone
from tests.files import PRESALE_HEAD, csv_file, presale_rows

from gongzhi.catalogue.actions import open_periods
from gongzhi.catalogue.models import Obligation
from gongzhi.editions.models import Edition, Suggestion
from gongzhi.editions.queries import in_force
from gongzhi.intake.models import Batch, Submission

pytestmark = pytest.mark.django_db
Clients = Callable[[str], Client]


def this_quarter() -> tuple[str, dt.date]:
    """The quarter that runs: its code, and its first day."""
    today = timezone.localdate()
    quarter = (today.month + 2) // 3
    return f"{today.year}Q{quarter}", dt.date(today.year, quarter * 3 - 2, 1)


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def suggested(liaison: Client) -> Suggestion:
    """From the page of the template, in the unit's own words."""
    assert "/suggestions/new?page=/submit/9.5" in page(liaison, "/submit/9.5")
    liaison.post("/suggestions/new?page=/submit/9.5&at=商品房预售信息", {"text": "请加一列“监管账户开户行”"})
    return Suggestion.objects.get()


def published(office: Client, second: Client, since: dt.date) -> Edition:
    """The office adds the column; another person of it approves."""
    office.post("/editions/draft", {"kind": "resource", "code": in_force().resources["9.5"].code})
    draft = Edition.objects.get(state="draft")
    column = {"title": "监管账户开户行", "type": "text", "max_length": "60"}
    assert office.post(f"/editions/{draft.pk}/columns/new", column).status_code == 302
    said = {"since": since.isoformat(), "reason": "建设交通局建议", "document": ""}
    answer = office.post(f"/editions/{draft.pk}/submit", said)
    assert answer.status_code == 302, answer.content.decode()
    assert second.post(f"/editions/{draft.pk}/approve").status_code == 302
    draft.refresh_from_db()
    return draft


def handed_in(liaison: Client, path: Path, period: str) -> Submission:
    with path.open("rb") as file:
        answer = liaison.post("/submit/9.5", {"file": file, "period": period})
    assert answer.status_code == 302, answer.content.decode()
    return Submission.objects.get(pk=answer.headers["Location"].rsplit("/", 1)[1])


def test_what_a_unit_asks_for_stands_in_the_next_template(client_of: Clients, tmp_path: Path) -> None:
    liaison, office, second = client_of("liaison"), client_of("office"), client_of("office2")
    period, first = this_quarter()
    made = suggested(liaison)
    assert "监管账户开户行" in page(office, "/suggestions")
    edition = published(office, second, first)
    words = {"verdict": "taken", "edition": edition.pk, "text": "已加入模板"}
    answer = {f"s{made.pk}-{key}": value for key, value in words.items()}
    office.post(f"/suggestions/{made.pk}/answer", answer)

    told = page(liaison, "/suggestions")
    assert "已加入模板" in told
    assert f"/editions/{edition.pk}" in told
    assert "监管账户开户行" in page(liaison, f"/editions/{edition.pk}")
    template = liaison.get("/submit/9.5/template").content
    head = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(template)).worksheets[0][1]]
    assert any("监管账户开户行" in str(title) for title in head)

    open_periods(since=first, until=timezone.localdate())
    rows = [[*row, "示例银行越城支行"] for row in presale_rows(2, day=first.isoformat())]
    one = handed_in(liaison, csv_file(tmp_path / "预售.csv", (*PRESALE_HEAD, "监管账户开户行"), rows), period)
    assert (one.rows, one.accepted) == (2, 2)
    assert "unknown_column" not in one.by_code
    liaison.post(f"/submissions/{one.pk}/commit")
    batch = Batch.objects.get()
    assert "示例银行越城支行" in page(liaison, f"/batches/{batch.pk}/rows/0/2")
    owed = Obligation.objects.get(unit=batch.slot.unit, resource="9.5", period=period)
    places = (f"/batches/{batch.pk}", f"/batches/{batch.pk}/rows/0/2", f"/submissions/{one.pk}")
    for place in (*places, f"/obligations/{owed.pk}"):  # a suggestion there is one about the resource
        link = re.search(r'href="(/suggestions/new[^"]*)"', page(liaison, place))
        assert link, place
        assert "商品房预售信息" in page(liaison, html.unescape(link[1])), place


def test_what_a_unit_asks_of_the_rules_of_the_work_is_answered_too(client_of: Clients) -> None:
    liaison, office, second = client_of("liaison"), client_of("office"), client_of("office2")
    liaison.post("/suggestions/new?kind=list&code=reminders/usual", {"text": "请在到期前十天就提醒"})
    made = Suggestion.objects.get()
    office.post("/editions/draft", {"kind": "list", "code": "reminders/usual"})
    draft = Edition.objects.get(state="draft")
    text = next(iter(draft.texts.values()))
    assert "{days: -7, to: assignee}" in text
    office.post(f"/editions/{draft.pk}/texts", {"text_0": text.replace("days: -7", "days: -10")})
    said = {"since": timezone.localdate().isoformat(), "reason": "建设交通局建议", "document": ""}
    assert office.post(f"/editions/{draft.pk}/submit", said).status_code == 302
    assert second.post(f"/editions/{draft.pk}/approve").status_code == 302
    words = {"verdict": "taken", "edition": draft.pk, "text": "改为提前十天"}
    office.post(f"/suggestions/{made.pk}/answer", {f"s{made.pk}-{key}": one for key, one in words.items()})
    assert "改为提前十天" in page(liaison, "/suggestions")
    assert in_force().ladders["usual"].steps[0].days == -10
