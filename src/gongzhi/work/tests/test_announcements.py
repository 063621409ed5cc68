"""Outcomes to a unit's own system: signed, named the same at every try, given up visibly, sent on by hand."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json

import pytest
from django.utils import timezone

from gongzhi.audit.models import Event
from gongzhi.engine.doors import Doors, Hook, Secret
from gongzhi.work import actions
from gongzhi.work.actions import sending as out
from gongzhi.work.models import Announcement, Delivery

pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]
UNIT, OTHER = "construction_transport", "natural_resources"
SAID = {"submission": "0197", "outcome": "partial", "accepted": 2}


@pytest.fixture
def named(settings, monkeypatch, receiver):
    """The site names an address for the unit, and one where nobody listens for the other unit."""
    monkeypatch.setenv("UNIT_SECRET", "a secret of the tests")
    secret = Secret(environment="UNIT_SECRET")
    settings.DOORS = Doors(
        hooks=(
            Hook(unit="建设交通局", address=receiver.address, secret=secret),
            Hook(unit="自然资源分局", address="http://127.0.0.1:1/nobody", secret=secret),
        )
    )
    return receiver


def due_again():
    Delivery.objects.update(next_at=timezone.now())


def test_it_is_signed_and_carries_what_was_said(named):
    actions.announce(unit=UNIT, said=SAID)
    assert actions.deliver() == 1
    assert actions.deliver() == 0
    ((headers, body),) = named.calls
    digest = hashlib.new("sm3", body).hexdigest()
    signed = "\n".join((headers["X-Gongzhi-Time"], headers["X-Gongzhi-Nonce"], digest)).encode()
    right = hmac.new(b"a secret of the tests", signed, lambda: hashlib.new("sm3")).hexdigest()
    assert headers["X-Gongzhi-Signature"] == right
    assert json.loads(body) == SAID
    event = Event.objects.get(verb="outcome.sent")
    assert event.detail == {"channel": "unit", "submission": "0197", "outcome": "partial"}


def test_where_no_address_is_named_nothing_is_kept(named):
    assert actions.announce(unit="education", said=SAID) is None
    assert not Announcement.objects.exists()


def test_an_answer_that_is_no_success_is_tried_again_under_the_same_name(named):
    named.answers = [500, 302, 200]
    actions.announce(unit=UNIT, said=SAID)
    sent = []
    for _ in range(3):
        sent.append(actions.deliver())
        due_again()
    assert sent == [0, 0, 1]
    assert len({headers["X-Gongzhi-Nonce"] for headers, _ in named.calls}) == 1
    assert actions.deliver() == 0


def test_a_death_between_sending_and_noting_says_the_same_again(named, monkeypatch):
    def die(_):
        raise KeyboardInterrupt

    actions.announce(unit=UNIT, said=SAID)
    with monkeypatch.context() as broken:
        broken.setattr(out, "_sent", die)
        with pytest.raises(KeyboardInterrupt):
            actions.deliver()
    due_again()
    assert actions.deliver() == 1
    first, second = named.calls
    assert first[0]["X-Gongzhi-Nonce"] == second[0]["X-Gongzhi-Nonce"]
    assert first[1] == second[1]


def test_who_does_not_answer_keeps_nobody_waiting_and_is_given_up_visibly(named, client_of, cast, caplog):
    for _ in range(3):
        actions.announce(unit=OTHER, said=SAID)
    actions.announce(unit=UNIT, said=SAID)
    assert actions.deliver() == 1
    others = Delivery.objects.filter(announcement__unit=OTHER)
    assert sorted(others.values_list("tries", flat=True)) == [0, 0, 1]  # one try tells enough
    for _ in range(3 * out.MOST_TRIES):
        due_again()
        actions.deliver()
    assert set(others.values_list("state", flat=True)) == {"failed"}
    assert "nobody" not in caplog.text
    page = client_of("system").get("/outbox").content.decode()
    assert "结果回传" in page
    assert "自然资源" in page
    assert "partial" not in page
    actions.try_again(delivery=others.first(), by=cast["system"])
    assert others.filter(state="waiting").count() == 1


def test_machines_are_told_in_the_quiet_hours_people_are_not(named, monkeypatch):
    monkeypatch.setattr(out, "quiet", lambda at: True)
    actions.announce(unit=UNIT, said=SAID)
    assert actions.deliver() == 1


def test_a_secret_or_an_address_that_is_gone_is_a_failure_of_the_try(named, monkeypatch, settings):
    actions.announce(unit=UNIT, said=SAID)
    monkeypatch.delenv("UNIT_SECRET")
    assert actions.deliver() == 0
    settings.DOORS = Doors()
    due_again()
    assert actions.deliver() == 0
    assert Delivery.objects.get().tries == 2
    assert Delivery.objects.get().next_at > timezone.now() + dt.timedelta(minutes=1)
    assert named.calls == []
