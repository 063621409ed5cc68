"""The workbench: what one owes, what waits for one's word, figures that open to their rows."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from django.utils import timezone
from tests.cast import NAMES

from gongzhi.catalogue.models import Obligation
from gongzhi.editions.queries import in_force
from gongzhi.intake.models import Submission
from gongzhi.organisation import actions
from gongzhi.risk.models import Hit, Run
from gongzhi.work.actions import give
from gongzhi.work.actions.giving import PlaceOfWork

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting():
    """A checked file of 建设交通局, and one obligation that is ten days late."""
    today = timezone.localdate()
    Obligation.objects.create(
        unit="construction_transport", resource="9.5", period="2026Q3", definitions="0" * 64,
        period_end=today - dt.timedelta(days=20), opens=today - dt.timedelta(days=110),
        due=today - dt.timedelta(days=10),
    )  # fmt: skip
    return Submission.objects.create(
        unit="construction_transport", resource="9.5", period="2026Q3", state="checked",
        received_at=timezone.now(), channel="page", file_name="预售.xlsx", file_size=1,
        file_digest="0" * 64, original="none", definitions="0" * 64, rows=6, accepted=4, set_aside=2,
    )  # fmt: skip


def test_what_is_owed_and_what_waits(client_of, waiting):
    page = client_of("liaison").get("/").content.decode()
    assert "逾期10天" in page
    assert "2026年三季度" in page
    assert f'href="/submissions/{waiting.pk}"' in page
    assert "可入库 4 行，待补正 2 行" in page
    peer = client_of("peer").get("/").content.decode()
    assert "预售.xlsx" not in peer
    assert "逾期10天" not in peer


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_opens(client_of, waiting, name):
    client = client_of(name)
    answer = client.get("/")
    assert answer.status_code == 200
    for fact in answer.context["facts"]:
        assert client.get(fact["href"]).status_code == 200, fact["label"]


def facts(client):
    return {fact["label"]: fact for fact in client.get("/").context["facts"]}


def test_the_liaison_sees_her_month(client_of, owe, exempt):
    """Due this month: one came in time, one is awaited, one is exempt; one of long ago is missing."""
    today = timezone.localdate()
    first = today.replace(day=1)
    for days, more in ((0, {"received_at": timezone.now()}), (1, {}), (2, {})):
        one = owe(20)
        for name, value in (more | {"due": first + dt.timedelta(days)}).items():
            setattr(one, name, value)
        one.period_end = first - dt.timedelta(15)
        one.save()
    exempt(one)
    owe(200)
    found = facts(client_of("liaison"))
    assert (found["本月应报"]["value"], found["已报"]["value"]) == (2, 1)
    liaison = client_of("liaison")
    for label in ("本月应报", "已报", "逾期未报"):
        total = liaison.get(found[label]["href"]).context["page"].total
        assert total == found[label]["value"], label


def test_the_office_sees_rates_and_what_to_look_at_today(client_of, owe):
    owe(200)
    owe(200, unit="natural_resources", resource="16.1")
    owe(60, came=-1)
    client = client_of("office")
    found = facts(client)
    assert found["逾期未报"]["value"] == 2
    year = timezone.localdate().year
    this_year = client.get(f"/calendar?state=missing&scored=1&since={year}-01-01&until={year}-12-31")
    assert found["逾期未报"]["note"] == f"其中今年 {this_year.context['page'].total}"
    assert {"今年应报", "按时率", "待审核", "待核疑点"} <= set(found)
    for label in ("今年应报", "逾期未报"):
        assert client.get(found[label]["href"]).context["page"].total == found[label]["value"], label
    page = client.get("/")
    [late] = page.context["glances"]
    assert late.text == "逾期单位 2"
    assert {address for _, address in late.items} == {
        "/units/construction_transport/picture", "/units/natural_resources/picture",
    }  # fmt: skip
    assert 'hx-get="/matrix"' in page.content.decode()
    assert client.get(late.href).context["page"].total == 2


def test_the_office_is_warned_of_due_days_behind_the_table_of_holidays(client_of, owe):
    last = in_force().holidays.known_until
    today = timezone.localdate()
    owe(-(max(last, today) - today).days - 1)  # the period ends a day after the table does
    client = client_of("office")
    assert not [one for one in client.get("/").context["glances"] if "节假日" in one.text]  # plain days stand
    Obligation.objects.update(due_assured=False)
    owe(200)  # overdue: past changing
    client = client_of("office")
    [warned] = [one for one in client.get("/").context["glances"] if "节假日安排" in one.text]
    assert f"{last.year}年12月31日" in warned.text
    assert "1 项" in warned.text
    assert str(last.year) in client.get(warned.href).content.decode()
    assert not [one for one in client_of("leader").get("/").context["glances"] if "节假日" in one.text]


def test_a_leader_sees_sums_and_no_task(client_of, owe):
    owe(60, came=-1)
    page = client_of("leader").get("/")
    assert {"今年应报", "按时率", "逾期未报"} == {fact["label"] for fact in page.context["facts"]}
    assert not page.context["glances"]
    assert 'hx-get="/matrix"' in page.content.decode()


def test_each_administrator_sees_what_waits_for_her(client_of, cast):
    actions.register(username="newcomer", name="新来的人", unit="commerce", by=cast["system"])
    coming = actions.register(username="coming", name="要来的人", unit="commerce", by=cast["system"])
    actions.approve(person=coming, by=cast["security"])
    client_of("peer").get("/hits")
    counted = {
        "system": {"待批准的账号", "待激活的账号", "待取密钥的接口凭据", "没有发出的消息"},
        "security": {"待批准的账号", "待激活的账号", "待批准的接口凭据", "未签保密承诺的人", "待会签的导出"},
        "auditor": {"今天的审计记录", "近七天被拒绝", "近七天查看个人信息"},
    }
    for name, labels in counted.items():
        client = client_of(name)
        found = facts(client)
        assert set(found) == labels, name
        for label, fact in found.items():
            page = client.get(fact["href"])
            if fact["href"].startswith(("/people?", "/audit?")):
                assert page.context["page"].total == fact["value"], label
        assert "授予后" not in client.get("/").content.decode()
    found = facts(client_of("system"))
    assert (found["待批准的账号"]["value"], found["待激活的账号"]["value"]) == (1, 1)
    assert facts(client_of("auditor"))["近七天被拒绝"]["value"] >= 1


def test_an_excluded_rule_is_named_when_it_is_excluded_more_than_before(client_of, db):
    now = timezone.now()
    run = Run.objects.create(
        as_of=timezone.localdate(), snapshot="0" * 64, definitions="0" * 64, engine="duckdb", started_at=now
    )
    for number, days in enumerate((1, 2, 40)):
        Hit.objects.create(
            rule="R17", subject=f"code:{number}", object="", left_unit="fen", right_unit="fen", formula="",
            proof="0" * 64, definitions="0" * 64, first_run=run, last_run=run, found_at=now, changed_at=now,
            state="excluded", excluded_at=now - dt.timedelta(days),
        )  # fmt: skip
    [glance] = client_of("office").get("/").context["glances"]
    assert glance.text == "近三十天排除增多的规则 1"
    assert "2 条（前三十天 1 条）" in glance.items[0][0]


def test_who_answers_for_a_unit_sees_what_its_people_have_in_hand(client_of, cast):
    place = PlaceOfWork(unit=cast["head"].unit)
    give(kind="errand", title="核对", note="", places=[place], by=cast["office"])
    page = client_of("head").get("/").content.decode()
    assert (
        'href="/work?view=post"><span class="label">单位在办事项</span><span class="value">1</span>' in page
    )
    assert "单位在办事项" not in client_of("liaison").get("/").content.decode()


def test_each_table_of_the_workbench_can_be_taken_away(client_of, waiting):
    """What is shown, under the guards of every export: the rows of hits are counted as such."""
    liaison = client_of("liaison")
    shown = liaison.get("/")
    assert {name: page.guarded for name, page in shown.context["tables"].items()} == {
        "hits": True, "to_do": False, "recent": False,
    }  # fmt: skip
    for name, said in (("to_do", "逾期10天"), ("recent", "预售.xlsx")):
        assert f'href="/?export={name}"' in shown.content.decode()
        assert any(said in str(cell) for row in taken(liaison, name) for cell in row), name
    assert len(taken(client_of("peer"), "recent")) == 3  # title, filters, heads: nothing of hers


def taken(client, name):
    book = openpyxl.load_workbook(io.BytesIO(b"".join(client.get(f"/?export={name}").streaming_content)))
    return list(book.active.values)
