"""使用反馈: joins, rules and hits of a unit's data, and what the unit may not be told of them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone
from tests.files import csv_file

from gongzhi.editions.queries import in_force
from gongzhi.intake.actions import hand_in
from gongzhi.intake.actions.place import Place
from gongzhi.registry.actions import link_batches, refresh
from gongzhi.registry.models import Linking, Taxpayer
from gongzhi.risk.models import Evidence, Hit, Run

from .conftest import UNIT

pytestmark = pytest.mark.django_db
HEAD = ("统一社会信用代码（纳税人识别号）", "纳税人名称", "纳税人状态", "生产经营地址", "更新日期")


@pytest.fixture
def registered(home, presales, tmp_path):
    """Five developers in the register, who are the first five of the presales."""
    rows = [[row[1], row[2], "正常", row[4], "2026-08-01"] for row in presales(5)]
    path = csv_file(tmp_path / "登记.csv", HEAD, rows)
    handed = hand_in(
        file=path, name=path.name, place=Place("T.1", "2026-08", "区税务局"), by=None, channel="cli"
    )
    assert handed.outcome == "accepted"
    refresh(by=None)


@pytest.fixture
def shared(registered, give, presales):
    """A quarter of seven presales, five by registered developers; another quarter of one."""
    batch = give("2026Q3", presales(7)).submission.batch
    small = give("2026Q2", presales(1, day="2026-05-15")).submission.batch
    link_batches(by=None)
    return batch, small


def plant(batch, taxes):
    """One open hit for each amount, about one developer after the other, resting on the batch."""
    now = timezone.now()
    run = Run.objects.create(
        as_of=timezone.localdate(), snapshot="0" * 64, definitions="0" * 64, engine="duckdb", started_at=now
    )
    for number, (taxpayer, tax) in enumerate(zip(Taxpayer.objects.order_by("code"), taxes, strict=False)):
        hit = Hit.objects.create(
            rule="R17", subject=str(taxpayer.pk), subject_name=taxpayer.name, taxpayer=taxpayer,
            object=f"o{number}", left_unit="fen", right_unit="fen", formula="", proof="0" * 64,
            definitions="0" * 64, tax_yuan=Decimal(tax), first_run=run, last_run=run, found_at=now,
            changed_at=now,
        )  # fmt: skip
        for field in ("area", "issued_on"):
            Evidence.objects.create(
                hit=hit, side="left", table="presale_permits", batch=batch, part=0, row=number, field=field,
                value="1",
            )  # fmt: skip


def test_rows_joins_methods_and_rules_of_a_batch(client_of, shared):
    batch, _ = shared
    linking = Linking.objects.get(batch=batch)
    assert (linking.rows, linking.linked, linking.taxpayers) == (7, 5, 5)
    assert linking.methods == {"code": 5}
    page = client_of("liaison").get(f"/batches/{batch.pk}/use").content.decode()
    assert "7 行提到当事人 7 处，关联到登记簿的 5 处（71.4%）" in page
    assert "统一社会信用代码一致 5" in page
    assert "登记簿里没有 2 处" in page
    read = {table for folder in in_force().rules.values() for table in folder.rule.tables}
    assert ("还没有规则用到它" in page) == ("presale_permits" not in read)
    assert (
        f'hx-get="/batches/{batch.pk}/use"'
        in client_of("liaison").get(f"/batches/{batch.pk}").content.decode()
    )
    assert client_of("peer").get(f"/batches/{batch.pk}/use").status_code == 404


def test_the_unit_reads_counts_and_a_sum_and_never_a_taxpayer(client_of, shared):
    batch, small = shared
    plant(batch, (100_000, 200_000, 300_000, 400_000))
    plant_names = [taxpayer.name for taxpayer in Taxpayer.objects.all()]
    liaison = client_of("liaison")
    page = liaison.get(f"/units/{UNIT}/feedback").content.decode()
    assert "4 条：新命中 4；待核的预计税额合计 1,000,000 元" in page
    by_resource = liaison.get(f"/units/{UNIT}/feedback").context["page"].items
    assert [
        (row["key"], row["batches"], row["rows"], row["hits"], row["tax_fen"]) for row in by_resource
    ] == [("9.5", 2, 8, 4, None)]
    by_batch = {row["key"]: row for row in liaison.get(f"/units/{UNIT}/feedback/9.5").context["page"].items}
    assert (by_batch[str(batch.pk)]["hits"], by_batch[str(small.pk)]["hits"]) == (4, None)
    for address in (f"/units/{UNIT}/feedback", f"/units/{UNIT}/feedback/9.5", f"/batches/{batch.pk}/use"):
        text = liaison.get(address).content.decode()
        assert not any(name in text for name in plant_names), address
        assert "/hits" not in text.partition("<main")[2], address


def test_what_rests_on_too_few_is_not_told_to_the_unit_but_to_the_bureau(client_of, shared):
    _, small = shared
    plant(small, (50_000,))
    for name, hits, tax in (("liaison", 0, None), ("office", 1, 5_000_000)):
        row = client_of(name).get(f"/units/{UNIT}/feedback").context["page"].items[0]
        assert (row["hits"], row["tax_fen"]) == (hits, tax), name
    batches = client_of("liaison").get(f"/units/{UNIT}/feedback/9.5").context["page"].items
    assert {row["key"]: row["told"] for row in batches}[str(small.pk)] == "数量太少，不单列"
    assert "数量太少，不单列" in client_of("liaison").get(f"/batches/{small.pk}/use").content.decode()


def test_a_number_of_hits_opens_to_them_for_the_bureau(client_of, shared):
    batch, small = shared
    plant(batch, (100_000, 200_000, 300_000))
    plant_one(small, 50_000)
    Hit.objects.filter(tax_yuan=200_000).update(state="excluded")
    office = client_of("office")
    for page, address, count in (
        ("/feedback", f"/hits?state=all&unit={UNIT}", 4),
        (f"/units/{UNIT}/feedback", f"/hits?state=all&unit={UNIT}&resource=9.5", 4),
        (f"/units/{UNIT}/feedback/9.5", f"/hits?state=all&batch={batch.pk}", 3),
        (f"/batches/{small.pk}/use", f"/hits?state=all&batch={small.pk}", 1),
    ):
        text = office.get(page).content.decode()
        assert address.replace("&", "&amp;") in text, page
        opened = office.get(address)
        assert len(opened.context["page"].items) == count, address
        assert "证据出自" in opened.content.decode()
    assert f"证据出自批次“{batch.number}”" in office.get(f"/hits?batch={batch.pk}").content.decode()
    assert not office.get("/hits?state=all&resource=9.1").context["page"].items
    for odd in ("/hits?batch=x", "/hits?unit=x"):
        answer = office.get(odd)
        assert answer.status_code == 200
        assert '<div class="why">' in answer.content.decode(), odd
    nowhere = office.get("/hits?batch=00000000-0000-7000-8000-000000000000")
    assert "没有这样的批次" in nowhere.content.decode()
    assert not nowhere.context["page"].items


def test_three_small_batches_vanish_in_the_sum(client_of, registered, give, presales):
    batches = [
        give(
            f"2026Q{quarter}", presales(1, start=quarter, day=f"2026-0{3 * quarter - 1}-15")
        ).submission.batch
        for quarter in (1, 2, 3)
    ]
    link_batches(by=None)
    for batch, tax in zip(batches, (1_000, 2_000, 3_000), strict=True):
        plant_one(batch, tax)
    row = client_of("liaison").get(f"/units/{UNIT}/feedback").context["page"].items[0]
    assert row["hits"] == 3


def plant_one(batch, tax):
    """One hit about the developer that the batch names."""
    taken = set(Hit.objects.values_list("taxpayer_id", flat=True))
    before = Taxpayer.objects.exclude(pk__in=taken).order_by("code").first()
    now = timezone.now()
    run = Run.objects.create(
        as_of=timezone.localdate(), snapshot="0" * 64, definitions="0" * 64, engine="duckdb", started_at=now
    )
    hit = Hit.objects.create(
        rule="R17", subject=str(before.pk), taxpayer=before, object="", left_unit="fen", right_unit="fen",
        formula="", proof="0" * 64, definitions="0" * 64, tax_yuan=Decimal(tax), first_run=run, last_run=run,
        found_at=now, changed_at=now,
    )  # fmt: skip
    Evidence.objects.create(
        hit=hit, side="left", table="presale_permits", batch=batch, part=0, row=3, field="area", value="1"
    )


def test_who_sees_whose_feedback(client_of, shared):
    statuses = {
        "liaison": 200, "head": 200, "office": 200, "officer": 200, "leader": 200, "peer": 404, "street": 404,
        "grid": 404, "enterprise": 404, "auditor": 404,
    }  # fmt: skip
    for name, status in statuses.items():
        assert client_of(name).get(f"/units/{UNIT}/feedback").status_code == status, name
    assert client_of("leader").get(f"/units/{UNIT}/feedback/9.5").status_code == 404
    assert client_of("liaison").get("/feedback").headers["Location"] == f"/units/{UNIT}/feedback"
    rows = client_of("office").get("/feedback").context["page"].items
    assert {row["key"]: row["rows"] for row in rows} == {UNIT: 8, "tax_bureau": 5}


def test_batches_linked_before_the_methods_were_counted_are_linked_again(shared):
    Linking.objects.update(methods=None)
    assert link_batches(by=None) == 3
    assert not Linking.objects.filter(methods=None).exists()
    assert link_batches(by=None) == 0


def test_counts_of_rows_and_batches_open_to_them_for_who_sees_batches(shared, client_of):
    batch, _ = shared
    office, address = client_of("office"), f"/batches?state=live&amp;unit={UNIT}"
    assert office.get("/feedback").content.decode().count(f'href="{address}') == 2
    inner = f"/batches?state=live&unit={UNIT}&resource=9.5"
    assert f'href="{inner}'.replace("&", "&amp;") in office.get(f"/units/{UNIT}/feedback").content.decode()
    row = next(one for one in office.get(f"/units/{UNIT}/feedback").context["page"].items)
    opened = office.get(inner).context["page"].items
    assert (len(opened), sum(one.rows for one in opened)) == (row["batches"], row["rows"])
    one = client_of("liaison").get(f"/units/{UNIT}/feedback/9.5").content.decode()
    assert f'href="/batches/{batch.pk}/rows' in one
    assert client_of("liaison").get(f"/batches/{batch.pk}/rows").status_code == 200
    assert "/batches?" not in client_of("leader").get("/feedback").content.decode()
