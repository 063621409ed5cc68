"""Quotas: so many rows a day and in some minutes, held against oneself and against two at once."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from uuid import uuid4

import pytest
from django.utils import timezone

from gongzhi.audit.models import Event
from gongzhi.disclosure import queries
from gongzhi.disclosure.actions import Refused, ask_for_more, decide, reveal
from gongzhi.disclosure.actions.revealing import Asked
from gongzhi.disclosure.models import Allowance, Reveal
from gongzhi.disclosure.queries import MaskedRow
from gongzhi.gate import sight_of
from gongzhi.organisation.models import Grant, Person
from gongzhi.organisation.queries import definitions

pytestmark = pytest.mark.django_db
WHY = "核对企业来函更正的联系人"
DAY, BURST = 20, 10


def asked_by(person: Person, number: int = 2) -> Asked:
    """A look at a row of the person's own unit."""
    known = definitions()
    resource, sheet = known.tables["air_defence_fees"]
    fields = (sheet.field("contact_name"),)
    row = MaskedRow(uuid4(), "9.10-2026-09-15-01", person.unit, resource, 0, number, fields)
    return Asked(row, known.purposes["own_rows"], ["contact_name"], None, WHY)


def look(person: Person, number: int = 2) -> Reveal:
    opened = {"contact_name": "某人"}
    return reveal(asked=asked_by(person, number), opened=lambda: opened, by=person)


def earlier(person: Person, count: int, *, minutes: int) -> None:
    """So many looks, made some minutes ago."""
    for number in range(count):
        made = look(person, number)
        Reveal.objects.filter(pk=made.pk).update(at=timezone.now() - dt.timedelta(minutes=minutes))


@pytest.fixture
def noon(monkeypatch, cast):
    """A working day's noon, so that minutes ago is still today; the grants are older."""
    at = timezone.make_aware(dt.datetime.fromisoformat("2026-09-15T12:00"))
    Grant.objects.update(valid_from=at - dt.timedelta(1))
    monkeypatch.setattr(timezone, "now", lambda: at)
    return at


@pytest.fixture
def friend(cast):
    """Another of the liaison's unit, with the role of the cast's head."""
    return cast["head"]


def test_the_burst_is_held_and_goes_again(noon, cast):
    person = cast["liaison"]
    for number in range(BURST):
        look(person, number)
    with pytest.raises(Refused, match="5 分钟内最多查看 10 行，请在 12:05 以后再看") as refused:
        look(person)
    assert refused.value.code == "over_burst"
    event = Event.objects.get(verb="reveal.refused")
    assert (event.outcome, event.detail["row"], event.detail["purpose"]) == ("refused", 2, "own_rows")
    Reveal.objects.update(at=noon - dt.timedelta(minutes=6))
    assert look(person)


def test_the_day_is_held_and_the_next_begins_anew(noon, cast):
    person = cast["liaison"]
    earlier(person, BURST, minutes=60)
    earlier(person, BURST, minutes=30)
    with pytest.raises(Refused, match="今天已查看到限额（每天 20 行）") as refused:
        look(person)
    assert refused.value.code == "over_day"
    Reveal.objects.update(at=noon - dt.timedelta(hours=13))
    assert look(person)
    assert Reveal.objects.count() == DAY + 1


def test_the_quota_is_ones_own(noon, cast):
    earlier(cast["liaison"], BURST, minutes=0)
    assert look(cast["peer"])


def test_no_role_no_quota(cast):
    assert queries.quota_of(sight_of(cast["grid"])) is None
    assert queries.quota_of(sight_of(cast["head"])) is None
    with pytest.raises(Refused) as refused:
        look(cast["head"])
    assert refused.value.code == "not_allowed"


def test_another_of_the_unit_allows_more_for_today(noon, cast, friend):
    person = cast["liaison"]
    earlier(person, BURST, minutes=60)
    earlier(person, BURST, minutes=30)
    assert queries.approvers(person) == [friend]
    wish = ask_for_more(more=2, reason=WHY, by=person)
    with pytest.raises(Refused, match="还没有答复"):
        ask_for_more(more=2, reason=WHY, by=person)
    for other in ("liaison", "peer", "office", "security"):
        with pytest.raises(Refused, match="本单位负责批准的另一人"):
            decide(allowance=wish, granted=True, by=cast[other])
    decide(allowance=wish, granted=True, by=friend)
    with pytest.raises(Refused, match="已经答复"):
        decide(allowance=wish, granted=False, by=friend)
    look(person, 50)
    look(person, 51)
    with pytest.raises(Refused, match="限额"):
        look(person, 52)
    verbs = list(Event.objects.filter(verb__startswith="allowance").values_list("verb", "actor", "duty"))
    assert verbs == [
        ("allowance.asked", str(person.pk), "reveal_person"),
        ("allowance.decided", str(friend.pk), "approve_reveal"),
    ]


def test_what_was_declined_gives_nothing_and_yesterdays_neither(noon, cast, friend):
    person = cast["liaison"]
    quota = queries.quota_of(sight_of(person))
    decide(allowance=ask_for_more(more=5, reason=WHY, by=person), granted=False, by=friend)
    assert queries.left_today(person, quota, noon) == DAY
    wish = ask_for_more(more=5, reason=WHY, by=person)
    Allowance.objects.filter(pk=wish.pk).update(day=noon.date() - dt.timedelta(1))
    with pytest.raises(Refused, match="已过当天"):
        decide(allowance=wish, granted=True, by=friend)


def test_nobody_approves_in_return(noon, cast):
    """Two of one unit who may both look and approve do not grant each other on one day."""
    one, two = cast["office"], cast["officer"]
    Grant.objects.filter(person=two).update(role="office")
    two = Person.objects.get(pk=two.pk)
    decide(allowance=ask_for_more(more=5, reason=WHY, by=one), granted=True, by=two)
    back = ask_for_more(more=5, reason=WHY, by=two)
    with pytest.raises(Refused, match="由对方批准"):
        decide(allowance=back, granted=True, by=one)
    decide(allowance=back, granted=False, by=one)


def test_more_than_the_quota_again_is_not_asked_for(cast):
    with pytest.raises(Refused, match="最多申请增加 20 行"):
        ask_for_more(more=21, reason=WHY, by=cast["liaison"])
    with pytest.raises(Refused):
        ask_for_more(more=1, reason=WHY, by=cast["grid"])


def test_a_purpose_that_is_not_yet_in_force_is_none(cast):
    asked = asked_by(cast["liaison"])
    later = asked.purpose.model_copy(update={"since": dt.date(2999, 1, 1)})
    with pytest.raises(Refused, match="不能用这个事由"):
        reveal(asked=replace(asked, purpose=later), opened=dict, by=cast["liaison"])


# The pages.


def test_the_page_of_more_rows(cast, client_of):
    client = client_of("liaison")
    page = client.get("/reveals/more").content.decode()
    assert "今天还可查看 20 行" in page
    assert cast["head"].name in page
    assert client.post("/reveals/more", {"more": "3", "reason": "急"}).status_code == 422
    assert client.post("/reveals/more", {"more": "3", "reason": WHY}).status_code == 302
    wish = Allowance.objects.get()
    other = client_of("office").post(f"/reveals/more/{wish.pk}", {"granted": "yes"})
    assert other.status_code == 404, "another unit's wish is not there"
    assert client_of("peer").get(f"/reveals/more/{wish.pk}").status_code == 404
    head = client_of("head")
    head.get("/account")
    assert WHY in head.get("/reveals/more").content.decode()
    assert head.post(f"/reveals/more/{wish.pk}", {"granted": "yes"}).status_code == 302
    wish.refresh_from_db()
    assert (wish.state, wish.decided_by) == ("granted", cast["head"])
    assert "已批准" in client.get("/reveals/more").content.decode()


def test_the_auditor_sees_each_look_and_what_was_refused(noon, cast, client_of):
    person = cast["liaison"]
    for number in range(BURST):
        look(person, number)
    with pytest.raises(Refused):
        look(person, 77)
    page = client_of("auditor").get("/reveals").content.decode()
    assert person.name in page
    assert WHY in page
    assert "第 9 行" in page
    assert "某人" not in page
    assert "第 77 行" in page
    assert "工作时间" in page
    assert "非工作时间" not in page


@pytest.mark.parametrize(
    ("at", "off"),
    [("2026-09-15T12:00", False), ("2026-09-15T07:59", True), ("2026-09-15T08:00", False),
     ("2026-09-15T18:00", True), ("2026-09-19T12:00", True), ("2026-10-01T12:00", True),
     ("2026-02-14T12:00", False)],
)  # fmt: skip
def test_what_lies_outside_the_working_hours(at, off):
    """A day, its edges, a Saturday, a holiday, a Saturday worked in exchange."""
    assert queries.off_hours(timezone.make_aware(dt.datetime.fromisoformat(at)), definitions()) == off


def test_ones_own_looks_are_on_the_account(cast, client_of):
    look(cast["liaison"])
    look(cast["peer"], 33)
    client = client_of("liaison")
    assert "/reveals/mine" in client.get("/account").content.decode()
    page = client.get("/reveals/mine").content.decode()
    assert "今天还可查看 19 行" in page
    assert "第 2 行" in page
    assert "第 33 行" not in page
    assert "/reveals/mine" not in client_of("head").get("/account").content.decode()


def test_the_provider_sees_counts_and_no_names(cast, client_of):
    look(cast["liaison"])
    look(cast["liaison"], 3)
    look(cast["peer"])
    for name, there in (("liaison", True), ("head", True), ("office", True), ("peer", False)):
        page = client_of(name).get("/reveals/use").content.decode()
        main = page[page.index("<main") :].split("print-foot")[0]
        assert ("防空地下室易地建设费缴费人信息" in main and 'data-label="次数">2<' in main) == there
        assert "联络员甲" not in main
        assert WHY not in main
    assert "/reveals/use" not in client_of("grid").get("/").content.decode()
