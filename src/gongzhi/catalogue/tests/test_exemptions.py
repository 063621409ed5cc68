"""免报 of a unit's resource: proposed by one of the office, agreed to by another, dated, revoked by day."""

from __future__ import annotations

import datetime as dt
import io
from importlib import import_module

import openpyxl
import pytest
from django.apps import apps
from django.utils import timezone

from gongzhi.audit.actions import seal
from gongzhi.audit.models import Event
from gongzhi.catalogue import actions, queries
from gongzhi.catalogue.actions import ask, decide, end_ruling, open_periods, propose_exemption, rule, withdraw
from gongzhi.catalogue.models import Obligation, Ruling
from gongzhi.catalogue.states import Kind, NotPossible, State
from gongzhi.work.models import Message

pytestmark = pytest.mark.django_db
UNIT, RESOURCE = "construction_transport", "9.5"
TODAY = dt.date(2026, 4, 10)


@pytest.fixture
def on(monkeypatch, db):
    """on(day) → the clock of this house stands on that day at noon."""

    def moved(day):
        seal()  # what happened on the day before
        at = timezone.make_aware(dt.datetime.combine(day, dt.time(12)))
        monkeypatch.setattr(timezone, "now", lambda: at)

    moved(TODAY)
    return moved


@pytest.fixture
def laid(db):
    """Laid down with the clock of the machine, by which sessions and grants count."""
    open_periods(since=dt.date(2026, 1, 1), until=dt.date(2026, 6, 30))


@pytest.fixture
def opened(on, laid):
    """With the clock of this house in April."""


def quarter(n, unit=UNIT):
    return Obligation.objects.get(unit=unit, resource=RESOURCE, period=f"2026Q{n}")


def state(n, day, unit=UNIT):
    """As of a day, and the same in the words of the database."""
    one = quarter(n, unit)
    found = queries.owed_one(one, day).standing.state
    told = queries.with_state(Obligation.objects.filter(pk=one.pk), day).get().state_then
    assert told == found
    return found


@pytest.fixture
def proposed(cast, opened):
    def made(**more):
        said = {
            "resource": RESOURCE, "unit": UNIT, "from_on": dt.date(2026, 1, 1), "until": None,
            "reason": "预售业务已停办", "basis": "越政办发〔2021〕45号",
        }  # fmt: skip
        return propose_exemption(by=cast["office"], **(said | more))

    return made


def test_one_proposes_another_agrees_and_it_holds_from_that_day_on(proposed, cast, on):
    ruling = proposed(with_stock=True)
    assert state(1, TODAY) is State.AWAITED
    with pytest.raises(NotPossible, match="另一个人"):
        rule(ruling=ruling, grant=True, answer="", by=cast["office"])
    on(TODAY + dt.timedelta(2))
    rule(ruling=ruling, grant=True, answer="", by=cast["office2"])
    assert state(1, TODAY + dt.timedelta(1)) is State.AWAITED
    assert state(1, TODAY + dt.timedelta(2)) is State.EXEMPT
    assert state(2, TODAY + dt.timedelta(90)) is State.EXEMPT
    open_periods(since=dt.date(2026, 7, 1), until=dt.date(2026, 9, 30))
    assert state(3, dt.date(2026, 12, 1)) is State.EXEMPT
    assert (
        queries.rates(
            Obligation.objects.filter(resource=RESOURCE, unit=UNIT), TODAY + dt.timedelta(400)
        ).counted
        == 0
    )
    verbs = Event.objects.filter(subject_kind="ruling", subject=str(ruling.pk)).order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == ["ruling.proposed", "ruling.granted"]


def test_revoked_it_ends_for_what_has_not_ended_and_no_earlier_day_is_told_anew(proposed, cast, on):
    rule(ruling=(ruling := proposed()), grant=True, answer="", by=cast["office2"])
    revoked = dt.date(2026, 5, 20)
    on(revoked)
    end_ruling(ruling=ruling, why="恢复办理预售", by=cast["office2"])
    assert state(2, revoked - dt.timedelta(1)) is State.EXEMPT  # as it was told on that day
    assert state(2, revoked) is State.NOT_DUE
    assert state(2, dt.date(2026, 12, 1)) is State.MISSING
    assert state(1, dt.date(2026, 12, 1)) is State.EXEMPT  # its period had ended
    on(dt.date(2026, 6, 1))
    again = proposed(from_on=dt.date(2026, 4, 1), reason="又停办")
    rule(ruling=again, grant=True, answer="", by=cast["office2"])
    assert state(2, dt.date(2026, 5, 19)) is State.EXEMPT
    assert state(2, dt.date(2026, 5, 31)) is State.NOT_DUE
    assert state(2, dt.date(2026, 6, 1)) is State.EXEMPT


def test_it_ends_with_its_last_period_and_concerns_one_unit_or_all(proposed, cast):
    until = dt.date(2026, 3, 31)
    rule(ruling=proposed(until=until), grant=True, answer="", by=cast["office2"])
    day = dt.date(2026, 12, 1)
    assert [state(n, day) for n in (1, 2)] == [State.EXEMPT, State.MISSING]
    streets = list(Obligation.objects.filter(resource="20.1", period="2026Q1").order_by("unit"))
    if not streets:
        streets = list(Obligation.objects.filter(resource="20.1").order_by("unit"))[:2]
    one, other = streets[:2]
    ruling = proposed(resource="20.1", unit=one.unit)
    rule(ruling=ruling, grant=True, answer="", by=cast["office2"])
    assert queries.owed_one(one, day).standing.state is State.EXEMPT
    assert queries.owed_one(other, day).standing.state is State.MISSING
    end_ruling(ruling=ruling, why="改为各街道一并免报", by=cast["office"])
    rule(ruling=proposed(resource="20.1", unit=""), grant=True, answer="", by=cast["office2"])
    assert queries.owed_one(other, day).standing.state is State.EXEMPT


def test_what_came_stays_and_who_is_exempt_is_not_chased(proposed, cast):
    actions.satisfy(unit=UNIT, resource=RESOURCE, period="2026Q1", received_at=timezone.now())
    rule(ruling=proposed(with_stock=True), grant=True, answer="", by=cast["office2"])
    assert state(1, TODAY) is State.ON_TIME
    assert not queries.unmet(Obligation.objects.filter(unit=UNIT, resource=RESOURCE), TODAY).exists()
    assert not [one for one in queries.matters(dt.date(2026, 7, 20)) if RESOURCE in one.title]


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"reason": " "}, "免报的理由"),
        ({"basis": ""}, "文号或依据"),
        ({"until": dt.date(2025, 12, 31)}, "不能早于"),
        ({"unit": "health"}, "不报这项数据"),
        ({"resource": "16.11", "unit": ""}, "不报这项数据"),
        ({"resource": "99.9"}, "不报这项数据"),
    ],
)
def test_what_cannot_be_proposed(proposed, more, word):
    with pytest.raises(NotPossible, match=word):
        proposed(**more)


def test_the_same_is_not_proposed_twice_and_a_proposal_may_be_dropped(proposed, cast):
    first = proposed()
    with pytest.raises(NotPossible, match=f"第 {first.pk} 号"):
        proposed(from_on=dt.date(2026, 7, 1))
    end_ruling(ruling=first, why="写错了资源", by=cast["office"])
    assert state(1, TODAY) is State.AWAITED
    second = proposed(until=dt.date(2026, 6, 30))
    proposed(from_on=dt.date(2026, 7, 1))  # beside it
    assert Event.objects.filter(verb="ruling.dropped", subject=str(first.pk)).exists()
    rule(ruling=second, grant=False, answer="仍有业务", by=cast["office2"])
    assert state(1, TODAY) is State.AWAITED


def test_a_unit_asks_until_a_period_and_takes_it_back(opened, cast, on):
    one = quarter(1)
    with pytest.raises(NotPossible, match="不能早于这一期"):
        ask(obligation=one, kind=Kind.EXEMPT, reason="停办", by=cast["liaison"], wanted=dt.date(2026, 1, 1))
    wanted = dt.date(2026, 6, 30)
    act = ask(obligation=one, kind=Kind.EXEMPT, reason="停办", by=cast["liaison"], wanted=wanted)
    decide(act=act, grant=True, answer="同意", by=cast["office"])
    day = dt.date(2026, 12, 1)
    assert [state(n, day) for n in (1, 2)] == [State.EXEMPT, State.EXEMPT]
    on(dt.date(2026, 5, 1))
    withdraw(act=act, by=cast["liaison"])
    assert [state(n, day) for n in (1, 2)] == [State.EXEMPT, State.MISSING]
    assert state(2, dt.date(2026, 4, 30)) is State.EXEMPT
    ruling = Ruling.objects.get(act=act)
    assert (ruling.state, ruling.ended_on) == ("withdrawn", dt.date(2026, 5, 1))


def test_for_one_period_alone_it_ends_altogether_and_the_office_may_end_it_too(opened, cast, on):
    act = ask(obligation=quarter(1), kind=Kind.EXEMPT, reason="本期没有业务", by=cast["liaison"])
    decide(act=act, grant=True, answer="", by=cast["office"])
    later = dt.date(2026, 5, 1)
    assert [state(n, dt.date(2026, 12, 1)) for n in (1, 2)] == [State.EXEMPT, State.MISSING]
    on(later)
    end_ruling(ruling=act.ruling, why="核实有业务", by=cast["office"])
    assert state(1, later - dt.timedelta(1)) is State.EXEMPT
    assert state(1, later) is State.MISSING
    act.refresh_from_db()
    with pytest.raises(NotPossible):
        withdraw(act=act, by=cast["liaison"])


def stock_of(unit=UNIT, resource=RESOURCE):
    return Obligation.objects.get(unit=unit, resource=resource, of_stock=True)


def stands(one, day):
    """The standing as of a day, and the same in the words of the database."""
    found = queries.owed_one(one, day).standing.state
    told = queries.with_state(Obligation.objects.filter(pk=one.pk), day).get().state_then
    assert told == found
    return found


def test_the_stock_of_a_register_is_no_period_and_exempt_only_where_it_is_said(proposed, cast, on):
    day, stock = dt.date(2100, 1, 1), stock_of()
    rule(ruling=(first := proposed()), grant=True, answer="", by=cast["office2"])
    assert [state(1, day), stands(stock, day)] == [State.EXEMPT, State.MISSING]
    end_ruling(ruling=first, why="存量也不必报", by=cast["office"])
    on(TODAY + dt.timedelta(1))
    later = dt.date(2027, 1, 1)  # the stock has its own clock: it was laid down before the first period
    rule(
        ruling=(second := proposed(from_on=later, with_stock=True)), grant=True, answer="", by=cast["office2"]
    )
    assert [state(2, day), stands(stock, day)] == [State.MISSING, State.EXEMPT]
    assert stands(stock, TODAY) is not State.EXEMPT
    on(TODAY + dt.timedelta(2))
    end_ruling(ruling=second, why="核实有存量", by=cast["office"])
    assert stands(stock, day) is State.MISSING
    assert stands(stock, TODAY + dt.timedelta(1)) is State.EXEMPT  # as it was told on that day
    with pytest.raises(NotPossible, match="不另报存量"):
        proposed(resource="20.1", unit="", with_stock=True)


def test_a_unit_asks_for_its_stock_alone(laid, client_of, cast):
    stock, day = stock_of(), dt.date(2100, 1, 1)
    liaison, office = client_of("liaison"), client_of("office")
    page = liaison.get(f"/obligations/{stock.pk}").content.decode()
    assert "存量" in page
    assert "ask-until" not in page
    with pytest.raises(NotPossible, match="存量只报一次"):
        ask(obligation=stock, kind=Kind.EXEMPT, reason="没有", by=cast["liaison"], wanted=day)
    said = {"ask-kind": "exempt", "ask-reason": "以前的预售许可都已交过纸质清单"}
    assert liaison.post(f"/obligations/{stock.pk}/ask", said).status_code == 302
    office.post(f"/acts/{stock.acts.get().pk}/decide", {"grant": "yes"})
    assert [stands(stock, day), state(1, day)] == [State.EXEMPT, State.MISSING]
    assert "的存量" in liaison.get(f"/rulings/{Ruling.objects.get(unit=UNIT).pk}").content.decode()


def test_what_is_proposed_in_the_browser_says_whether_the_stock_is_in_it(laid, client_of):
    office = client_of("office")
    form = {"resource": RESOURCE, "unit": UNIT, "start": "2026Q1", "reason": "停办", "basis": "会议纪要3号"}
    office.post("/rulings/new", form)
    first = Ruling.objects.get(unit=UNIT)
    client_of("office2").post(f"/rulings/{first.pk}/decide", {"grant": "yes"})
    assert "登记簿已有的存量仍要报一次" in office.get(f"/rulings/{first.pk}").content.decode()
    office.post(f"/rulings/{first.pk}/end", {"why": "连存量一起免"})
    office.post("/rulings/new", form | {"with_stock": "on"})
    assert "存量也免报" in office.get("/rulings").content.decode()
    assert Ruling.objects.filter(unit=UNIT, with_stock=True).count() == 1


def test_a_stock_that_was_exempt_stays_so(laid, cast):
    """The migration: what was owed of one day is known as stock, and what covered it goes on to."""
    stock = stock_of()
    Ruling.objects.create(
        resource=RESOURCE, unit=UNIT, kind="exempt", since=TODAY, from_on=TODAY, granted_on=TODAY,
        state="granted", reason="停办", asked_at=timezone.now(),
    )  # fmt: skip
    kept = set(Obligation.objects.filter(of_stock=True).values_list("pk", flat=True))
    Obligation.objects.update(of_stock=False)
    import_module("gongzhi.catalogue.migrations.0007_stock").marked(apps, None)
    assert set(Obligation.objects.filter(of_stock=True).values_list("pk", flat=True)) == kept
    stock.refresh_from_db()
    assert stands(stock, dt.date(2100, 1, 1)) is State.EXEMPT


def heard(person):
    return [text for one in Message.objects.filter(person=person) for text, _ in one.lines]


def test_in_the_browser(laid, client_of, cast):
    office, second, liaison = client_of("office"), client_of("office2"), client_of("liaison")
    form = {"resource": RESOURCE, "unit": UNIT, "start": "2026Q1", "reason": "停办", "basis": "会议纪要3号"}
    wrong = office.post("/rulings/new", form | {"start": "下个季度", "basis": ""})
    page = wrong.content.decode()
    assert wrong.status_code == 422
    assert "写成 2026-07" in page
    assert "停办" in page
    assert office.post("/rulings/new", form).status_code == 302
    ruling = Ruling.objects.get(unit=UNIT)
    at = f"/rulings/{ruling.pk}"
    assert "同意免报" not in office.get(at).content.decode()
    assert "另一个人" in office.post(f"{at}/decide", {"grant": "yes"}).content.decode()
    assert second.post(f"{at}/decide", {"grant": "yes", "answer": "按纪要办"}).status_code == 302
    for page in (
        f"/units/{UNIT}/duties",
        f"/matrix/{UNIT}/{RESOURCE}",
        "/rulings",
        f"/obligations/{quarter(1).pk}",
    ):
        assert at in liaison.get(page).content.decode(), page
    assert any("的提议等另一个人同意" in text for text in heard(cast["office2"]))
    assert any("免报" in text and "已同意" in text for text in heard(cast["liaison"]))
    peer = client_of("peer")
    assert peer.get(at).status_code == 404
    assert at not in peer.get(f"/units/{UNIT}/duties").content.decode()
    assert "撤销的理由" in second.post(f"{at}/end", {"why": ""}, follow=True).content.decode()
    assert second.post(f"{at}/end", {"why": "恢复"}, follow=True).status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(office.get("/rulings?state=ended&export=xlsx").getvalue()))
    cells = [str(cell.value) for row in book.active.iter_rows() for cell in row]
    assert any("9.5" in cell for cell in cells)
    assert "已撤销" in cells


def test_a_unit_states_in_the_browser_until_when(laid, client_of):
    one, liaison = quarter(1), client_of("liaison")
    said = {"ask-kind": "exempt", "ask-reason": "停办", "ask-until": "2026Q2"}
    assert liaison.post(f"/obligations/{one.pk}/ask", said).status_code == 302
    act = one.acts.get()
    assert act.wanted == dt.date(2026, 6, 30)
    office = client_of("office")
    assert "免报到 2026-06-30" in office.get(f"/obligations/{one.pk}").content.decode()
    office.post(f"/acts/{act.pk}/decide", {"grant": "yes", "due": "2026-03-31"})
    assert [state(n, dt.date(2100, 1, 1)) for n in (1, 2)] == [State.EXEMPT, State.MISSING]


def test_what_was_granted_before_is_carried_over(opened, cast):
    """The migration: a unit's granted exemption becomes the ruling that it would be today."""
    act = ask(obligation=quarter(1), kind=Kind.EXEMPT, reason="停办", by=cast["liaison"])
    decide(act=act, grant=True, answer="", by=cast["office"])
    made = Ruling.objects.get(act=act)
    kept = {
        name: getattr(made, name) for name in ("unit", "resource", "period", "from_on", "until", "granted_on")
    }
    made.delete()
    import_module("gongzhi.catalogue.migrations.0006_exemptions").carried_over(apps, None)
    again = Ruling.objects.get(act=act)
    assert {name: getattr(again, name) for name in kept} == kept
