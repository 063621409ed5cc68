"""What a hit says, and keeps, when what it rests on is corrected, withdrawn, or named otherwise."""

from importlib import import_module

import pytest

from gongzhi.intake.actions import ask_withdrawal, decide_withdrawal
from gongzhi.intake.models import Batch
from gongzhi.registry.actions import link_new
from gongzhi.risk.actions import exclude
from gongzhi.risk.models import Hit, Step

from .conftest import FILINGS, GRANTS, REGISTER, filing, firm, grant

BUREAU, LAND = "区税务局", "区自然资源和规划分局"


@pytest.fixture
def take_back(cast):
    def taken(batch):
        asked = ask_withdrawal(batch=batch, reason="报错了", by=cast["liaison"])
        decide_withdrawal(withdrawal=asked, grant=True, answer="", by=cast["office"])
        link_new()

    return taken


def correct(submit, batch, *rows):
    """The land office's file once more, with these rows in its place."""
    return submit("16.2", LAND, GRANTS, rows, sheet="出让", replaces=str(batch.pk))


def last(hit, verb):
    return Step.objects.filter(hit=hit, verb=verb).latest("pk").note


def test_an_open_hit_says_at_once_that_its_batch_was_withdrawn_and_leaves_the_list(
    district, scanned, take_back, client_of
):
    scanned()
    hit, officer = Hit.objects.get(), client_of("officer")
    number, address = district["grants"].number, f"/hits/{hit.pk}"
    assert "已撤回" not in officer.get(address).content.decode()
    take_back(district["grants"])
    page = officer.get(address).content.decode()
    assert f"这条疑点依据的批次 {number} 已撤回。下一次比对会按现在的数据重新计算" in page
    assert '<span class="mark warn">已撤回</span>' in page
    scanned()
    assert Hit.objects.get().state == "cleared"
    assert last(hit, "clear") == f"批次 {number} 已撤回"
    page = officer.get(address).content.decode()
    assert "下面是消除以前的证据" in page
    assert firm(2)[1] not in officer.get("/hits").content.decode()


def test_what_is_excluded_keeps_its_decision_and_tells_what_became_of_its_ground(
    scanned, submit, take_back, client_of, cast
):
    scanned()
    hit = exclude(hit=Hit.objects.get(), reason="属免税用途", by=cast["officer"])
    take_back(Batch.objects.get(slot__resource="16.2"))
    scanned()
    hit.refresh_from_db()
    assert (hit.state, hit.exclusion) == ("excluded", "属免税用途")
    page = client_of("officer").get(f"/hits/{hit.pk}").content.decode()
    assert "已撤回。排除的决定和理由照旧保留" in page
    submit("16.2", LAND, GRANTS, [grant(1, "B1"), grant(2, "B2")], sheet="出让")
    made = scanned()
    hit.refresh_from_db()
    assert (hit.state, made.found) == ("excluded", 0)
    assert last(hit, "change").endswith("已撤回；数值没有变，说明或证据有变化")
    assert "照旧保留" not in client_of("officer").get(f"/hits/{hit.pk}").content.decode()


def test_a_correction_is_told_with_what_it_changed(district, scanned, submit):
    scanned()
    first = district["grants"]
    second = correct(submit, first, grant(1, "B1"), grant(2, "B2", price=10_000_000))
    scanned()
    hit = Hit.objects.get()
    assert last(hit, "change") == (
        f"批次 {first.number} 已由 {second.number} 更正；预计税额由 630,000 元 变为 330,000 元"
    )
    correct(submit, second, grant(1, "B1"))
    scanned()
    assert last(hit, "clear").startswith(f"批次 {second.number} 已由 ")


def test_an_exclusion_ends_when_the_corrected_row_is_worth_much_more(district, scanned, submit, cast):
    scanned()
    exclude(hit=Hit.objects.get(), reason="属免税用途", by=cast["officer"])
    correct(submit, district["grants"], grant(1, "B1"), grant(2, "B2", price=200_000_000))
    scanned()
    hit = Hit.objects.get()
    assert (hit.state, hit.tax_yuan) == ("open", 6_030_000)
    assert "增幅超过 20%" in last(hit, "find_again")


def test_who_is_registered_since_is_the_same_party_and_back(scanned, submit, take_back, cast, client_of):
    """Excluded under its code alone, then registered, then the registration is withdrawn: no second hit."""
    submit("16.2", LAND, GRANTS, [grant(7, "B7")], period="2024-02", sheet="出让")
    scanned()
    hit = Hit.objects.get(object="B7")
    exclude(hit=hit, reason="属免税用途", by=cast["officer"])
    row = [*firm(7), "正常", "越城区示例路7号", "2024-03-01"]
    registered = submit("T.1", BUREAU, REGISTER, [row], period="2024-03")
    link_new()
    made = scanned()
    hit.refresh_from_db()
    assert (hit.taxpayer.code, hit.subject) == (firm(7)[0], str(hit.taxpayer_id))
    assert (hit.state, made.found, Hit.objects.filter(object="B7").count()) == ("excluded", 0, 1)
    assert "列在登记的" in last(hit, "change")
    assert hit.evidence.exists()
    take_back(registered)
    made = scanned()
    hit.refresh_from_db()
    assert (hit.subject, hit.taxpayer, hit.state) == (f"code:{firm(7)[0]}", None, "excluded")
    assert (made.found, Hit.objects.filter(object="B7").count()) == (0, 1)


def test_an_open_hit_goes_on_under_the_new_registration(scanned, submit):
    submit("16.2", LAND, GRANTS, [grant(7, "B7")], period="2024-02", sheet="出让")
    scanned()
    before = Hit.objects.get(object="B7")
    submit("T.1", BUREAU, REGISTER, [[*firm(7), "正常", "越城区示例路7号", "2024-03-01"]], period="2024-03")
    link_new()
    made = scanned()
    after = Hit.objects.get(object="B7")
    assert (after.pk, after.found_at, after.state) == (before.pk, before.found_at, "open")
    assert (made.found, made.cleared, made.changed) == (0, 0, 1)


def test_a_scan_that_another_overtook_begins_anew(district, scanned, submit, monkeypatch):
    """Its hits are of yesterday's rows: entered last, they would stand until something else comes in."""
    module = import_module("gongzhi.risk.actions.scan")
    scanned()
    submit("T.30", BUREAU, FILINGS, [filing(2, "B2", 1_000, "S2")], period="2024-03")
    real, tries = module._find, []

    def find(*given):
        found = real(*given)
        tries.append(found)
        if len(tries) == 1:  # meanwhile the deed tax is filed in full, and the terminal scans
            submit("T.30", BUREAU, FILINGS, [filing(2, "B2", 629_000, "S3")], period="2024-04")
            scanned()
        return found

    monkeypatch.setattr(module, "_find", find)
    scanned()
    assert Hit.objects.get().state == "cleared"
