"""What only a batch told that was withdrawn or corrected does not stand in the register any more."""

from __future__ import annotations

import pytest
from tests.files import PRESALE_HEAD, credit_code, csv_file, presale_rows

from gongzhi.engine.lake import REGISTER, Lake
from gongzhi.intake.actions import ask_withdrawal, decide_withdrawal
from gongzhi.intake.models import Batch, OpsFile
from gongzhi.registry.actions import decide_unlinked, link_new, put_register, refresh
from gongzhi.registry.actions.link import register_digest
from gongzhi.registry.models import FormerName, Linking, Taxpayer

from .test_joins import HEAD, developer, submit

pytestmark = pytest.mark.django_db
FIRST, SECOND = "绍兴示例0号置业有限公司", "绍兴示例1号置业有限公司"


@pytest.fixture
def say(tmp_path):
    """say(period, row, …, replaces=…) → the bureau's batch of a month; then all is linked."""

    def said(period, *rows, **more):
        path = csv_file(tmp_path / f"登记{period}{len(more)}.csv", HEAD, rows)
        submit(path, "T.1", period, "区税务局", **more)
        link_new()
        return Batch.objects.filter(slot__resource="T.1").latest("committed_at")

    return said


@pytest.fixture
def take_back(cast):
    def taken(batch):
        asked = ask_withdrawal(batch=batch, reason="误报了外区的数据", by=cast["liaison"])
        decide_withdrawal(withdrawal=asked, grant=True, answer="", by=cast["office"])
        link_new()

    return taken


@pytest.fixture
def presale(tmp_path):
    """A presale of both developers: the first by its code, the second by its name alone."""
    rows = presale_rows(2)
    rows[1][1:3] = [None, SECOND]
    submit(csv_file(tmp_path / "预售.csv", PRESALE_HEAD, rows), "9.5", "2026Q3", "建设交通局")
    return Batch.objects.get(slot__resource="9.5")


def linked():
    return Linking.objects.get(batch__slot__resource="9.5").linked


def test_whom_only_a_withdrawn_batch_named_is_registered_no_more(
    say, take_back, presale, client_of, settings
):
    say("2026-08", developer(0))
    wrong = say("2026-09", developer(1, 曾用名="绍兴旧名置业有限公司", 更新日期="2026-09-01"))
    assert linked() == 2
    take_back(wrong)
    assert linked() == 1
    struck = Taxpayer.objects.get(code=credit_code(1))
    assert (struck.name, struck.status, struck.address, struck.origin) == (SECOND, "", "", "")
    assert not FormerName.objects.exists()
    put_register()
    lake = Lake(settings.LAKE)
    assert lake.read(OpsFile.objects.get(name=REGISTER).path)["name"].to_list() == [FIRST]
    officer = client_of("officer")
    assert "现在没有登记" in officer.get(f"/taxpayers/{struck.pk}").content.decode()
    assert "已无登记" in officer.get("/taxpayers").content.decode()
    assert link_new() == refresh(by=None) == 0


def test_who_is_named_again_is_registered_again_under_the_same_id(say, take_back, presale):
    wrong = say("2026-09", developer(1))
    before = Taxpayer.objects.get().pk
    take_back(wrong)
    say("2026-10", developer(1, 更新日期="2026-10-01"))
    again = Taxpayer.objects.get()
    assert (again.pk, again.status, again.origin) == (before, "正常", "bureau")
    assert linked() == 1


def test_facts_that_only_a_withdrawn_batch_told_go_back_to_what_the_others_say(say, take_back):
    kept = say("2026-08", developer(0, 生产经营地址=""))
    wrong = say(
        "2026-09",
        developer(
            0, 纳税人名称=SECOND, 纳税人状态="非正常", 生产经营地址="越城区错路1号", 更新日期="2026-09-01"
        ),
    )
    assert Taxpayer.objects.get().name == SECOND
    take_back(wrong)
    firm = Taxpayer.objects.get()
    assert (firm.name, firm.status, firm.address) == (FIRST, "正常", "")
    assert firm.source_batch == kept.pk
    assert not FormerName.objects.exists()


def test_an_empty_cell_leaves_what_an_earlier_batch_told_until_that_is_withdrawn(say, take_back):
    first = say("2026-08", developer(0))
    say("2026-09", developer(0, 生产经营地址="", 更新日期="2026-09-01"))
    assert Taxpayer.objects.get().address == "越城区示例路1号"
    take_back(first)
    assert Taxpayer.objects.get().address == ""


def test_a_correction_that_leaves_somebody_out_strikes_him(say):
    wrong = say("2026-08", developer(0), developer(1))
    right = say("2026-08", developer(0), replaces=str(wrong.pk))
    assert list(Taxpayer.objects.order_by("name").values_list("name", "origin")) == [
        (FIRST, "bureau"),
        (SECOND, ""),
    ]
    assert Taxpayer.objects.get(name=FIRST).source_batch == right.pk


def test_nothing_is_read_where_nothing_left(say, take_back, monkeypatch):
    take_back(say("2026-08", developer(0)))

    def never(*_, **__):
        raise AssertionError("the register was read")

    monkeypatch.setattr("gongzhi.registry.actions.register.frames", never)
    assert link_new() == 0


def test_what_a_person_decided_about_somebody_struck_does_not_stop_the_linking(say, take_back, presale, cast):
    wrong = say("2026-09", developer(1, 纳税人名称="绍兴恒昌置业有限公司"))
    firm = Taxpayer.objects.get()
    decide_unlinked(name=SECOND, code="", taxpayer=firm, by=cast["officer"], note="门牌核过")
    link_new()
    assert linked() == 1
    take_back(wrong)
    assert Linking.objects.get(batch=presale).register == register_digest()


def test_a_decision_says_what_became_of_whom_and_what_it_is_about(say, take_back, presale, cast, client_of):
    """It stands, and said 有效 alone while no row was joined by it."""
    wrong, officer = say("2026-09", developer(1, 纳税人名称="绍兴恒昌置业有限公司")), client_of("officer")
    made = decide_unlinked(
        name=SECOND, code="", taxpayer=Taxpayer.objects.get(), by=cast["officer"], note="门牌核过"
    )
    link_new()
    address = f"/links/decisions/{made.pk}"
    assert 'class="notice note"' not in officer.get(address).content.decode()
    take_back(wrong)
    assert linked() == 0
    assert "它现在没有登记" in officer.get(address).content.decode()
    assert "有效，但这一户已无登记" in officer.get("/links/decisions").content.decode()
    say("2026-10", developer(1, 纳税人名称="绍兴恒昌置业有限公司", 更新日期="2026-10-01"))
    assert linked() == 1
    assert 'class="notice note"' not in officer.get(address).content.decode()
    take_back(presale)
    assert "现在没有一行是这样写的" in officer.get(address).content.decode()
