"""A reply names a request that was made: another number is turned away with what is open."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from tests.files import credit_code, person_id, presale_rows, workbook

from gongzhi.catalogue.actions import ask_for
from gongzhi.catalogue.models import Obligation
from gongzhi.catalogue.states import State, standing
from gongzhi.intake.actions.refused import Refused
from gongzhi.intake.models import Submission

HEAD = ("核验请求编号", "纳税人身份证件号码", "子女序号", "确定名单纳税人子女学籍信息核验结果")
UNIT = "education_sports"


@pytest.fixture
def reply(hand):
    """reply(number, …) hands the answers of 3.2 in under a request's number."""

    def handed(period, answers=(1,), **more):
        rows = [["HY-2026-001", person_id(n), n, "一致"] for n in answers]
        return hand(rows, "3.2", period, UNIT, head=HEAD, **more)

    return handed


def test_a_reply_to_a_request_that_was_made_meets_it(reply, request_made):
    handed = reply(request_made.period, received_at=dt.datetime(2026, 9, 16, 9, tzinfo=dt.UTC))
    assert handed.outcome == "accepted"
    assert standing(Obligation.objects.get(), timezone.localdate()).state is State.ON_TIME


def test_another_number_is_turned_away_with_the_numbers_that_wait(reply, request_made, cast):
    second = ask_for(
        unit=UNIT, resource="3.2", reason="再核", by=cast["office"], on=dt.date(2026, 9, 16)
    ).period
    for wrong in ("R20260915-002", "R20250915-001"):
        with pytest.raises(Refused) as refusal:
            reply(wrong)
        assert refusal.value.code == "request_not_made"
        assert wrong in refusal.value.text
        assert f"等待答复的编号：{second}、{request_made.period}" in refusal.value.text
    assert not Submission.objects.exists()


def test_nobody_asked_and_how_to_be_asked_is_said(reply, db):
    with pytest.raises(Refused, match="提请数据") as refusal:
        reply("R20260915-001")
    assert "区教体局" in refusal.value.text
    with pytest.raises(Refused, match="提请的编号"):
        reply("2026-09-15")


def test_what_came_in_under_a_number_may_be_corrected(reply, request_made):
    first = reply(request_made.period)
    Obligation.objects.all().delete()  # taken in before replies had to name a request
    again = reply(request_made.period, (1, 2), replaces=first.batch.number)
    assert again.batch.kind == "replaces"


def test_the_stock_of_a_register_has_days_of_all_years(hand, cast):
    owed = ask_for(unit="construction_transport", resource="9.5", reason="一次报齐", by=cast["office"])
    handed = hand(presale_rows(2, day="2019-08-15"), period=owed.period)
    assert handed.outcome == "accepted"
    assert "out_of_period" not in handed.submission.by_code
    owed.refresh_from_db()
    assert owed.received_at
    quarter = hand(presale_rows(2, start=10, day="2019-08-15"))
    assert quarter.submission.by_code["out_of_period"] == 2


def test_what_the_office_asks_for_by_an_event_is_met_by_the_file_of_its_day(home, client_of, tmp_path):
    office, liaison = client_of("office"), client_of("liaison")
    day = timezone.localdate() - dt.timedelta(1)
    asked = {"resource": "9.10", "unit": "区建设交通局", "reason": "核实人防费", "event": day.isoformat()}
    answer = office.post("/requests/new", asked, follow=True)
    assert "已提请" in answer.content.decode()
    owed = Obligation.objects.get()
    page = liaison.get(f"/obligations/{owed.pk}").content.decode()
    assert f"/submit/9.10?period={day}" in page
    head = ("统一社会信用代码", "缴费人名称", "项目名称", "征收金额（元）", "缴费通知书编号")
    row = [credit_code(1), "绍兴示例1号置业有限公司", "示例花苑", "1,200.50", "人防1"]
    path = workbook(tmp_path / "人防.xlsx", [head, row])
    with path.open("rb") as file:
        liaison.post("/submit/9.10", {"file": file, "period": day.isoformat()})
    liaison.post(f"/submissions/{Submission.objects.get().pk}/commit")
    owed = Obligation.objects.get()
    assert standing(owed, timezone.localdate()).state is State.ON_TIME
    assert not owed.from_file
