"""The calendar's page: its filters, its way to hand in, its export."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from django.utils import timezone

from gongzhi.catalogue.models import Activity, Obligation
from gongzhi.editions.queries import in_force

pytestmark = pytest.mark.django_db


@pytest.fixture
def owed():
    """Of two units: one missing for ten days, one awaited, one met; all due within a month of today."""
    today = timezone.localdate()

    def one(unit, resource, due, received=None):
        return Obligation.objects.create(
            unit=unit, resource=resource, period="2026Q3", period_end=today - dt.timedelta(days=20),
            opens=today - dt.timedelta(days=110), due=today + dt.timedelta(days=due),
            definitions="0" * 64, received_at=received,
        )  # fmt: skip

    one("construction_transport", "9.5", -10)
    one("construction_transport", "9.4", 3)
    one("natural_resources", "8.1", 3)
    one("construction_transport", "9.1", 3, timezone.now())


def numbers(client, query):
    """Numbers of the resources that the page lists."""
    answer = client.get(f"/calendar?{query}")
    assert answer.status_code == 200
    return {row.resource for row in answer.context["page"].items}


def test_filters_by_state_unit_and_span(client_of, owed):
    office = client_of("office")
    assert numbers(office, "") == {"9.5", "9.4", "8.1"}
    assert numbers(office, "state=missing") == {"9.5"}
    assert numbers(office, "state=all") == {"9.5", "9.4", "9.1", "8.1"}
    assert numbers(office, "unit=natural_resources") == {"8.1"}
    assert numbers(office, "state=x&span=abc&unit=nobody") == {"9.5", "9.4", "8.1"}


def test_what_is_still_owed_stays_listed_however_old_it_is(client_of, owed):
    Obligation.objects.filter(resource="9.5").update(due=timezone.localdate() - dt.timedelta(320))
    Obligation.objects.filter(resource="9.1").update(due=timezone.localdate() - dt.timedelta(320))
    office = client_of("office")
    assert numbers(office, "") == {"9.5", "9.4", "8.1"}
    assert numbers(office, "state=missing&span=30") == {"9.5"}
    assert numbers(office, "state=all") == {"9.4", "8.1"}
    assert "逾期未报的不论多早都列在这里" in office.get("/calendar").content.decode()
    later = timezone.localdate() + dt.timedelta(5)
    Obligation.objects.filter(resource="9.5").update(extended_on=timezone.localdate(), extended_due=later)
    assert numbers(office, "state=missing") == set()


def test_only_the_unit_itself_is_led_to_hand_in(client_of, owed):
    liaison = client_of("liaison").get("/calendar?state=all").content.decode()
    assert "/submit/9.5?period=2026Q3" in liaison
    assert "/submit/9.1?period=2026Q3" not in liaison
    assert "8.1" not in liaison.partition("<tbody>")[2]
    assert "/submit/" not in client_of("office").get("/calendar").content.decode().partition("<main")[2]


def test_the_export_says_what_it_holds(client_of, owed):
    answer = client_of("office").get("/calendar?state=missing&unit=construction_transport&export=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert sheet["A1"].value == "报送日历"
    assert "状态：逾期未报；范围：不论多早到期；单位：区建设交通局" in sheet["A2"].value
    assert sheet.max_row == 4
    assert sheet["C4"].value.startswith("9.5 ")
    assert sheet["D4"].value == "2026年三季度"


def test_standing_duties_show_their_last_activity(client_of):
    number = next(
        one.number for one in in_force().resources.values()
        if one.frequency == "日常" and in_force().providers(one) and not one.proposed
    )  # fmt: skip
    unit = in_force().providers(in_force().resources[number])[0].key
    page = client_of("office").get(f"/calendar?unit={unit}").content.decode()
    assert "还没有报过" in page
    Activity.objects.create(unit=unit, resource=number, last_at=timezone.now() - dt.timedelta(12))
    page = client_of("office").get("/calendar").content.decode()
    block = page.split("日常事项</h2>")[1]
    assert '<td class="num" data-label="距今（天）">12</td>' in block
    assert f"{timezone.localdate() - dt.timedelta(12)}" in block
