"""The stock of a register (存量), and a period that is long overdue, are handed in where the page leads."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from tests.files import PRESALE_HEAD, csv_file, presale_rows

from gongzhi.catalogue.actions import open_periods
from gongzhi.catalogue.models import Obligation
from gongzhi.intake.models import Submission

UNIT = "construction_transport"


@pytest.fixture
def laid(db):
    """Laid down with the clock of the machine."""
    today = timezone.localdate()
    open_periods(since=today.replace(year=today.year - 3), until=today)


def chosen(page):
    """The period that the page offers as the one to hand in."""
    return re.search(r'<option value="([^"]+)" selected>', page)[1]


def test_a_stock_is_handed_in_from_its_own_page(home, laid, client_of, tmp_path):
    stock, liaison = Obligation.objects.get(unit=UNIT, resource="9.5", of_stock=True), client_of("liaison")
    at = f"/submit/9.5?period={stock.period}"
    assert at in liaison.get("/calendar?resource=9.5&state=all").content.decode()
    page = liaison.get(at).content.decode()
    assert chosen(page) == stock.period
    assert f"{stock.period_label}</option>" in page
    assert chosen(liaison.get("/submit/9.5").content.decode()) != stock.period
    content = csv_file(tmp_path / "a.csv", PRESALE_HEAD, presale_rows(2, day="2009-08-15")).read_bytes()
    sent = {"file": SimpleUploadedFile("存量.csv", content), "period": stock.period}
    answer = liaison.post("/submit/9.5", sent, follow=True)
    assert answer.status_code == 200
    assert "无法" not in answer.content.decode()
    liaison.post(answer.redirect_chain[-1][0] + "/commit", {})
    stock.refresh_from_db()
    assert stock.received_at is not None


def test_a_period_that_is_long_overdue_is_offered_where_the_address_names_it(laid, client_of):
    old = Obligation.objects.filter(unit=UNIT, resource="9.5", of_stock=False).earliest("opens")
    liaison = client_of("liaison")
    assert f'value="{old.period}"' not in liaison.get("/submit/9.5").content.decode()
    assert chosen(liaison.get(f"/submit/9.5?period={old.period}").content.decode()) == old.period


@pytest.mark.parametrize("period", ["2009Q1", "上个季度", "x" * 400, "a\0b"])
def test_what_is_no_period_of_the_unit_s_is_not_offered(laid, client_of, period):
    liaison = client_of("liaison")
    assert liaison.get("/submit/9.5", {"period": period}).status_code == 200
    sent = {"file": SimpleUploadedFile("a.csv", b"a,b\n1,2\n"), "period": period}
    page = liaison.post("/submit/9.5", sent).content.decode()
    assert 'class="error' in page, page
    assert not Submission.objects.exists()
