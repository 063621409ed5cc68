"""Who writes for long and whose sign-in ends meanwhile sends the same in after signing in again."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client
from tests.cast import PASSWORD

from gongzhi.organisation.models import Person

from .test_sign_in import code_of

pytestmark = pytest.mark.django_db
SAID = {
    "username": "xin.ren",
    "name": "写了很久才写完的一个名字",
    "unit": "water",
    "post": "",
    "back": "/people?unit=water",
}


def bound(person: Person) -> str:
    """Bind an authenticator; a recovery code of it."""
    client = Client()
    client.post("/login", {"username": person.username, "password": PASSWORD})
    client.get("/account/second-factor")
    page = client.post("/account/second-factor", {"code": code_of(person)}).content.decode()
    return re.findall(r"<code>([A-Z2-9]{5}-[A-Z2-9]{5})</code>", page)[0]


def fields(page: str) -> dict[str, str]:
    """The hidden fields of a page."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


def sent(address: str = "/people/new", **more: str) -> tuple[Client, str]:
    """A browser that has sent a form without being signed in, and the page that it got, as 307 gives it."""
    client = Client()
    answer = client.post(address, SAID | more)
    assert answer.status_code == 307
    page = client.post(answer.headers["Location"], SAID | more | {"proof_password": PASSWORD})
    return client, page.content.decode()


def test_it_is_sent_again_after_the_sign_in(cast, settings):
    settings.SECOND_FACTOR = False
    client, page = sent()
    assert "您填的内容还在，登录后可以接着提交" in page
    assert PASSWORD not in page
    assert "请输入" not in page
    wrong = client.post("/login", fields(page) | {"username": "system", "password": "x"}).content.decode()
    assert fields(wrong)["kept"] == fields(page)["kept"]
    offered = client.post("/login", fields(wrong) | {"username": "system", "password": PASSWORD})
    text = offered.content.decode()
    assert "提交刚才填的内容" in text
    assert offered.context["kept"].long_ones == [SAID["name"]]  # no address, no number of a row
    assert fields(text) == SAID
    assert client.post("/people/new", fields(text)).status_code == 302
    assert Person.objects.filter(username="xin.ren", name=SAID["name"]).exists()


def test_it_goes_along_through_the_second_factor(cast):
    code = bound(cast["system"])
    client, page = sent()
    asked = client.post("/login", fields(page) | {"username": "system", "password": PASSWORD})
    text = asked.content.decode()
    assert 'action="/account/second-factor"' in text
    offered = client.post("/account/second-factor", fields(text) | {"code": code})
    assert fields(offered.content.decode()) == SAID


def test_where_one_wanted_to_go_is_kept_through_the_second_factor(cast):
    code = bound(cast["system"])
    client = Client()
    client.post("/login", {"username": "system", "password": PASSWORD, "next": "/people?unit=water"})
    answer = client.post("/account/second-factor", {"code": code})
    assert answer.headers["Location"] == "/people?unit=water"


def test_passwords_and_addresses_elsewhere_are_not_kept(cast):
    assert "kept" not in fields(sent("/account/password")[1])
    for address in ("https://evil.example/", "//evil.example", "javascript:x"):
        page = Client().post(f"/login?kept={address}", SAID).content.decode()
        assert "kept" not in fields(page)
        page = Client().post("/login", {"kept": f'["{address}", [["a", "b"]], false]'}).content.decode()
        assert "kept" not in fields(page)


def test_nothing_that_another_site_sent_is_kept(cast):
    """Who signs in must not be led to send, with one click, what somebody else has written."""
    elsewhere = {"Origin": "https://evil.example"}
    client = Client(enforce_csrf_checks=True)
    assert client.post("/people/new", SAID).status_code == 403
    client.get("/login")  # the browser knows us
    assert client.post("/people/new", SAID, headers=elsewhere).status_code == 403
    token = client.cookies["csrftoken"].value
    own = SAID | {"csrfmiddlewaretoken": token}
    assert client.post("/people/new", own, headers=elsewhere).status_code == 403
    assert client.post("/login?kept=/people/new", own, headers=elsewhere).status_code == 403
    assert client.post("/login?kept=/people/new", SAID).status_code == 403
    assert client.post("/people/new", own).status_code == 307
    page = client.post("/login?kept=/people/new", own).content.decode()
    assert "您填的内容还在" in page
