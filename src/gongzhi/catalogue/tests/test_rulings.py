"""What the definitions propose about whole resources holds only once the office has ruled."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from gongzhi.audit.models import Event
from gongzhi.catalogue import queries
from gongzhi.catalogue.actions import end_ruling, open_periods, rule, satisfy
from gongzhi.catalogue.models import Obligation, Ruling
from gongzhi.catalogue.states import NotPossible, State
from gongzhi.editions.queries import in_force

pytestmark = pytest.mark.django_db
JANUARY, MARCH = dt.date(2026, 1, 1), dt.date(2026, 3, 31)


@pytest.fixture
def opened():
    """opened(until) → obligations from January on, written again as often as wanted."""

    def made(until=MARCH):
        open_periods(since=JANUARY, until=until)

    made()
    return made


def owed(resource, period):
    return Obligation.objects.get(resource=resource, period=period)


def state(resource, period, day=dt.date(2027, 1, 1)):
    return queries.owed_one(owed(resource, period), day).standing.state


def test_a_proposal_is_written_once_and_changes_nothing(opened):
    opened()
    assert {(one.resource, one.kind, one.state) for one in Ruling.objects.all()} == {
        ("14.1", "exempt", "asked"), ("4.3", "provider", "asked"),
    }  # fmt: skip
    exempt = Ruling.objects.get(resource="14.1")
    assert exempt.since == dt.date(2023, 1, 8)
    assert "防控" in exempt.reason
    assert state("14.1", "2026-01") is State.MISSING
    assert not owed("4.3", "2026Q1").scored
    assert Event.objects.filter(verb="ruling.proposed").count() == 2


def test_confirmed_nobody_owes_it_from_that_period_on_and_what_came_stays(opened, cast):
    at = timezone.make_aware(dt.datetime.fromisoformat("2026-03-05T09:00"))
    satisfy(unit="health", resource="14.1", period="2026-02", received_at=at)
    from_on = dt.date(2026, 2, 1)
    rule(
        ruling=Ruling.objects.get(kind="exempt"),
        grant=True,
        answer="已停发",
        by=cast["office"],
        from_on=from_on,
    )
    opened(dt.date(2026, 4, 30))
    states = [state("14.1", f"2026-0{month}") for month in range(1, 5)]
    assert states == [State.MISSING, State.ON_TIME, State.EXEMPT, State.EXEMPT]
    assert queries.rates(Obligation.objects.filter(resource="14.1"), dt.date(2027, 1, 1)).counted == 2
    assert "14.1" not in {
        one.title.split()[0] for one in queries.matters(timezone.localdate()) if "2026年3月" in one.title
    }


def test_it_may_end_on_a_day_and_may_be_taken_back(opened, cast):
    ruling = Ruling.objects.get(kind="exempt")
    with pytest.raises(NotPossible, match="不能早于"):
        rule(ruling=ruling, grant=True, answer="", by=cast["office"], from_on=MARCH, until=JANUARY)
    rule(
        ruling=ruling, grant=True, answer="", by=cast["office"],
        from_on=dt.date(2026, 1, 31), until=dt.date(2026, 2, 28),
    )  # fmt: skip
    states = [state("14.1", f"2026-0{month}") for month in range(1, 4)]
    assert states == [State.EXEMPT, State.EXEMPT, State.MISSING]
    with pytest.raises(NotPossible, match="理由"):
        end_ruling(ruling=ruling, why=" ", by=cast["office"])
    end_ruling(ruling=ruling, why="恢复发放", by=cast["office"])
    with pytest.raises(NotPossible):
        end_ruling(ruling=ruling, why="恢复发放", by=cast["office"])
    verbs = Event.objects.filter(subject_kind="ruling").order_by("pk").values_list("verb", flat=True)
    assert list(verbs)[-2:] == ["ruling.granted", "ruling.ended"]


def test_electricity_counts_from_the_confirmed_period_on(opened, cast):
    opened(dt.date(2026, 6, 30))
    ruling = Ruling.objects.get(kind="provider")
    rule(
        ruling=ruling,
        grant=True,
        answer="供电数据由科技局转报",
        by=cast["office"],
        from_on=dt.date(2026, 6, 30),
    )
    opened(dt.date(2026, 9, 30))
    assert [owed("4.3", f"2026Q{n}").scored for n in (1, 2, 3)] == [False, True, True]
    assert {
        key for key in queries.matrix(Obligation.objects.filter(resource="4.3"), MARCH, "resource").rows
    } == {"4.3"}
    ruling.refresh_from_db()
    assert (ruling.decided_at.date(), ruling.decided_by) == (timezone.now().date(), cast["office"])


def test_refused_nothing_follows_and_a_reason_is_needed(opened, cast):
    ruling = Ruling.objects.get(kind="exempt")
    with pytest.raises(NotPossible, match="理由"):
        rule(ruling=ruling, grant=False, answer=" ", by=cast["office"])
    rule(ruling=ruling, grant=False, answer="仍在发放", by=cast["office"])
    opened(dt.date(2026, 4, 30))
    assert state("14.1", "2026-03") is State.MISSING


def test_mines_listed_twice_are_owed_once(opened):
    assert not Obligation.objects.filter(resource="16.11").exists()
    assert Obligation.objects.filter(resource="16.4", period="2026Q1").exists()


def test_what_is_the_bureau_s_own_is_optional_and_counts_against_nobody():
    """Annex 2: 耕地占用税征缴信息 in 16.5 to 16.9, 税务部门征收金额 in 9.10 and 18.3."""
    own = {
        (number, field.title)
        for number, resource in in_force().resources.items()
        for sheet in resource.sheets
        for field in sheet.fields
        if not field.counted
    }
    assert {number for number, _ in own} == {"9.10", "16.5", "16.6", "16.7", "16.8", "16.9", "18.3"}
    assert {title for _, title in own} == {"耕地占用税征缴信息", "税务部门征收金额（元）"}


def test_the_page_shows_it_to_all_and_lets_the_office_rule(opened, client_of):
    liaison, office = client_of("liaison"), client_of("office")
    assert "提供单位核实" in liaison.get("/rulings").content.decode()
    exempt = Ruling.objects.get(kind="exempt")
    at = f"/rulings/{exempt.pk}"
    assert "同意免报" not in liaison.get(at).content.decode()
    assert "同意免报" in office.get(at).content.decode()
    answer = office.post(f"{at}/decide", {"grant": "no", "answer": ""})
    assert (answer.status_code, "不同意的理由" in answer.content.decode()) == (422, True)
    assert liaison.post(f"{at}/decide", {"grant": "yes"}).status_code == 404
    office.post(f"{at}/decide", {"grant": "yes", "from_on": "2026-03-01"})
    assert "2026-03-01 起结束的期间" in liaison.get("/rulings").content.decode()
    office.post(f"{at}/end", {"why": "恢复发放"})
    exempt.refresh_from_db()
    assert (exempt.state, exempt.ended_why) == ("withdrawn", "恢复发放")
    assert "恢复发放" in liaison.get(at).content.decode()


def test_the_provider_of_electricity_is_confirmed_in_the_browser(opened, client_of):
    """4.3 is shown and never scored until the office has said whose it is."""
    at = f"/rulings/{Ruling.objects.get(kind='provider').pk}"
    office = client_of("office")
    assert "确认提供单位，计入评分" in office.get(at).content.decode()
    assert office.post(f"{at}/decide", {"grant": "yes", "from_on": "2026-01-01"}).status_code == 302
    assert owed("4.3", "2026Q1").scored
