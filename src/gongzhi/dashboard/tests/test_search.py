"""The search across the house: each kind by what people know of it; out of sight is like not there."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from tests.cast import NAMES
from tests.files import credit_code
from tests.house.access_table import expected, may_open

from gongzhi.dashboard.queries import kinds_of
from gongzhi.gate import sight_of
from gongzhi.intake.models import Batch, Receipt, Slot, Submission
from gongzhi.organisation.queries import unit_name
from gongzhi.registry.models import Taxpayer
from gongzhi.risk.models import Hit, Run
from gongzhi.work.actions import give
from gongzhi.work.actions.giving import PlaceOfWork

pytestmark = pytest.mark.django_db
CODE = credit_code(1)


@pytest.fixture
def facts(cast):
    """One thing of each kind, of which 建设交通局 has a batch, a file and a work item."""
    unit, now = cast["liaison"].unit, timezone.now()
    file = Submission.objects.create(
        unit=unit, resource="9.5", period="2026Q3", received_at=now, channel="page", state="committed",
        file_name="三季度预售（终稿）.xlsx", file_size=1, file_digest="0" * 64, original="x",
        definitions="0" * 64,
    )  # fmt: skip
    slot = Slot.objects.create(unit=unit, resource="9.5", period="2026Q3")
    batch = Batch.objects.create(
        slot=slot, version=1, submission=file, kind="first", content="0" * 64, rows=12,
        definitions="0" * 64, committed_at=now,
    )  # fmt: skip
    Receipt.objects.create(number=f"20261001-9.5-2026Q3-01-{batch.pk.hex[-6:]}", batch=batch, issued_at=now,
                           digest="0" * 64)  # fmt: skip
    firm = Taxpayer.objects.create(
        code=CODE, name="绍兴拾光示例置业有限公司", plain_name="绍兴拾光示例置业有限公司", origin="bureau",
        source_batch=batch.pk, source_part=0, source_row=2, updated_at=now,
    )  # fmt: skip
    run = Run.objects.create(
        as_of=now.date(), snapshot="0" * 64, definitions="0" * 64, engine="duckdb", started_at=now
    )
    hit = Hit.objects.create(
        rule="R17", subject=str(firm.pk), subject_name=firm.name, taxpayer=firm, left_unit="fen",
        right_unit="fen", formula="", proof="0" * 64, definitions="0" * 64, first_run=run, last_run=run,
        found_at=now, changed_at=now,
    )  # fmt: skip
    [item] = give(kind="errand", title="核对拾光预售面积", note="", places=[PlaceOfWork(unit=unit)],
                  by=cast["office"])  # fmt: skip
    return {"file": file, "batch": batch, "firm": firm, "hit": hit, "item": item}


def found(client, text, **more):
    """Group → the addresses that the search names."""
    answer = client.get("/search", {"q": text, **more})
    assert answer.status_code == 200
    return {group.title: [one.href for one in group.rows] for group in answer.context["groups"]}


def test_the_office_finds_each_kind_by_what_people_know_of_it(client_of, facts):
    office, batch, file = client_of("office"), facts["batch"], facts["file"]
    assert found(office, CODE.lower())["纳税人"] == [f"/taxpayers/{facts['firm'].pk}"]
    assert found(office, CODE)["疑点"] == [f"/hits/{facts['hit'].pk}"]
    assert set(found(office, "拾光")) == {"纳税人", "疑点", "工作事项"}
    for text in ("R17", "r17", str(facts["hit"].pk)):
        assert found(office, text)["疑点"] == [f"/hits/{facts['hit'].pk}"], text
    for text in ("9.5-2026Q3-01", "９.５-2026q3-01", "9.5-2026Q3", batch.receipt.number):
        assert found(office, text) == {
            "入库批次": [f"/batches/{batch.pk}"], "报送记录": [f"/submissions/{file.pk}"]
        }, text  # fmt: skip
    assert found(office, "9.5-2026Q3-02") == {}
    assert found(office, "预售（终稿）")["报送记录"] == [f"/submissions/{file.pk}"]
    assert found(office, str(facts["item"].pk)) == {"工作事项": [f"/work/{facts['item'].pk}"]}
    assert found(office, "9.5")["数据资源"] == ["/definitions/resources/9.5"]
    assert found(office, "建设交通局")["单位"] == ["/units/construction_transport/picture"]


def test_every_answer_opens_for_who_gets_it(client_of, facts):
    for name in ("office", "officer", "liaison", "head", "leader", "street"):
        client = client_of(name)
        for text in ("拾光", "预售", "局", "9.5", "R17"):
            for title, addresses in found(client, text).items():
                for address in addresses:
                    assert client.get(address).status_code == 200, (name, title, address)


def test_a_liaison_finds_what_is_hers(client_of, facts):
    liaison = client_of("liaison")
    answer = liaison.get("/search", {"q": "预售"})
    groups = {group.title: group.rows for group in answer.context["groups"]}
    assert set(groups) == {"工作事项", "入库批次", "报送记录", "数据资源"}
    assert groups["数据资源"][0].act == ("去报送", "/submit/9.5")
    assert 'href="/submit/9.5"' in answer.content.decode()
    assert list(found(liaison, unit_name("construction_transport"))) == ["单位"]


def body(answer):
    """The page without what she typed and what every page has of its own: its token and the minute."""
    text = answer.content.decode()
    return re.sub(r'value="[^"]*"|"X-CSRFToken": "\w+"|\d\d:\d\d', "", text)


@pytest.mark.parametrize(
    "text", ["拾光", CODE, "预售（终稿）", "9.5-2026Q3-01", "R17", "核对拾光预售", "receipt", "item", "hit"]
)
def test_out_of_sight_is_like_not_there(client_of, facts, text):
    """Byte for byte the page of something that nobody has, but for the words that she typed."""
    text = {
        "receipt": facts["batch"].receipt.number, "item": str(facts["item"].pk), "hit": str(facts["hit"].pk)
    }.get(text, text)  # fmt: skip
    for name in ("peer", "grid", "gridpeer", "street", "leader"):
        client = client_of(name)
        seen, none = (body(client.get("/search", {"q": words})) for words in (text, "没有人有的东西"))
        assert seen == none, name


def test_a_unit_out_of_sight_is_not_found(client_of, facts):
    assert "单位" not in found(client_of("peer"), "建设交通局")
    assert "单位" in found(client_of("leader"), "建设交通局")


def test_few_of_each_kind_then_the_whole_list(client_of, facts):
    office = client_of("office")
    for number in range(7):
        Submission.objects.create(
            unit="construction_transport", resource="9.5", period="2026Q3", received_at=timezone.now(),
            channel="page", file_name=f"拾光{number}.xlsx", file_size=1, file_digest="0" * 64, original="x",
            definitions="0" * 64, state="checked",
        )  # fmt: skip
    groups = {one.title: one for one in office.get("/search", {"q": "拾光"}).context["groups"]}
    assert len(groups["报送记录"].rows) == 5
    assert office.get(groups["报送记录"].more).context["page"].total == 7
    assert groups["纳税人"].more == ""
    groups = {one.title: one for one in office.get("/search", {"q": "局"}).context["groups"]}
    assert len(groups["单位"].rows) == 5
    whole = office.get(groups["单位"].more).context["groups"]
    assert [one.title for one in whole] == ["单位"]
    assert len(whole[0].rows) > 5
    assert whole[0].more == ""
    hits = office.get("/hits", {"q": "拾光", "state": "all"}).context["page"]
    assert hits.total == 1
    assert office.get("/hits", {"q": "别的", "state": "all"}).context["page"].total == 0


def test_a_resource_is_found_by_the_name_of_a_column(client_of):
    rows = client_of("liaison").get("/search", {"q": "预售许可证号"}).context["groups"][0].rows
    assert ("9.5", "有“预售证编号”一列") in {(one.name.split()[0], one.about[2]) for one in rows}


@pytest.mark.parametrize("text", ["", " ", "\x00", "%", "_", "'", "9.5-99999999999999999999", "局" * 200])
def test_whatever_is_typed_is_answered(client_of, facts, text):
    answer = client_of("office").get("/search", {"q": text, "only": text})
    assert answer.status_code == 200
    assert facts["firm"].name not in answer.content.decode()


def test_who_may_search_has_the_box_and_who_may_not_has_none(client_of, cast):
    for name in NAMES:
        shown = 'action="/search"' in client_of(name).get("/").content.decode()
        assert shown == may_open(expected()["/search"], name), name
        assert shown == bool(kinds_of(sight_of(cast[name]))), name
