"""Step-up: sensitive acts ask again who sits there (security.md 3.1)."""

import re
import time

import pytest
from django.test import Client
from django_otp.oath import TOTP
from tests.cast import PASSWORD

from gongzhi.audit.models import Event
from gongzhi.organisation.models import Authenticator, Grant, Person

GRANT = {"role": "office", "unit": "", "cell": "", "basis": "单位来函〔演示〕", "until": ""}


def code_of(person: Person) -> str:
    totp = TOTP(Authenticator.objects.get(user=person).secret())
    totp.time = time.time()
    return f"{totp.token():06d}"


def age(client: Client, seconds: int) -> None:
    """Let the sign-in and every proof of a session lie so far back."""
    client.get("/account")
    session = client.session
    for clock in ("began", "proved"):
        if clock in session:
            session[clock] -= seconds
    session.save()


@pytest.fixture
def page(cast):
    return f"/people/{cast['enterprise'].pk}/grants"


@pytest.fixture
def stale(client_of):
    """The security administrator, signed in more than five minutes ago."""
    client = client_of("security")
    age(client, 301)
    return client


def answers(cast, **more: str) -> dict[str, str]:
    return {"proof_password": PASSWORD, "proof_code": code_of(cast["security"]), **more}


def held() -> int:
    return Grant.objects.filter(person__username="enterprise", role="office").count()


def test_a_sign_in_is_a_proof_for_five_minutes(client_of, page):
    client = client_of("security")
    age(client, 290)
    assert "依据" in client.get(page).content.decode()
    age(client, 11)
    assert "再次核验身份" in client.get(page).content.decode()


def test_a_page_asks_and_then_opens(stale, cast, page):
    asked = stale.get(page).content.decode()
    assert 'name="proof_code"' in asked
    answer = stale.post(page, answers(cast, proof_for="GET"))
    assert (answer.status_code, answer.headers["Location"]) == (302, page)
    assert "再次核验身份" not in stale.get(page).content.decode()


def test_what_was_typed_travels_through_the_question(stale, cast, page):
    asked = stale.post(page, GRANT)
    assert held() == 0
    carried = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', asked.content.decode()))
    assert carried.pop("proof_for") == "POST"
    carried.pop("csrfmiddlewaretoken")
    assert carried == GRANT
    done = stale.post(page, {**carried, **answers(cast, proof_for="POST")})
    assert done.status_code == 302
    assert held() == 1


def test_what_was_typed_is_escaped(stale, page):
    asked = stale.post(page, {"basis": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert" not in asked


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"proof_password": "wrong"}, "密码不对"),
        ({"proof_code": "000000"}, "动态码不对"),
        ({"proof_code": ""}, "请输入动态码"),
        ({"proof_password": ""}, "请输入密码"),
    ],
)
def test_a_wrong_answer_does_nothing_and_loses_nothing(stale, cast, page, wrong, words):
    given = {**GRANT, **answers(cast, proof_for="POST"), **wrong}
    text = stale.post(page, given).content.decode()
    assert words in text
    assert GRANT["basis"] in text
    assert PASSWORD not in text
    assert held() == 0
    assert "再次核验身份" in stale.get(page).content.decode()


def test_wrong_passwords_lock_like_failed_sign_ins(stale, cast, page):
    wrong = answers(cast, proof_for="GET", proof_password="wrong")
    assert [stale.post(page, wrong).status_code for _ in range(5)] == [200, 200, 200, 200, 429]


def test_a_proof_is_on_record_and_changes_the_session_key(stale, cast, page):
    before = stale.session.session_key
    stale.post(page, answers(cast, proof_for="GET", proof_password="wrong"))
    stale.post(page, answers(cast, proof_for="GET"))
    assert stale.session.session_key != before
    outcomes = Event.objects.filter(verb="person.proved").values_list("outcome", flat=True)
    assert list(outcomes) == ["refused", "done"]


def test_without_a_bound_factor_the_password_is_enough(stale, cast, page, settings):
    settings.SECOND_FACTOR = False
    assert "proof_code" not in stale.get(page).content.decode()
    assert stale.post(page, {"proof_for": "GET", "proof_password": PASSWORD}).status_code == 302


def test_a_fragment_gets_the_question_as_the_whole_page(stale, page):
    answer = stale.post(page, GRANT, headers={"HX-Request": "true"})
    assert answer.headers["HX-Retarget"] == "body"


def test_every_sensitive_act_of_the_administrators_asks(client_of, cast):
    who = cast["enterprise"].pk
    number = Grant.objects.get(person=cast["enterprise"]).pk
    for name, act in (
        ("system", "link"), ("security", "unlock"), ("security", "factor"), ("security", "grants"),
        ("security", f"grants/{number}/end"),
    ):  # fmt: skip
        client = client_of(name)
        age(client, 301)
        assert "再次核验身份" in client.post(f"/people/{who}/{act}").content.decode(), act


def test_who_may_not_is_not_asked(client_of, page):
    client = client_of("liaison")
    age(client, 301)
    assert client.post(page, GRANT).status_code == 404
