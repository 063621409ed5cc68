"""A zero report that the office does not believe: returned with a reason, and the duty is due again."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from gongzhi.audit.models import Event
from gongzhi.catalogue import queries
from gongzhi.catalogue.actions import report_zero, return_zero, satisfy, withdraw
from gongzhi.catalogue.models import Obligation
from gongzhi.catalogue.states import NotPossible, State
from gongzhi.editions.queries import in_force
from gongzhi.work.models import Message

pytestmark = pytest.mark.django_db
UNIT = "construction_transport"


@pytest.fixture
def zero(cast):
    """zero(days to the due day) → what the unit said of a quarter that has ended."""

    def said(due=5):
        today = timezone.localdate()
        one = Obligation.objects.create(
            unit=UNIT, resource="9.5", period="2026Q3", opens=today - dt.timedelta(120),
            period_end=today - dt.timedelta(20), due=today + dt.timedelta(due), definitions="0" * 64,
        )  # fmt: skip
        return report_zero(obligation=one, reason="本季没有预售", by=cast["liaison"])

    return said


def said_on(act, day):
    """As if the zero report had been made on that day."""
    at = timezone.make_aware(dt.datetime.combine(day, dt.time(10)))
    Obligation.objects.filter(pk=act.obligation_id).update(zero_at=at)


def standing(act):
    return queries.owed_one(Obligation.objects.get(pk=act.obligation_id), timezone.localdate())


def test_before_the_due_day_it_is_due_on_it_again(zero, cast):
    act = zero()
    assert standing(act).standing.state is State.ZERO
    with pytest.raises(NotPossible, match="退回的理由"):
        return_zero(act=act, reason=" ", by=cast["office"])
    return_zero(act=act, reason="网签数据显示有预售", by=cast["office"])
    told = standing(act)
    assert (told.standing.state, told.due) == (State.AWAITED, timezone.localdate() + dt.timedelta(5))
    act.refresh_from_db()
    assert (act.state, act.answer, act.decided_by) == ("returned", "网签数据显示有预售", cast["office"])
    assert Event.objects.get(verb="obligation.zero_returned").actor == str(cast["office"].pk)
    lines = [text for one in Message.objects.filter(person=cast["liaison"]) for text, _ in one.lines]
    assert any("零报告" in text and "退回" in text for text in lines)
    for again in (return_zero, withdraw):
        with pytest.raises(NotPossible):
            again(**({"act": act, "by": cast["office"]} | ({"reason": "再"} if again is return_zero else {})))


def test_after_the_due_day_there_are_working_days_more_and_it_may_be_said_again(zero, cast):
    act, today = zero(-3), timezone.localdate()
    said_on(act, today - dt.timedelta(4))
    assert standing(act).standing.state is State.ZERO
    return_zero(act=act, reason="有业务", by=cast["office"])
    told = standing(act)
    grace = in_force().holidays.table.add_working_days(today, 3).day
    assert (told.standing.state, told.due) == (State.AWAITED, grace)
    report_zero(obligation=told.obligation, reason="核实过，确实没有", by=cast["liaison"])
    assert standing(act).standing.state is State.ZERO


def test_what_was_said_late_stays_late_however_often_it_is_returned(zero, cast):
    act = zero(-3)
    assert standing(act).standing.state is State.ZERO_LATE
    return_zero(act=act, reason="有业务", by=cast["office"])
    told = standing(act)
    assert (told.standing.state, told.standing.days_late) == (State.MISSING, 3)
    assert told.obligation.grace_due is None
    report_zero(obligation=told.obligation, reason="核实过，确实没有", by=cast["liaison"])
    assert standing(act).standing.state is State.ZERO_LATE


def test_what_came_meanwhile_stays(zero, cast):
    act = zero()
    satisfy(unit=UNIT, resource="9.5", period="2026Q3", received_at=timezone.now())
    return_zero(act=act, reason="已有文件", by=cast["office"])
    told = standing(act)
    assert (told.standing.state, told.obligation.returned_on) == (State.ON_TIME, None)


def test_the_office_finds_them_and_returns_one_in_the_browser(zero, client_of):
    act, office, liaison = zero(), client_of("office"), client_of("liaison")
    listed = office.get("/acts?kind=zero").content.decode()
    assert "本季没有预售" in listed
    assert "本季没有预售" not in office.get("/acts?kind=extend").content.decode()
    at, page = f"/acts/{act.pk}/return", f"/obligations/{act.obligation_id}"
    assert at in office.get(page).content.decode()
    assert at not in liaison.get(page).content.decode()
    assert liaison.post(at, {"reason": "x"}).status_code == 404
    assert "退回的理由" in office.post(at, {"reason": ""}, follow=True).content.decode()
    assert "恢复应报" in office.post(at, {"reason": "有业务"}, follow=True).content.decode()
    shown = liaison.get(page).content.decode()
    assert "已退回" in shown
    assert "有业务" in shown
    assert "提交零报告" in shown
