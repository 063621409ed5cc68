"""Nobody sees shared data before promising secrecy; the promise holds a year, and for its text."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from gongzhi.audit.models import Event
from gongzhi.disclosure import actions, queries
from gongzhi.disclosure.models import Acceptance
from gongzhi.gate import sight_of
from gongzhi.organisation.queries import definitions

pytestmark = pytest.mark.django_db


@pytest.fixture
def unsigned(client_of):
    """A liaison who has not signed."""
    Acceptance.objects.all().delete()
    return client_of("liaison")


@pytest.mark.parametrize("address", ["/", "/batches", "/submit/9.5", "/calendar", "/people"])
def test_everything_leads_to_the_promise(unsigned, address):
    answer = unsigned.get(address)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/agreement")
    assert unsigned.post(address).headers["Location"] == "/agreement"


def test_only_a_tick_signs(unsigned, cast):
    page = unsigned.get("/agreement").content.decode()
    assert "保密承诺书" in page
    assert "checked" not in page
    answer = unsigned.post("/agreement", {})
    assert answer.status_code == 422
    assert "请阅读后勾选" in answer.content.decode()
    assert not Acceptance.objects.exists()
    answer = unsigned.post("/agreement", {"agreed": "on", "next": "https://elsewhere.example.cn/"})
    assert answer.headers["Location"] == "/"
    assert unsigned.get("/batches").status_code == 200
    agreement = definitions().agreements["sharing"]
    event = Event.objects.filter(verb="agreement.accepted").latest("id")
    assert (event.actor, event.detail) == (
        str(cast["liaison"].pk),
        {"agreements": {"sharing": agreement.digest}},
    )
    assert "签署" in unsigned.get("/agreement").content.decode()


def test_it_runs_out_and_another_text_is_another_promise(cast):
    sight = sight_of(cast["liaison"])
    assert queries.missing(sight) == []
    Acceptance.objects.update(at=timezone.now() - dt.timedelta(367))
    assert [one.key for one in queries.missing(sight)] == ["sharing"]
    assert actions.accept_agreements(by=cast["liaison"]) == 1
    assert actions.accept_agreements(by=cast["liaison"]) == 0
    assert queries.missing(sight) == []
    Acceptance.objects.update(digest="0" * 64)
    assert queries.missing(sight)


@pytest.mark.parametrize(
    ("given", "until"),
    [("2026-03-15", "2027-03-15"), ("2024-02-29", "2025-02-28"), ("2026-12-31", "2027-12-31")],
)
def test_it_holds_as_many_months_as_it_says(given, until):
    at = timezone.make_aware(dt.datetime.fromisoformat(f"{given}T09:00"))
    assert queries.holds_until(definitions().agreements["sharing"], at) == dt.date.fromisoformat(until)


def test_who_opens_nothing_promises_nothing(cast, client_of):
    Acceptance.objects.all().delete()
    asked = {name for name, one in cast.items() if queries.missing(sight_of(one))}
    assert {"liaison", "peer", "head", "office", "officer"} <= asked
    assert not {"stranger", "leader"} & asked
    assert client_of("stranger").get("/").status_code == 200


def test_who_has_not_signed_is_a_list(cast, client_of):
    Acceptance.objects.filter(person=cast["liaison"]).delete()
    page = client_of("office").get("/agreements").content.decode()
    assert "1 人没有签署" in page
    first = page.split("<tbody>")[1].split("</tr>")[0]
    assert "联络员甲" in first
    assert "未签署" in first
