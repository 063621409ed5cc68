"""What waits: a tile for each kind, with the number of the list to which it leads."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from gongzhi.catalogue.models import Act, Ruling
from gongzhi.dashboard.queries.waiting import WAITS
from gongzhi.disclosure.models import Allowance, Export
from gongzhi.editions.models import Edition, Suggestion
from gongzhi.intake import actions
from gongzhi.intake.models import CheckWaiver, Submission, Withdrawal
from gongzhi.organisation.models import Filing
from gongzhi.work.models import Letter

pytestmark = pytest.mark.django_db
UNIT = "construction_transport"
OFFICE = {
    "待审核": 3, "待决定的申请": 1, "待决定的撤回": 1, "待定的暂免检查": 1, "待同意的免报和核实": 1,
    "待签发的催报函": 1, "待备案的联络员": 1, "待答复的建议": 1, "待批准的修改": 1,
}  # fmt: skip


@pytest.fixture
def matters(cast, owe, give, presales):
    """One of each kind that waits for the office, and beside it one that is decided or not yet asked."""
    now, today, liaison = timezone.now(), timezone.localdate(), cast["liaison"]
    asked = {"reason": "数据没有汇总完", "asked_by": liaison, "asked_at": now}
    over = asked | {"state": "refused", "decided_by": cast["office"], "decided_at": now}
    batches = [
        give(f"2026Q{quarter}", presales(2, start=10 * quarter, day=day)).batch
        for quarter, day in ((1, "2026-02-15"), (2, "2026-05-15"), (3, "2026-08-15"))
    ]
    for said, batch, column in ((asked, batches[0], "area"), (over, batches[1], "address")):
        Act.objects.create(obligation=owe(20), kind="extend", **said)
        Withdrawal.objects.create(batch=batch, **said)
        CheckWaiver.objects.create(
            unit=UNIT, resource="9.5", code="required", field=column, until=today, **said
        )
    Ruling.objects.all().delete()
    for resource, said in (("14.1", asked), ("4.3", over)):
        Ruling.objects.create(resource=resource, kind="exempt", since=today, **said)
    for state, unit in (("drafted", UNIT), ("withdrawn", "natural_resources")):
        Letter.objects.create(
            unit=unit, day=today, template="overdue", title="催报函", salutation="", signature="", state=state
        )
    for state in ("submitted", "returned"):
        Filing.objects.create(unit=UNIT, sealed=b"", state=state, submitted_by=liaison, submitted_at=now)
    for state in ("open", "taken"):
        Suggestion.objects.create(
            kind="resource", code="9.5", title="预售", text="加一列", unit=UNIT, made_by=liaison, made_at=now,
            state=state, answered_by=cast["office"], answered_at=now,
        )  # fmt: skip
    for state in ("checked", "draft"):
        Edition.objects.create(
            kind="list", code=f"x_{state}", title="术语", texts={}, digest="0" * 64, state=state,
            origin="office", author=cast["office2"], drafted_at=now,
        )  # fmt: skip
    return batches


def tiles(client):
    return {fact["label"]: fact for fact in client.get("/").context["facts"]}


def shown(answer):
    """How many rows the page shows of what waits."""
    found = answer.context
    if "page" in found and hasattr(found["page"], "total"):
        return found["page"].total
    return len(found["submitted"] if "submitted" in found else found["rows"])


def test_the_office_sees_each_kind_that_waits_with_the_number_of_its_list(client_of, matters):
    office = client_of("office")
    found = tiles(office)
    assert {label: fact["value"] for label, fact in found.items() if label in OFFICE} == OFFICE
    for label, count in OFFICE.items():
        assert shown(office.get(found[label]["href"])) == count, label


def test_the_list_of_work_leads_to_the_same_things(client_of, matters):
    office = client_of("office")
    page = office.get("/work?view=open").content.decode()
    for label, fact in tiles(office).items():
        if label in OFFICE:
            tile = f'<span class="label">{label}</span><span class="value">{fact["value"]}</span>'
            assert f'<a href="{fact["href"]}">{tile}' in page, label
    assert "也等您办理" not in client_of("grid").get("/work").content.decode()


def test_only_what_waits_has_a_tile_beyond_the_fixed_ones(client_of):
    Ruling.objects.all().delete()
    found = tiles(client_of("office"))
    fixed = {one.label for one in WAITS if one.always}
    assert {one.label for one in WAITS} & set(found) == fixed - {"等待确认入库"}
    assert {one.label for one in WAITS} & set(tiles(client_of("leader"))) == set()


def test_the_tabs_of_what_was_asked_carry_their_numbers_for_who_decides(client_of, matters):
    page = client_of("office").get("/acts").content.decode()
    for title in ("单位的申请、零报告", "撤回批次", "暂免检查", "免报和核实"):
        assert f"{title} 1</a>" in page
    assert "撤回批次</a>" in client_of("liaison").get("/acts").content.decode()


def test_files_for_a_second_person_and_files_to_confirm_are_told_to_who_can_act(client_of, cast, matters):
    row = {
        "unit": UNIT, "resource": "9.5", "period": "2026Q3", "received_at": timezone.now(), "channel": "page",
        "file_size": 1, "original": "none", "definitions": "0" * 64, "rows": 6, "accepted": 6,
    }  # fmt: skip
    Submission.objects.create(state="checked", file_name="一.xlsx", file_digest="1" * 64, **row)
    Submission.objects.create(
        state="awaiting", file_name="二.xlsx", file_digest="2" * 64, proposed_by=cast["liaison"],
        proposed_at=timezone.now() - dt.timedelta(hours=1), **row,
    )  # fmt: skip
    liaison, head = client_of("liaison"), client_of("head")
    assert tiles(head)["待复核"]["value"] == shown(head.get(tiles(head)["待复核"]["href"])) == 1
    assert "待复核" not in tiles(liaison)  # she has proposed it herself
    assert tiles(liaison)["等待确认入库"]["value"] == 1
    for name in ("head", "officer", "office"):
        assert "等待确认入库" not in tiles(client_of(name)), name
    page = liaison.get("/").content.decode()
    assert '<span class="mark note">待复核</span>' in page
    assert "检查中" not in page


def test_the_head_is_told_of_exports_and_of_looks_to_answer(client_of, cast):
    now, person = timezone.now(), cast["liaison"]
    for who in (person, cast["head"]):  # her own is another's to answer
        Export.objects.create(
            person=who, unit=UNIT, title="入库明细", address="/rows", rows=2_000, guarded=True, state="asked",
            asked_at=now,
        )  # fmt: skip
        Allowance.objects.create(
            person=who, unit=UNIT, day=timezone.localdate(), more=5, reason="核对", asked_at=now
        )
    head = client_of("head")
    found = tiles(head)
    for label in ("待批准的导出", "待答复的加额"):
        assert found[label]["value"] == len(head.get(found[label]["href"]).context["waiting"]) == 1, label
        assert label not in tiles(client_of("liaison"))


def test_what_was_returned_is_told_to_its_unit(client_of, cast, owe, matters):
    batch = matters[2]
    actions.return_batch(batch=batch, reason="面积与许可证不符", by=cast["office"])
    today = timezone.localdate()
    owed = owe(20)
    owed.period, owed.due = "2026Q3", today + dt.timedelta(3)
    owed.save()
    liaison, head = client_of("liaison"), client_of("head")
    tile = tiles(liaison)["已退回，待更正"]
    assert tile["value"] == shown(liaison.get(tile["href"])) == 1
    page = liaison.get("/").content.decode()
    assert "办公室退回，等您更正" in page
    assert "面积与许可证不符" in page
    assert f'href="/submit/9.5?period=2026Q3&amp;replaces={batch.pk}"' in page
    assert "待报，剩3天" in page
    assert '<span class="mark stop">已退回</span>' in page
    assert "等本单位更正" in head.get("/").content.decode()
    assert "已退回" not in client_of("peer").get("/").content.decode()
