"""Zero report, exemption, extension, another way: asked with a reason, decided by somebody else."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import timezone

from gongzhi.audit.models import Event
from gongzhi.catalogue import actions
from gongzhi.catalogue.actions import (
    NeedsAnswer,
    ask,
    ask_for,
    decide,
    open_periods,
    report_zero,
    returned,
    satisfy,
)
from gongzhi.catalogue.models import Act, Obligation, Ruling
from gongzhi.catalogue.queries import matters, standing_duties, with_state
from gongzhi.catalogue.states import SHANGHAI, ActState, Kind, NotPossible, Standing, State, after, standing
from gongzhi.editions.queries import in_force
from gongzhi.work.actions.giving import due_day

pytestmark = pytest.mark.django_db


@pytest.fixture
def owed():
    """owed(months back) → the obligation of 9.5 for a month that has ended, due in three days."""
    today = timezone.localdate()

    def made(back=1, due=3, **more):
        yesterday = today - dt.timedelta(days=1)  # the period has ended by then, on any day of a month
        end = yesterday.replace(day=1) - dt.timedelta(days=1 + 31 * (back - 1))
        return Obligation.objects.create(
            unit="construction_transport", resource="9.5", period=f"{end:%Y-%m}", period_end=end,
            opens=end.replace(day=1), due=today + dt.timedelta(days=due), definitions="0" * 64, **more,
        )  # fmt: skip

    return made


def test_a_zero_report_meets_the_obligation_and_can_be_taken_back(owed, cast):
    one, today = owed(), timezone.localdate()
    act = report_zero(obligation=one, reason="本月没有发放预售证", by=cast["liaison"])
    one.refresh_from_db()
    assert standing(one, today).state is State.ZERO
    assert standing(one, today - dt.timedelta(days=1)).state is State.AWAITED
    with pytest.raises(NotPossible, match="已经报过"):
        report_zero(obligation=one, reason="再来一次", by=cast["liaison"])
    actions.withdraw(act=act, by=cast["liaison"])
    one.refresh_from_db()
    assert standing(one, today).state is State.AWAITED
    verbs = Event.objects.filter(verb__startswith="obligation.").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["obligation.zero_reported", "obligation.withdrawn"]


def test_a_zero_report_needs_a_reason_and_an_ended_period(owed, cast):
    with pytest.raises(NotPossible, match="原因"):
        report_zero(obligation=owed(), reason="  ", by=cast["liaison"])
    today = timezone.localdate()
    running = owed(2)
    Obligation.objects.filter(pk=running.pk).update(period_end=today)
    with pytest.raises(NotPossible, match="还没有结束"):
        report_zero(obligation=running, reason="没有", by=cast["liaison"])


def test_the_third_zero_in_a_row_is_asked_about_where_there_is_usually_data(owed, cast):
    owed(4, received_at=timezone.now())
    for back in (3, 2):
        report_zero(obligation=owed(back), reason="没有", by=cast["liaison"])
    third = owed(1)
    with pytest.raises(NeedsAnswer):
        report_zero(obligation=third, reason="没有", by=cast["liaison"])
    assert (
        report_zero(obligation=third, reason="已核实", by=cast["liaison"], confirmed=True).state == "granted"
    )


def test_without_earlier_data_no_third_zero_is_asked_about(owed, cast):
    for back in (4, 3, 2, 1):
        report_zero(obligation=owed(back), reason="没有", by=cast["liaison"])
    assert Act.objects.filter(kind="zero").count() == 4


def test_an_extension_is_asked_granted_and_moves_the_due_day(owed, cast):
    one, today = owed(due=-2), timezone.localdate()
    assert standing(one, today).state is State.MISSING
    with pytest.raises(NotPossible, match="晚于"):
        ask(obligation=one, kind=Kind.EXTEND, reason="系统升级", by=cast["liaison"], wanted=one.due)
    act = ask(
        obligation=one,
        kind=Kind.EXTEND,
        reason="系统升级",
        by=cast["liaison"],
        wanted=today + dt.timedelta(5),
    )
    with pytest.raises(NotPossible, match="还没有决定"):
        ask(
            obligation=one,
            kind=Kind.EXTEND,
            reason="又问",
            by=cast["liaison"],
            wanted=today + dt.timedelta(6),
        )
    decide(act=act, grant=True, answer="", by=cast["office"], due=today + dt.timedelta(4))
    one.refresh_from_db()
    assert (standing(one, today).state, one.extended_due) == (State.AWAITED, today + dt.timedelta(4))
    assert one.due == today - dt.timedelta(2)
    assert standing(one, today - dt.timedelta(1)).state is State.MISSING


def test_a_duty_is_put_off_until_the_latest_day_and_no_further(owed, cast, client_of):
    one, today = owed(), timezone.localdate()
    latest = one.due + dt.timedelta(int(in_force().parameters["extension_days"].at(today).value))
    far = latest + dt.timedelta(1)
    for kind, words in ((Kind.EXTEND, "延期最晚到"), (Kind.ELSEWHERE, "约定提供日最晚到")):
        said = {"obligation": one, "kind": kind, "reason": "系统升级", "by": cast["liaison"], "place": "专网"}
        with pytest.raises(NotPossible, match=f"{words} {latest}"):
            ask(**said, wanted=far)
        act = ask(**said, wanted=latest)
        with pytest.raises(NotPossible, match=f"{words} {latest}"):
            decide(act=act, grant=True, answer="", by=cast["office"], due=far)
    assert f"最晚到 {latest}" in client_of("liaison").get(f"/obligations/{one.pk}").content.decode()
    late = owed(back=2, due=-300)
    assert actions.latest_day(late, today) == latest - dt.timedelta(3)


def test_an_extension_into_the_past_is_neither_asked_nor_granted(owed, cast):
    one, today = owed(due=-20), timezone.localdate()
    past = today - dt.timedelta(1)
    with pytest.raises(NotPossible, match="今天"):
        ask(obligation=one, kind=Kind.EXTEND, reason="系统升级", by=cast["liaison"], wanted=past)
    act = ask(obligation=one, kind=Kind.EXTEND, reason="系统升级", by=cast["liaison"], wanted=today)
    with pytest.raises(NotPossible, match="今天"):
        decide(act=act, grant=True, answer="", by=cast["office"], due=past)
    act.refresh_from_db()
    assert act.state == "asked"
    decide(act=act, grant=True, answer="", by=cast["office"])
    one.refresh_from_db()
    assert one.extended_due == today


def test_an_exemption_is_refused_only_with_a_reason_and_never_decided_by_its_asker(owed, cast):
    one = owed()
    act = ask(obligation=one, kind=Kind.EXEMPT, reason="不再有此类事项", by=cast["office"])
    with pytest.raises(NotPossible, match="另一个人"):
        decide(act=act, grant=True, answer="", by=cast["office"])
    act = ask(obligation=owed(2), kind=Kind.EXEMPT, reason="不再有此类事项", by=cast["liaison"])
    with pytest.raises(NotPossible, match="不同意的理由"):
        decide(act=act, grant=False, answer="", by=cast["office"])
    decide(act=act, grant=False, answer="本期仍有数据", by=cast["office"])
    with pytest.raises(NotPossible, match="未同意"):
        decide(act=act, grant=True, answer="", by=cast["office"])
    assert not Ruling.objects.exists()


def test_another_way_of_exchange_is_met_when_the_unit_has_provided_it_there(owed, cast):
    one, today = owed(), timezone.localdate()
    with pytest.raises(NotPossible, match="哪里公布"):
        ask(obligation=one, kind=Kind.ELSEWHERE, reason="已公开", by=cast["liaison"])
    act = ask(
        obligation=one, kind=Kind.ELSEWHERE, reason="已公开", by=cast["liaison"], place="省公共数据平台"
    )
    with pytest.raises(NotPossible, match="先申请"):
        actions.provided_elsewhere(act=act, by=cast["liaison"])
    act = decide(act=act, grant=True, answer="", by=cast["office"])
    one.refresh_from_db()
    assert standing(one, today).state is State.AWAITED
    actions.provided_elsewhere(act=act, by=cast["liaison"])
    one.refresh_from_db()
    assert standing(one, today).state is State.ON_TIME
    with pytest.raises(NotPossible, match="不能撤回"):
        actions.withdraw(act=act, by=cast["liaison"])


def elsewhere(one, cast, **more):
    """Another way of exchange, asked for."""
    said = {"reason": "系统不通", "place": "光盘", "kind": Kind.ELSEWHERE}
    return ask(obligation=one, by=cast["liaison"], **said, **more)


def test_an_overdue_duty_is_due_on_the_agreed_day_and_not_chased_until_then(owed, cast):
    one, today = owed(due=-303), timezone.localdate()
    agreed = today + dt.timedelta(40)
    with pytest.raises(NotPossible, match="或以后的日期"):
        elsewhere(one, cast, wanted=today - dt.timedelta(1))
    act = elsewhere(one, cast, wanted=today + dt.timedelta(9))
    assert [matter.due for matter in matters(today)] == [one.due]
    act = decide(act=act, grant=True, answer="", by=cast["office"], due=agreed)
    assert (act.wanted, act.given) == (today + dt.timedelta(9), agreed)
    one.refresh_from_db()
    assert standing(one, today).state is State.AWAITED
    assert standing(one, today - dt.timedelta(1)).days_late == 302
    assert with_state(Obligation.objects.all(), agreed).get().state_then == State.AWAITED
    assert standing(one, agreed + dt.timedelta(1)) == Standing(State.MISSING, 1)
    assert [matter.due for matter in matters(today)] == [agreed]
    actions.provided_elsewhere(act=act, by=cast["liaison"])
    one.refresh_from_db()
    assert standing(one, agreed + dt.timedelta(1)).state is State.ON_TIME


def test_without_an_agreed_day_the_duty_stays_due_when_it_was(owed, cast):
    one, today = owed(due=-2), timezone.localdate()
    act = decide(act=elsewhere(one, cast), grant=True, answer="", by=cast["office"])
    one.refresh_from_db()
    assert standing(one, today).days_late == 2
    actions.provided_elsewhere(act=act, by=cast["liaison"])
    one.refresh_from_db()
    assert standing(one, today).label == "逾期2天"


def test_what_was_provided_elsewhere_outlives_a_file_that_is_withdrawn(owed, cast):
    one = owed()
    act = decide(act=elsewhere(one, cast), grant=True, answer="", by=cast["office"])
    actions.provided_elsewhere(act=act, by=cast["liaison"])
    place = {"unit": one.unit, "resource": one.resource, "period": one.period}
    earlier = timezone.now() - dt.timedelta(1)  # received before, taken in later
    satisfy(**place, received_at=earlier)
    actions.taken_back(**place, received_at=earlier, still=None)
    one.refresh_from_db()
    assert one.received_at == Act.objects.get().provided_at


def test_what_is_taken_back_leaves_the_other_day_that_was_granted(owed, cast):
    one, today = owed(), timezone.localdate()
    days = {kind: today + dt.timedelta(n) for kind, n in ((Kind.EXTEND, 9), (Kind.ELSEWHERE, 20))}
    asked = ask(obligation=one, kind=Kind.EXTEND, reason="升级", by=cast["liaison"], wanted=days[Kind.EXTEND])
    decide(act=asked, grant=True, answer="", by=cast["office"])
    other = elsewhere(one, cast, wanted=days[Kind.ELSEWHERE])
    decide(act=other, grant=True, answer="", by=cast["office"])
    for act, left in ((None, days[Kind.ELSEWHERE]), (other, days[Kind.EXTEND]), (asked, None)):
        if act:
            actions.withdraw(act=act, by=cast["liaison"])
        one.refresh_from_db()
        assert one.extended_due == left
    assert one.extended_on is None


def test_a_return_after_the_due_day_gives_three_working_days(db):
    friday = dt.datetime(2026, 5, 22, 10, tzinfo=SHANGHAI)
    one = Obligation.objects.create(
        unit="construction_transport", resource="9.5", period="2026-04", period_end=dt.date(2026, 4, 30),
        opens=dt.date(2026, 4, 1), due=dt.date(2026, 5, 15), definitions="x",
        received_at=dt.datetime(2026, 5, 14, 9, tzinfo=SHANGHAI),
    )  # fmt: skip
    place = {"unit": one.unit, "resource": one.resource, "period": one.period}
    day = returned(**place, received_at=one.received_at, at=friday, still=None)
    assert day == dt.date(2026, 5, 27)
    one.refresh_from_db()
    assert standing(one, dt.date(2026, 5, 27)).state is State.AWAITED
    assert standing(one, dt.date(2026, 5, 28)).state is State.MISSING
    satisfy(**place, received_at=dt.datetime(2026, 5, 26, 9, tzinfo=SHANGHAI))
    one.refresh_from_db()
    assert standing(one, dt.date(2026, 6, 1)).state is State.ON_TIME


def test_a_request_is_owed_by_its_agreed_day_and_an_event_by_working_days(cast):
    definitions = in_force()
    request = next(
        r
        for r in definitions.resources.values()
        if definitions.frequencies[r.frequency].period == "request"
        and definitions.providers(r)
        and not r.proposed
    )
    unit = definitions.providers(request)[0].key
    today = timezone.localdate()
    first = ask_for(
        unit=unit, resource=request.number, reason="核实需要", by=cast["office"], due=today + dt.timedelta(9)
    )
    second = ask_for(unit=unit, resource=request.number, reason="核实需要", by=cast["office"])
    assert first.due == today + dt.timedelta(9)
    assert first.period != second.period
    assert second.due_provisional
    assert second.due > today
    monthly = next(r for r in definitions.resources.values() if r.frequency == "月后15日内" and not r.stock)
    with pytest.raises(NotPossible, match="不必另行提请"):
        ask_for(
            unit=definitions.providers(monthly)[0].key, resource=monthly.number, reason="", by=cast["office"]
        )
    with pytest.raises(NotPossible, match="不提供"):
        ask_for(unit="court", resource=request.number, reason="", by=cast["office"])


def test_the_due_day_rolls_when_the_switch_is_on(monkeypatch):
    definitions = in_force()
    year = {"since": dt.date(2026, 1, 1), "until": dt.date(2026, 1, 31)}
    open_periods(**year)
    literal = Obligation.objects.get(resource="15.3", period="2026-01", unit="market_regulation")
    assert (literal.due, literal.due_provisional) == (dt.date(2026, 2, 15), False)
    Obligation.objects.all().delete()
    parameter = definitions.parameters["shift_to_working_day"]
    on = parameter.model_copy(update={"values": (parameter.values[0].model_copy(update={"value": 1}),)})
    changed = replace(definitions, parameters={**definitions.parameters, on.key: on})
    monkeypatch.setattr("gongzhi.catalogue.actions.opening.in_force", lambda: changed)
    open_periods(**year)
    rolled = Obligation.objects.get(resource="15.3", period="2026-01", unit="market_regulation")
    assert rolled.due == dt.date(2026, 2, 24)  # 15 to 23 February are off in 2026


def switched(definitions, **on):
    """The definitions with some switches of the calendar set."""
    parameters = dict(definitions.parameters)
    for key, value in on.items():
        first = parameters[key].values[0]
        parameters[key] = parameters[key].model_copy(
            update={"values": (first.model_copy(update={"value": value}),)}
        )
    return replace(definitions, parameters=parameters)


YEAR_2026 = {"since": dt.date(2026, 1, 1), "until": dt.date(2026, 12, 31)}


def test_due_days_stand_as_the_notice_counts_them_for_every_rhythm():
    """Off (as the notice is worded): the period's end plus the days, on whatever day of the week that is."""
    definitions = in_force()
    open_periods(**YEAR_2026)
    counted = 0
    for one in Obligation.objects.exclude(due=None).filter(period_end__year=2026):
        frequency = definitions.frequencies[definitions.resources[one.resource].frequency]
        if frequency.due_days is not None and not one.due_provisional:
            counted += 1
            assert one.due == one.period_end + dt.timedelta(frequency.due_days), one
    assert counted > 300
    assert {one.due.weekday() for one in Obligation.objects.exclude(due=None)} >= {5, 6}


@pytest.mark.parametrize("switch", ["shift_to_working_day", "extend_for_long_holiday"])
def test_switched_on_no_duty_and_no_item_of_work_falls_on_a_day_off(monkeypatch, switch):
    definitions = switched(in_force(), **{switch: 1})
    monkeypatch.setattr("gongzhi.catalogue.actions.opening.in_force", lambda: definitions)
    table = definitions.holidays.table
    open_periods(**YEAR_2026)
    due = set(Obligation.objects.exclude(due=None).values_list("due", flat=True))
    known = {day for day in due if table.knows(day)}
    assert len(known) > 10
    assert all(table.is_working(day) for day in known)
    kind = next(iter(definitions.work.values())).model_copy(update={"counted": "days"})
    start = dt.date(2026, 2, 1)
    for later in range(60):
        assert table.is_working(due_day(definitions, kind, start + dt.timedelta(later)))


def test_what_was_laid_down_is_never_rewritten(monkeypatch):
    year = {"since": dt.date(2026, 1, 1), "until": dt.date(2026, 3, 31)}
    open_periods(**year)
    before = {one.pk: (one.due, one.scored, one.definitions) for one in Obligation.objects.all()}
    definitions = in_force()
    frequencies = {
        key: one.model_copy(update={"due_days": 1} if one.due_days else {})
        for key, one in definitions.frequencies.items()
    }
    changed = replace(definitions, frequencies=frequencies, digest="y" * 64)
    monkeypatch.setattr("gongzhi.catalogue.actions.opening.in_force", lambda: changed)
    assert open_periods(**year) == 0
    assert {one.pk: (one.due, one.scored, one.definitions) for one in Obligation.objects.all()} == before


def test_a_standing_duty_is_told_by_its_last_activity():
    definitions = in_force()
    standing_one = next(
        r
        for r in definitions.resources.values()
        if definitions.frequencies[r.frequency].period == "standing" and not r.proposed
    )
    unit = definitions.providers(standing_one)[0].key
    noon = dt.datetime(2026, 5, 1, 12, tzinfo=SHANGHAI)
    place = {"unit": unit, "resource": standing_one.number}
    assert (unit, standing_one.number, None) in standing_duties()
    satisfy(**place, period="2026-05-01", received_at=noon)
    satisfy(**place, period="2026-04-01", received_at=noon - dt.timedelta(30))
    assert (unit, standing_one.number, noon) in standing_duties()


def test_verbs_lead_where_the_table_says():
    assert {(s.value, v) for s in ActState for v in ("grant", "refuse", "withdraw") if _leads(s, v)} == {
        ("asked", "grant"), ("asked", "refuse"), ("asked", "withdraw"), ("granted", "withdraw"),
    }  # fmt: skip


def _leads(state, verb):
    try:
        after(state, verb)
    except NotPossible:
        return False
    return True
