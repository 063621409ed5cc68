"""Pages of hits: the list, one hit that explains itself to the cell, its exclusion, the taxpayer's own."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from django.utils import timezone
from tests.files import taken

from gongzhi.audit.models import Event
from gongzhi.editions import actions as editions
from gongzhi.editions.queries import Piece
from gongzhi.organisation.models import uuid7
from gongzhi.risk import queries
from gongzhi.risk.models import Hit, Step
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
    assert f"/suggestions/new?page=/hits/{hit.pk}&amp;at=%E7%96%91%E7%82%B9&amp;rule=R17" in page
    assert "成交金额（元）" in page
    [amount] = [cell for cell in queries.evidence_of(hit) if cell.title == "成交金额"]
    assert amount.text == f"{float(amount.value):,.2f}"
    assert f">{amount.text}</a>" in page


def test_a_rule_that_estimates_no_tax_shows_none_and_a_period_reads_as_it_is_written(hit, client_of):
    Hit.objects.update(tax_yuan=0, period="2025")
    officer = client_of("officer")
    page = officer.get(f"/hits/{hit.pk}").content.decode()
    assert "不估算" in page
    assert "所属期 2025年" in page
    for address in (f"/hits/{hit.pk}", "/hits", "/", f"/taxpayers/{hit.taxpayer_id}/hits"):
        assert ">0.00" not in officer.get(address).content.decode()
    Hit.objects.update(period="2026-01-18")
    assert "所属期 2026-01-18" in officer.get(f"/hits/{hit.pk}").content.decode()
    Hit.objects.update(period="未知")
    assert "所属期 未知" in officer.get(f"/hits/{hit.pk}").content.decode()


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


@pytest.fixture
def three(hit):
    """The found hit and two more like it."""
    made = [hit]
    for number in (1, 2):
        one = Hit.objects.get(pk=hit.pk)
        one.pk, one.object, one.tax_yuan = uuid7(), f"另{number}", 1000 * number
        one.save(force_insert=True)
        made.append(one)
    return made


def chosen(hits, **more):
    return {"chosen": [str(one.pk) for one in hits], "back": "/hits?rule=R17"} | more


def test_several_hits_are_excluded_with_one_reason(three, client_of):
    officer = client_of("officer")
    listed = officer.get("/hits?rule=R17").content.decode()
    assert listed.count('name="chosen"') == 3
    asked = officer.get("/hits/exclude", chosen(three[:2])).content.decode()
    assert asked.count('name="chosen"') == 2
    assert officer.post("/hits/exclude", chosen(three[:2], reason="")).status_code == 422
    answer = officer.post("/hits/exclude", chosen(three[:2], reason="同一宗地已合并申报"))
    assert answer.status_code == 302
    assert answer.url == "/hits?rule=R17"
    states = [Hit.objects.get(pk=one.pk).state for one in three]
    assert states == [State.EXCLUDED, State.EXCLUDED, State.OPEN]
    assert Event.objects.filter(verb="hit.excluded").count() == 2
    steps = Step.objects.filter(verb="exclude", note="同一宗地已合并申报")
    assert {step.hit_id for step in steps} == {three[0].pk, three[1].pk}


def test_what_is_closed_meanwhile_stays_as_it_is(three, client_of):
    officer = client_of("officer")
    officer.post(f"/hits/{three[0].pk}/exclude", {"reason": "先办的"})
    page = officer.post("/hits/exclude", chosen(three[:2], reason="后办的"), follow=True).content.decode()
    assert "已排除 1 条" in page
    assert "另有 1 条已经处理过" in page
    assert Hit.objects.get(pk=three[0].pk).exclusion == "先办的"
    again = officer.post("/hits/exclude", chosen(three[:2], reason="又一次"))
    assert "没有选中待核的疑点" in again.content.decode()


@pytest.mark.parametrize("words", ["", "chosen=x", "chosen=00000000-0000-7000-8000-000000000001"])
def test_nothing_chosen_says_so(words, hit, client_of):
    page = client_of("officer").get(f"/hits/exclude?{words}").content.decode()
    assert "没有选中待核的疑点" in page
    assert client_of("liaison").get(f"/hits/exclude?chosen={hit.pk}").status_code == 404


def test_evidence_stands_row_by_row(hit, client_of):
    cells = queries.evidence_of(hit)
    tables = queries.exhibits(cells)
    assert sum(len([cell for cell in line.cells if cell]) for one in tables for line in one.lines) == len(
        cells
    )
    for table in tables:
        assert all(len(line.cells) == len(table.heads) for line in table.lines)
        rows = {(line.first.batch.pk, line.first.part, line.first.row) for line in table.lines}
        assert len(rows) == len(table.lines)
    page = client_of("officer").get(f"/hits/{hit.pk}").content.decode()
    assert page.count('class="table-frame"') >= len(tables)


def test_the_way_back_survives_an_exclusion(hit, client_of):
    back = "/hits?rule=R17#r-1"
    answer = client_of("officer").post(
        f"/hits/{hit.pk}/exclude", {"reason": "已核对", "back": back}, follow=True
    )
    assert 'href="/hits?rule=R17#r-1"' in answer.content.decode()


def test_the_evidence_leaves_cell_by_cell(hit, client_of):
    assert "export=xlsx" in client_of("officer").get(f"/hits/{hit.pk}").content.decode()
    cells = taken(client_of("officer").get(f"/hits/{hit.pk}?export=xlsx"))
    assert "疑点的证据" in cells
    [amount] = [cell for cell in queries.evidence_of(hit) if cell.title == "成交金额"]
    for said in (amount.text, amount.cell, amount.file, amount.batch.number, "成交金额（元）"):
        assert said in cells, said
    assert any(f"{hit.subject_name} R17" in cell for cell in cells[:4])
    assert client_of("liaison").get(f"/hits/{hit.pk}?export=xlsx").status_code == 404


def test_a_hit_of_a_retired_rule_says_that_it_is_compared_no_more(hit, client_of, cast):
    officer, today = client_of("officer"), timezone.localdate()
    assert "停用" not in officer.get(f"/hits/{hit.pk}").content.decode()
    draft = editions.draft_retirement(piece=Piece("rule", hit.rule), by=cast["office"])
    editions.submit(edition=draft, since=today, reason="由另一条接替", by=cast["office"])
    editions.approve(edition=draft, by=cast["office2"])
    page = officer.get(f"/hits/{hit.pk}").content.decode()
    assert f"这条规则从 {today} 起停用（由另一条接替）" in page
    assert "仍要核查或排除" in page
    listed = officer.get("/hits").content.decode()
    assert f'<option value="{hit.rule}">{hit.rule} ' in listed
    assert "（已停用）</option>" in listed
