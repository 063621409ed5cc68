"""Pages of hits: the list, one hit that explains itself to the cell, its exclusion, the taxpayer's own."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest

from gongzhi.risk.models import Hit
from gongzhi.risk.states import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def hit(scanned):
    scanned()
    return Hit.objects.get()


def test_the_list_shows_the_expected_tax_and_filters_by_rule_and_state(hit, client_of):
    officer = client_of("officer")
    assert "630,000.00" in officer.get("/hits").content.decode()
    assert "630,000.00" in officer.get("/hits?rule=R17&state=open").content.decode()
    for address in ("/hits?rule=R22", "/hits?state=excluded"):
        page = officer.get(address).content.decode()
        assert "630,000.00" not in page
        assert "没有符合条件的疑点" in page


def test_the_list_leaves_as_a_workbook_of_what_is_shown(hit, client_of):
    answer = client_of("officer").get("/hits?rule=R17&export=xlsx")
    content = b"".join(answer.streaming_content)
    page = openpyxl.load_workbook(io.BytesIO(content)).active
    texts = [str(cell.value) for row in page.iter_rows() for cell in row if cell.value is not None]
    assert any("R17" in text for text in texts[:3])
    assert "630000" in {text.removesuffix(".0") for text in texts}


def test_a_hit_explains_itself(hit, client_of):
    page = client_of("officer").get(f"/hits/{hit.pk}").content.decode()
    for said in ("疑似", "630,000.00", "契税法", "可能的正当原因", "F4", "16.2-2024-01.xlsx", hit.formula):
        assert said in page, said
    assert "违法" not in page


def test_an_evidence_cell_opens_at_its_row(hit, client_of):
    officer = client_of("officer")
    page = officer.get(f"/hits/{hit.pk}").content.decode()
    address = re.search(r'href="(/batches/[^"#]+)', page)[1].replace("&amp;", "&")
    opened = officer.get(address).content.decode()
    assert 'id="row"' in opened
    assert "已定位" in opened


def test_a_hit_is_excluded_with_a_reason_only(hit, client_of):
    officer = client_of("officer")
    refused = officer.post(f"/hits/{hit.pk}/exclude", {"reason": " "})
    assert refused.status_code == 422
    assert "请写明排除的理由" in refused.content.decode()
    hit.refresh_from_db()
    assert hit.state == State.OPEN
    officer.post(f"/hits/{hit.pk}/exclude", {"reason": "属免税用途，已核对批文"})
    hit.refresh_from_db()
    assert (hit.state, hit.exclusion) == (State.EXCLUDED, "属免税用途，已核对批文")
    again = officer.post(f"/hits/{hit.pk}/exclude", {"reason": "再来一次"})
    assert again.status_code == 422


def test_the_taxpayers_page_shows_its_hits(hit, client_of):
    page = client_of("officer").get(f"/taxpayers/{hit.taxpayer_id}/hits").content.decode()
    assert f"/hits/{hit.pk}" in page


def test_nobody_outside_the_bureau_finds_a_hit(hit, client_of):
    for name in ("liaison", "peer", "street", "grid", "leader", "enterprise", "system", "auditor"):
        client = client_of(name)
        for address in ("/hits", f"/hits/{hit.pk}", f"/taxpayers/{hit.taxpayer_id}/hits"):
            assert client.get(address).status_code == 404, (name, address)
        assert client.post(f"/hits/{hit.pk}/exclude", {"reason": "x"}).status_code == 404
