"""A signed call counts once, in its time, from its place, with its key, and as often as was approved."""

import datetime as dt
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.calls import authorization, key_of

from gongzhi.audit.models import Event
from gongzhi.engine.crypto import sm3
from gongzhi.organisation.actions import Call, Turned, admit, claimed, end_key, forget_calls
from gongzhi.organisation.models import ApiKey, Nonce, Tally
from gongzhi.organisation.queries import used_last

HERE = Call("POST", "/api/v1/x", "b=2&a=1", sm3(b"{}"), "10.1.2.3")


def header(secret, kid, path="/api/v1/x?b=2&a=1", body=b"{}", **more):
    return authorization(secret, kid, "POST", path, body, **more)


def refused(call, said) -> str:
    with pytest.raises(Turned) as turned:
        admit(call=call, claim=claimed(said))
    return turned.value.code


def test_a_right_call_is_let_in_as_its_key_and_only_once(cast):
    key, secret = key_of(cast)
    said = header(secret, key.kid)
    assert admit(call=HERE, claim=claimed(said)) == key
    assert refused(HERE, said) == "replayed"
    assert admit(call=HERE, claim=claimed(header(secret, key.kid))) == key
    assert sum(Tally.objects.values_list("calls", flat=True)) == 2
    assert used_last(key)


@pytest.mark.parametrize(
    "changed",
    [
        {"method": "PUT"}, {"path": "/api/v1/y"}, {"query": "a=1&b=3"}, {"body": sm3(b"{ }")},
    ],
    ids=str,
)  # fmt: skip
def test_whatever_was_changed_on_the_way_is_refused(cast, changed):
    key, secret = key_of(cast)
    assert refused(Call(**vars(HERE) | changed), header(secret, key.kid)) == "wrong"


def test_the_order_of_the_query_is_free(cast):
    key, secret = key_of(cast)
    assert admit(call=HERE, claim=claimed(header(secret, key.kid, path="/api/v1/x?a=1&b=2"))) == key


def test_who_does_not_know_the_secret_learns_nothing_of_any_key(cast):
    key, _ = key_of(cast)
    end_key(key=key, by=cast["security"], reason="系统下线")
    codes = {refused(HERE, header("x" * 43, kid)) for kid in (key.kid, "gz0123456789abcdef")}
    assert codes == {"wrong"}


def test_an_unknown_key_costs_what_a_wrong_signature_costs(cast):
    key, _ = key_of(cast)
    refused(HERE, header("x" * 43, key.kid))  # the counter of the hour is there
    counts = []
    for kid in (key.kid, "gz0123456789abcdef"):
        with CaptureQueriesContext(connection) as queries:
            refused(HERE, header("x" * 43, kid))
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("off", [-301, 301])
def test_a_clock_that_is_off_is_told(cast, off):
    key, secret = key_of(cast)
    assert refused(HERE, header(secret, key.kid, ts=int(time.time()) + off)) == "stale"
    assert admit(call=HERE, claim=claimed(header(secret, key.kid, ts=int(time.time()) + off // 2)))


@pytest.mark.parametrize("said", ["", "Bearer x", "TG1 kid=a", "TG1 kid=gz01, ts=1, nonce=short, sig=00"])
def test_what_is_no_signature_is_told(db, said):
    assert refused(HERE, said) == "unsigned"


def test_an_ended_or_expired_key_and_another_place_are_told_to_who_has_the_secret(cast):
    key, secret = key_of(cast, addresses=["10.1.0.0/16", "192.0.2.7"])
    assert admit(call=HERE, claim=claimed(header(secret, key.kid)))
    for address in ("10.2.0.1", "", "::1"):
        assert refused(Call(**vars(HERE) | {"address": address}), header(secret, key.kid)) == "elsewhere"
    ApiKey.objects.update(until=timezone.now() - dt.timedelta(seconds=1))
    assert refused(HERE, header(secret, key.kid)) == "expired"
    end_key(key=key, by=cast["security"], reason="系统下线")
    assert refused(HERE, header(secret, key.kid)) == "ended"


def test_the_hours_calls_are_counted_and_then_used_up(cast):
    key, secret = key_of(cast, hourly=3)
    for _ in range(3):
        admit(call=HERE, claim=claimed(header(secret, key.kid)))
    with pytest.raises(Turned) as turned:
        admit(call=HERE, claim=claimed(header(secret, key.kid)))
    assert turned.value.code == "too_many"
    assert 0 < turned.value.seconds <= 3600


def test_refusals_are_events_that_nobody_can_flood(cast):
    key, _ = key_of(cast)
    for _ in range(25):
        refused(HERE, header("x" * 43, key.kid))
    events = Event.objects.filter(verb="api_key.refused").order_by("id")
    assert [event.detail["calls"] for event in events] == [1, 10]


def test_nonces_are_forgotten_after_their_time(cast):
    key, secret = key_of(cast)
    admit(call=HERE, claim=claimed(header(secret, key.kid)))
    forget_calls()
    assert Nonce.objects.count() == 1
    Nonce.objects.update(at=timezone.now() - dt.timedelta(minutes=16))
    assert forget_calls() == 1
    assert Tally.objects.exists()
