"""Decisions about mentions: seen by whoever decides, undone with a reason, also for what joined nobody."""

from __future__ import annotations

import pytest
from tests.files import PRESALE_HEAD, credit_code, csv_file, presale_rows

from gongzhi.audit.models import Event
from gongzhi.registry import queries
from gongzhi.registry.actions import decide, decide_outside, decide_unlinked, link_batches, link_new, undo
from gongzhi.registry.actions.decision import Refused
from gongzhi.registry.models import Decision, Doubt, Linking, Taxpayer

from .test_joins import developer, register, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def doubt(tmp_path):
    """Three names near one registered one; one row of one batch is in doubt, another name joins nobody."""
    register(
        tmp_path,
        [developer(0, 纳税人名称="绍兴恒昌置业有限公司", 生产经营地址="越城区北路9号"), developer(3)],
    )
    rows = presale_rows(2)
    rows[0][1:3] = [None, "绍兴恒晶置业有限公司"]
    rows[1][1:3] = [None, "杭州远方（集团）开发有限公司"]
    submit(csv_file(tmp_path / "预售.csv", PRESALE_HEAD, rows), "9.5", "2026Q3", "建设交通局")
    link_batches(by=None)
    return Doubt.objects.get(open=True)


def presale():
    found = Linking.objects.get(batch__slot__resource="9.5")
    return found.linked, found.doubtful, found.unlinked


def hengchang():
    return Taxpayer.objects.get(name__contains="恒昌")


def test_a_decision_is_linked_without_waiting_for_the_next_file(doubt, cast):
    assert presale() == (0, 1, 1)
    decide(doubt=doubt, taxpayer=hengchang(), by=cast["officer"], note="门牌核过")
    assert link_new() == 1
    assert presale() == (1, 0, 1)
    assert link_new() == 0


def test_undoing_reopens_the_doubt_and_the_rows_are_linked_again(doubt, cast, tmp_path):
    (decision,) = decide(doubt=doubt, taxpayer=hengchang(), by=cast["officer"])
    rows = presale_rows(1, start=5)
    rows[0][1:3] = [None, "绍兴恒晶置业有限公司"]
    submit(csv_file(tmp_path / "四季度.csv", PRESALE_HEAD, rows), "9.5", "2026Q4", "建设交通局")
    link_new()
    assert Linking.objects.get(batch__slot__period="2026Q4").linked == 1
    with pytest.raises(Refused, match="理由"):
        undo(decision=decision, reason=" ", by=cast["officer"])
    with pytest.raises(Refused, match="300 字，现在是 301 字"):
        undo(decision=decision, reason="门" * 301, by=cast["officer"])
    undo(decision=decision, reason="门牌是另一户的", by=cast["officer"])
    assert link_new() == 2  # also the later file, which the doubt never named
    assert Linking.objects.filter(linked=0, doubtful=1).count() == 2
    again = Doubt.objects.get(open=True)
    assert (again.pk, again.mentions) == (doubt.pk, 2)
    decision.refresh_from_db()
    assert (decision.ended_by, decision.end_reason) == (cast["officer"], "门牌是另一户的")
    assert Event.objects.get(verb="link.undone").subject == str(decision.pk)
    with pytest.raises(Refused, match="不再有效"):
        undo(decision=decision, reason="再来", by=cast["officer"])
    decide(doubt=again, taxpayer=None, by=cast["officer"])


def test_who_was_second_is_told_and_the_first_word_stands(doubt, cast):
    """Both had the page open; the first one's decision was replaced by the second one's without a word."""
    late = Doubt.objects.get(pk=doubt.pk)
    decide(doubt=doubt, taxpayer=Taxpayer.objects.get(pk=doubt.candidates[0]["entity"]), by=cast["officer"])
    with pytest.raises(Refused, match="已经认定过"):
        decide(doubt=late, taxpayer=None, by=cast["office"])
    assert Decision.objects.get(ended_at=None).verdict == "same"


def test_none_of_them_is_undone_as_a_whole(doubt, cast):
    made = decide(doubt=doubt, taxpayer=None, by=cast["officer"])
    link_new()
    assert presale() == (0, 0, 2)
    assert undo(decision=made[0], reason="再看看", by=cast["officer"]) == made
    link_new()
    assert presale() == (0, 1, 1)


def test_the_pages_of_decisions(doubt, cast, client_of):
    officer = client_of("officer")
    officer.post(f"/links/{doubt.pk}", {"taxpayer": str(hengchang().pk), "note": "门牌核过"})
    decision = Decision.objects.get()
    address = f"/links/decisions/{decision.pk}"
    assert officer.get(f"/links/{doubt.pk}").url == address
    listed = officer.get("/links/decisions").content.decode()
    for said in ("恒晶", "绍兴恒昌置业有限公司", "门牌核过", cast["officer"].name, "就是这一户", address):
        assert said in listed, said
    for query, there in (("q=恒晶", 1), ("q=恒昌", 1), ("q=没有", 0), ("state=ended", 0), ("state=x", 1)):
        assert officer.get(f"/links/decisions?{query}").context["page"].total == there, query
    assert b"".join(officer.get("/links/decisions?export=xlsx").streaming_content)
    assert officer.post(address, {"reason": ""}).status_code == 422
    answer = officer.post(address, {"reason": "门牌是另一户的"}, follow=True)
    assert "已撤销" in answer.content.decode()
    assert Doubt.objects.get(pk=doubt.pk).open
    ended = officer.get(address).content.decode()
    assert "门牌是另一户的" in ended
    assert "撤销这次认定" not in ended
    assert officer.post(address, {"reason": "又一次"}).status_code == 422
    assert officer.get("/links/decisions?state=ended").context["page"].total == 1
    assert client_of("liaison").get(address).status_code == 404


def nobody():
    return "杭州远方（集团）开发有限公司"


def test_what_joined_nobody_is_joined_by_hand_and_undone(doubt, cast, client_of):
    officer, firm = client_of("officer"), Taxpayer.objects.get(code=credit_code(3))
    listed = officer.get("/links/unlinked").content.decode()
    assert "/links/unlinked/decide?" in listed
    given = {"name": nobody(), "code": "", "q": firm.name[2:6]}
    page = officer.get("/links/unlinked/decide", given).content.decode()
    assert firm.name in page
    assert officer.post("/links/unlinked/decide", given | {"taxpayer": str(firm.pk)}).status_code == 422
    strange = given | {"taxpayer": str(hengchang().pk), "note": "x"}
    assert officer.post("/links/unlinked/decide", strange).status_code == 422
    answer = officer.post("/links/unlinked/decide", given | {"taxpayer": str(firm.pk), "note": "电话核实"})
    assert answer.url == "/links/unlinked"
    link_new()
    assert presale() == (1, 1, 0)
    undo(decision=Decision.objects.get(), reason="弄错了", by=cast["officer"])
    link_new()
    assert presale() == (0, 1, 1)


def test_what_is_outside_the_district_is_asked_for_no_more(doubt, cast, client_of):
    decision = decide_unlinked(name=nobody(), code="", taxpayer=None, by=cast["officer"], note="杭州企业")
    assert queries.unlinked_mention(nobody(), "") is None
    with pytest.raises(Refused, match="已经认定过"):
        decide_unlinked(name=nobody(), code="", taxpayer=None, by=cast["officer"], note="杭州企业")
    with pytest.raises(Refused, match="理由"):
        decide_unlinked(name="别的", code="", taxpayer=None, by=cast["officer"], note=" ")
    link_new()
    assert presale() == (0, 1, 1)
    officer = client_of("officer")
    assert officer.get("/links/unlinked/decide", {"name": nobody()}).status_code == 404
    assert "不属于本区" in officer.get(f"/links/decisions/{decision.pk}").content.decode()
    undo(decision=decision, reason="其实在本区", by=cast["officer"])
    assert queries.unlinked_mention(nobody(), "") is not None


def test_several_that_are_outside_the_district_are_decided_with_one_reason(doubt, cast, client_of, tmp_path):
    rows = presale_rows(2, start=5)
    rows[0][1:3] = [None, "苏州“远方”& 建筑有限公司"]
    rows[1][1:3] = [credit_code(77), "杭州远方（集团）开发有限公司"]  # the name above, here with a code
    submit(csv_file(tmp_path / "四季度.csv", PRESALE_HEAD, rows), "9.5", "2026Q4", "建设交通局")
    link_new()
    officer = client_of("officer")
    names = [line["name"] for line in officer.get("/links/unlinked").context["page"].lines]
    assert len(names) == 3
    address = "/links/unlinked/outside"
    asked = officer.get(address, {"chosen": [*names, "x", "12"]})
    assert [one["name"] for one, _ in asked.context["rows"]].count(nobody()) == 2
    assert officer.post(address, {"chosen": names, "note": " "}).status_code == 422
    assert not Decision.objects.exists()
    decide_unlinked(name=nobody(), code="", taxpayer=None, by=cast["officer"], note="杭州企业")
    answer = officer.post(address, {"chosen": names, "note": "外地企业"}, follow=True)
    assert "已把 2 个名称记为不属于本区。另有 1 个已经认定过。" in answer.content.decode()
    assert officer.get("/links/unlinked").context["page"].total == 0
    assert sorted(Decision.objects.values_list("note", flat=True)) == ["外地企业", "外地企业", "杭州企业"]
    assert Event.objects.filter(verb="link.decided").count() == 3
    with pytest.raises(Refused, match="都已认定"):
        decide_outside(mentions=[(nobody(), "")], by=cast["officer"], note="又一次")
    assert "没有选中" in officer.post(address, {"chosen": names, "note": "又一次"}).content.decode()


def test_a_name_is_found_however_it_is_typed(tmp_path, client_of):
    rows = [
        developer(0, 纳税人名称="泓弦（绍兴市越城区）建筑有限公司", 曾用名="绍兴旧名（集团）有限公司"),
        developer(1),
    ]
    register(tmp_path, rows)
    everyone, code = Taxpayer.objects.all(), credit_code(0)
    for text in (
        "泓弦（绍兴市越城区）建筑", "泓弦(绍兴市越城区)建筑", "泓弦 （绍兴市 越城区） 建筑",
        "泓弦绍兴市越城区建筑", "泓弦　（绍兴", "旧名(集团)", "旧名 集团",
    ):  # fmt: skip
        found = queries.search(everyone, text).get()
        assert found.code == code, text
        assert found.matched_former == ("绍兴旧名（集团）有限公司" if "旧名" in text else ""), text
    assert queries.search(everyone, "绍兴").count() == 2
    assert not queries.search(everyone, "（）").exists()
    officer = client_of("officer")
    for address in ("/taxpayers?q=旧名 集团", "/search?q=旧名 集团"):
        page = officer.get(address).content.decode()
        assert "曾用名" in page, address
        assert "绍兴旧名（集团）有限公司" in page, address
    assert b"".join(officer.get("/taxpayers?q=泓弦(绍兴市越城区)&export=xlsx").streaming_content)


def test_a_renamed_taxpayer_is_found_by_both_names(tmp_path):
    register(tmp_path, [developer(0)])
    register(
        tmp_path, [developer(0, 纳税人名称="绍兴新名（置业）有限公司", 更新日期="2026-09-01")], "2026-09"
    )
    everyone = Taxpayer.objects.all()
    assert queries.search(everyone, "新名置业").get().matched_former == ""
    assert queries.search(everyone, "示例 0号").get().matched_former == "绍兴示例0号置业有限公司"
