"""Role × address (security.md T09, T20): who may open what, held against one readable table."""

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import Client
from django.urls import path
from django.utils import timezone
from tests.cast import NAMES
from tests.house.access_table import EVERYONE, MACHINES, address, expected, may_open, routes

from gongzhi.audit.models import Event
from gongzhi.disclosure.models import Acceptance
from gongzhi.gate import public
from gongzhi.gate.checks import every_url_has_a_policy
from gongzhi.work.models import Message

TABLE = expected()
HEADERS = {
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self)",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}


def unsigned(response) -> bool:
    """Answered as a call without signature: there is nobody's authority in a cookie, so no token is due."""
    return response.status_code == 401 and response.json()["code"] == "unsigned"


def test_the_table_has_every_address_and_no_other():
    real = set(routes())
    assert not real - set(TABLE), f"access.txt lacks: {sorted(real - set(TABLE))}"
    assert not set(TABLE) - real, f"access.txt has addresses that are gone: {sorted(set(TABLE) - real)}"


def test_the_table_names_only_the_cast():
    words = {EVERYONE, "signed in", MACHINES}
    named = {name for who in TABLE.values() if who not in words for name in who.split()}
    assert named <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_who_may_open_what(name, client_of, cast):
    """Open: the gate lets through (whatever the page then finds). Shut: 404, and the refusal is on record."""
    client, wrong = client_of(name), []
    Message.objects.create(person=cast[name], day=timezone.localdate(), lines=[["有一件事到期", "/work"]])
    for route, who in sorted(TABLE.items()):
        before = Event.objects.filter(verb="gate.refused").count()
        response = client.get(address(route))
        refused = Event.objects.filter(verb="gate.refused").count() - before
        if may_open(who, name):
            right = response.status_code < 500 and not refused
        elif who == MACHINES:
            right = unsigned(response)
        else:
            right = response.status_code == 404 and refused == 1
        if not right:
            wrong.append((route, who, response.status_code, f"{refused} refusals on record"))
    assert not wrong


def test_a_stranger_is_sent_to_sign_in(stranger_client):
    wrong = []
    for route, who in sorted(TABLE.items()):
        response = stranger_client.get(address(route))
        there = response.headers.get("Location", "")
        if may_open(who, ""):
            right = not there.startswith("/login?next")
        elif who == MACHINES:
            right = unsigned(response)
        else:
            right = response.status_code == 302 and there.startswith("/login")
        if not right:
            wrong.append((route, response.status_code, there))
    assert not wrong


BEFORE_THE_PROMISE = {"/agreement", "/login", "/logout"}


@pytest.mark.parametrize("name", ["liaison", "office"])
def test_nothing_is_seen_before_the_promise_of_secrecy(name, client_of, cast):
    """Every address that needs somebody signed in leads to the agreement, exports as well."""
    Acceptance.objects.all().delete()
    client, wrong = client_of(name), []
    for route, who in sorted(TABLE.items()):
        if who in {EVERYONE, MACHINES} or route in BEFORE_THE_PROMISE or route.startswith("/account"):
            continue
        for wanted in (address(route), f"{address(route)}?export=xlsx"):
            response = client.get(wanted)
            if (response.status_code, response.headers.get("Location")) != (302, "/agreement"):
                wrong.append((wanted, response.status_code))
    assert not wrong


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_unsafe_methods_need_a_token(method, client_of, cast):
    """Without a CSRF token nothing is done, whoever asks."""
    clients, wrong = {}, []
    for route, who in sorted(TABLE.items()):
        first = who.split()[0]
        name = first if first in NAMES else "stranger"
        if name not in clients:
            clients[name] = Client(enforce_csrf_checks=True)
            clients[name].cookies = client_of(name).cookies
        events = Event.objects.count()
        response = getattr(clients[name], method)(address(route))
        if who == MACHINES:
            right = unsigned(response)
        elif route.startswith("/api/"):
            right = response.status_code == 405
        else:
            right = response.status_code == 403 and "页面停留太久了" in response.content.decode()
        if not right or Event.objects.count() != events:
            wrong.append((route, name, response.status_code))
    assert not wrong


def test_every_answer_is_hardened(client_of, cast):
    clients, wrong = {}, []
    for route, who in sorted(TABLE.items()):
        first = who.split()[0]
        name = first if first in NAMES else "stranger"
        if name not in clients:
            clients[name] = client_of(name)
        headers = clients[name].get(address(route)).headers
        wrong += [
            (route, key) for key, value in HEADERS.items() if not headers.get(key, "").startswith(value)
        ]
    assert not wrong


def test_what_is_hidden_answers_like_what_is_not_there(client_of, cast):
    """Byte for byte: a person of another unit, an id that nobody has, a page without duty, no page at all."""
    client = client_of("liaison")
    hidden = client.get(f"/people/{cast['peer'].pk}")
    for other in (address("/people/<uuid:pk>"), "/audit", "/no/such/page", "/people/new"):
        answer = client.get(other)
        assert answer.status_code == hidden.status_code == 404
        assert answer.content == hidden.content
        assert dict(answer.headers) == dict(hidden.headers)
        assert {name: morsel.value for name, morsel in answer.cookies.items()} == {}
    assert client.get(f"/people/{cast['liaison'].pk}").status_code == 200


@public
def open_view(request):
    raise AssertionError


def bare_view(request):
    raise AssertionError


urlpatterns = [path("bare", bare_view), path("open", open_view)]


@pytest.mark.urls("tests.house.test_access")
def test_an_address_without_a_policy_stops_the_start(db, stranger_client):
    assert [error.id for error in every_url_has_a_policy(None)] == ["gate.E001"]
    with pytest.raises(SystemCheckError, match="bare has no policy"):
        call_command("check", fail_level="ERROR")


def test_the_application_as_it_is_may_start():
    call_command("check", fail_level="ERROR")
