"""联络员备案: filed by the unit, taken on file by the office, confirmed each half-year, never overwritten."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from django.utils import timezone

from gongzhi.audit.models import Event
from gongzhi.gate import sight_of
from gongzhi.organisation import actions, queries
from gongzhi.organisation.actions import Refused
from gongzhi.organisation.models import Filing

pytestmark = pytest.mark.django_db
UNIT = "construction_transport"
POSTS = {
    "head": "示例甲", "deputy": "示例乙", "section": "办公室", "liaison": "示例丙", "liaison_post": "科员",
    "telephone": "0575-00000000",
}  # fmt: skip


@pytest.fixture
def submitted(cast):
    def made(**changed):
        return actions.submit_filing(unit=UNIT, posts=POSTS | changed, by=cast["liaison"])

    return made


def test_a_new_one_replaces_when_it_is_filed_and_not_before(submitted, cast):
    first = actions.decide_filing(filing=submitted(), accept=True, reason="", by=cast["office"])
    assert first.number.startswith("LL-")
    second = submitted(liaison="示例丁")
    third = submitted(liaison="示例戊")
    states = {one.pk: one.state for one in Filing.objects.all()}
    assert states == {first.pk: "filed", second.pk: "replaced", third.pk: "submitted"}
    actions.decide_filing(filing=third, accept=True, reason="", by=cast["office"])
    states = {one.pk: one.state for one in Filing.objects.all()}
    assert states == {first.pk: "replaced", second.pk: "replaced", third.pk: "filed"}
    assert Filing.objects.get(pk=first.pk).posts == POSTS
    with pytest.raises(Refused, match="办新的那一份"):
        actions.decide_filing(filing=second, accept=True, reason="", by=cast["office"])
    with pytest.raises(Refused, match="已备案"):
        actions.decide_filing(filing=third, accept=False, reason="晚了", by=cast["office"])


def test_returned_with_a_reason(submitted, cast):
    filing = submitted()
    with pytest.raises(Refused, match="退回的理由"):
        actions.decide_filing(filing=filing, accept=False, reason=" ", by=cast["office"])
    with pytest.raises(Refused, match="300 字，现在是 301 字"):
        actions.decide_filing(filing=filing, accept=False, reason="缺" * 301, by=cast["office"])
    actions.decide_filing(filing=filing, accept=False, reason="缺科室", by=cast["office"])
    assert Filing.objects.get().state == "returned"
    with pytest.raises(Refused, match="还没有备案过"):
        actions.confirm_filing(unit=UNIT, by=cast["liaison"])


def test_confirmed_counts_for_its_half_year(submitted, cast):
    filing = actions.decide_filing(filing=submitted(), accept=True, reason="", by=cast["office"])
    today = timezone.localdate()
    next_half = queries.half_year(today)[0] + dt.timedelta(200)
    assert queries.confirmed(filing, today)
    assert not queries.confirmed(filing, next_half)
    filing.confirmed_at = timezone.now() + dt.timedelta(200)
    assert queries.confirmed(filing, next_half)
    assert queries.half_year(dt.date(2026, 6, 30)) == (dt.date(2026, 1, 1), "2026年上半年")
    assert queries.half_year(dt.date(2026, 7, 1)) == (dt.date(2026, 7, 1), "2026年下半年")


def test_names_lie_sealed_and_every_look_leaves_an_event(submitted, cast):
    filing = submitted()
    assert "示例丙".encode() not in bytes(Filing.objects.get().sealed)
    assert actions.open_posts(filing=filing, by=cast["office"]) == POSTS
    event = Event.objects.get(verb="filing.opened")
    assert (event.actor, event.duty) == (str(cast["office"].pk), "confirm_liaisons")
    assert "示例" not in str(Event.objects.values_list("detail", flat=True))


def test_who_sees_it(submitted, cast):
    submitted()
    seeing = {name for name, one in cast.items() if queries.filings_visible_to(sight_of(one)).exists()}
    assert seeing == {"liaison", "head", "office", "office2"}


def test_the_office_finds_every_filing_and_who_has_not_confirmed(submitted, cast, client_of):
    office = client_of("office")
    first = actions.decide_filing(filing=submitted(), accept=True, reason="", by=cast["office"])
    second = submitted()
    third = submitted()
    actions.decide_filing(filing=third, accept=True, reason="", by=cast["office"])
    peers = actions.submit_filing(unit="natural_resources", posts=POSTS, by=cast["peer"])
    actions.decide_filing(filing=peers, accept=False, reason="缺科室", by=cast["office"])
    rows = {one.pk: one for one in queries.with_replaced(Filing.objects.all())}
    third.refresh_from_db()
    assert rows[first.pk].replaced_at == third.decided_at
    assert rows[second.pk].replaced_at == third.submitted_at
    assert rows[third.pk].replaced_at is None

    def shown(query):
        answer = office.get(f"/liaisons/history?{query}")
        return {one.pk for one in answer.context["page"].items}

    assert shown("") == set(rows)
    assert shown("state=replaced") == {first.pk, second.pk}
    now = queries.half_years(Filing.objects.all())[0].code
    assert shown(f"unit=natural_resources&half={now}") == {peers.pk}
    Filing.objects.filter(pk=first.pk).update(submitted_at=timezone.now() - dt.timedelta(400))
    before = queries.half_years(Filing.objects.all())[-1].code
    assert shown(f"half={before}") == {first.pk}
    assert "缺科室" in office.get("/liaisons/history").content.decode()
    export = office.get("/liaisons/history?state=replaced&export=xlsx")
    assert export.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(export.getvalue()))
    cells = [str(cell.value) for row in book.active.iter_rows() for cell in row]
    assert cells.count("已被替换") >= 2
    assert client_of("liaison").get("/liaisons/history").status_code == 404
    units = {one.unit.key for one in office.get("/liaisons?state=unconfirmed").context["rows"]}
    assert "natural_resources" in units
    assert UNIT not in units


def test_the_pages(client_of, cast):
    liaison, office, peer = client_of("liaison"), client_of("office"), client_of("peer")
    answer = liaison.post("/liaisons/mine", POSTS | {"telephone": "没有", "section": ""})
    assert answer.status_code == 422
    assert "电话看不懂" in answer.content.decode()
    assert "请填写负责科室" in answer.content.decode()
    assert "示例丙" in answer.content.decode()
    assert "等领导小组办公室备案" in liaison.post("/liaisons/mine", POSTS, follow=True).content.decode()
    filing = Filing.objects.get()
    assert f"/liaisons/{filing.pk}" in office.get("/liaisons").content.decode()
    assert peer.get(f"/liaisons/{filing.pk}").status_code == 404
    assert liaison.post(f"/liaisons/{filing.pk}/decide", {"verdict": "file"}).status_code == 404
    page = office.post(f"/liaisons/{filing.pk}/decide", {"verdict": "return"}, follow=True).content.decode()
    assert "请写明退回的理由" in page
    page = office.post(f"/liaisons/{filing.pk}/decide", {"verdict": "file"}, follow=True).content.decode()
    assert "已备案，回执编号 LL-" in page
    page = liaison.get("/liaisons/mine").content.decode()
    assert "已确认" in page
    assert "示例丙" in page
    Filing.objects.update(decided_at=timezone.now() - dt.timedelta(200))
    assert "没有变化，确认" in liaison.get("/liaisons/mine").content.decode()
    assert "已确认本半年" in liaison.post("/liaisons/confirm", follow=True).content.decode()


def test_what_waits_or_was_returned_is_shown_and_is_changed_from_there(client_of, cast):
    liaison, office = client_of("liaison"), client_of("office")
    assert "待备案" not in liaison.get("/liaisons/mine").content.decode()
    liaison.post("/liaisons/mine", POSTS)
    page = liaison.get("/liaisons/mine").content.decode()
    assert "正等领导小组办公室备案" in page
    assert 'value="示例丙"' in page
    at = f"/liaisons/{Filing.objects.get().pk}/decide"
    office.post(at, {"verdict": "return", "reason": "电话打不通"})
    page = liaison.get("/liaisons/mine").content.decode()
    assert "被领导小组办公室退回：电话打不通" in page
    assert 'value="示例丙"' in page
    liaison.post("/liaisons/mine", POSTS | {"telephone": "0575-00000001"})
    filing = Filing.objects.get(state="submitted")
    office.post(f"/liaisons/{filing.pk}/decide", {"verdict": "file"})
    before = Event.objects.filter(verb="filing.opened").count()
    page = liaison.get("/liaisons/mine").content.decode()
    assert Event.objects.filter(verb="filing.opened").count() == before + 1
    assert "有变化的重新填写" in page
    assert "退回" not in page.split("<h2>经过</h2>")[0]
