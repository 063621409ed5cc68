"""Signing in, the second factor, and how a session ends (security.md T21)."""

import re
import time
from unittest.mock import patch

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import get_hasher
from django.test import Client
from django_otp.oath import TOTP
from tests.cast import PASSWORD

from gongzhi.audit.models import Event
from gongzhi.organisation import actions
from gongzhi.organisation.models import Authenticator, Person
from gongzhi.organisation.queries import find_link

NEW = "Zhong-Qiu-0815-xy"


def enter(client: Client, username: str, password: str = PASSWORD, **more: str):
    return client.post("/login", {"username": username, "password": password, **more})


def code_of(person: Person, at: float | None = None) -> str:
    totp = TOTP(Authenticator.objects.get(user=person).secret())
    totp.time = at or time.time()
    return f"{totp.token():06d}"


@pytest.fixture
def no_factor(settings):
    settings.SECOND_FACTOR = False


@pytest.mark.usefixtures("no_factor")
class TestPassword:
    def test_in_and_out(self, cast):
        client = Client()
        assert enter(client, " Liaison ").headers["Location"] == "/"
        assert client.get("/account").status_code == 200
        assert client.get("/login").headers["Location"] == "/"
        assert client.get("/logout").status_code == 405
        assert client.post("/logout").headers["Location"] == "/login"
        assert client.get("/account").status_code == 302
        mine = Event.objects.filter(actor=str(cast["liaison"].pk), verb__startswith="person.signed")
        assert list(mine.values_list("verb", flat=True)) == ["person.signed_in", "person.signed_out"]

    def test_the_session_key_changes(self, cast):
        client = Client()
        client.get("/login")
        client.session.save()
        before = client.session.session_key
        enter(client, "liaison")
        assert client.session.session_key != before

    def test_the_page_after_signing_in_is_one_of_ours(self, cast):
        for target, where in (
            ("/people?unit=water", "/people?unit=water"), ("https://evil.example/", "/"),
            ("//evil.example", "/"), ("javascript:alert(1)", "/"), ("", "/"),
            ("people", "/"), ("sign_in", "/"),
        ):  # fmt: skip
            assert enter(Client(), "liaison", next=target).headers["Location"] == where

    def test_one_answer_for_every_failure(self, cast):
        cast["grid"].is_active = False
        cast["grid"].save()
        answers = {}
        for username, password in (("liaison", "wrong"), ("nobody", "wrong"), ("grid", PASSWORD)):
            text = enter(Client(), username, password).content.decode()
            answers[username] = re.sub(r'value="[^"]*"|"X-CSRFToken": "[^"]*"', "", text)
        assert answers["liaison"] == answers["nobody"] == answers["grid"]
        assert "登录名或密码不对" in answers["nobody"]
        assert "wrong" not in answers["nobody"]

    def test_the_same_work_is_done_for_a_name_that_nobody_has(self, cast):
        """One hash each, whoever is tried: the clock tells nothing (counted, not timed)."""
        counts = {}
        hasher = type(get_hasher())
        for username in ("liaison", "nobody", "grid"):
            with patch.object(hasher, "encode", autospec=True, side_effect=hasher.encode) as hashed:
                enter(Client(), username, "wrong")
            counts[username] = hashed.call_count
        assert counts["liaison"] == counts["nobody"] == counts["grid"] == 1

    def test_a_failed_sign_in_is_on_record_without_what_was_typed(self, cast):
        enter(Client(), "my-secret-password", "wrong")
        enter(Client(), "liaison", "wrong")
        unknown, known = Event.objects.filter(verb="person.sign_in_refused")
        assert (unknown.subject, known.subject) == ("", str(cast["liaison"].pk))
        assert "my-secret" not in str(unknown.__dict__)
        counted = str(list(AccessAttempt.objects.values()))
        assert "my-secret" not in counted
        assert "liaison" not in counted

    def test_five_failures_lock_and_the_security_administrator_unlocks(self, cast):
        client = Client()
        for _ in range(4):
            assert enter(client, "liaison", "wrong").status_code == 200
        locked = enter(client, "liaison", "wrong")
        assert locked.status_code == 429
        assert int(locked.headers["Retry-After"]) == 900
        assert "登录暂时锁定" in locked.content.decode()
        assert enter(client, "liaison").status_code == 429
        assert enter(Client(), "peer").status_code == 302
        actions.unlock(person=cast["liaison"], by=cast["security"])
        assert enter(client, "liaison").status_code == 302

    def test_success_forgets_the_failures_before_it(self, cast):
        client = Client()
        for _ in range(3):
            for _ in range(4):
                assert enter(client, "LIAISON", "wrong").status_code == 200
            assert enter(client, "liaison").status_code == 302
            client.post("/logout")

    def test_an_unknown_name_is_locked_just_the_same(self, cast):
        client = Client()
        statuses = [enter(client, "nobody", "wrong").status_code for _ in range(6)]
        assert statuses == [200, 200, 200, 200, 429, 429]

    def test_a_disabled_account_loses_its_session_with_the_next_request_and_for_good(self, client_of, cast):
        client = client_of("grid")
        assert client.get("/account").status_code == 200
        actions.disable(person=cast["grid"], by=cast["system"], reason="调离岗位")
        assert client.get("/account").headers["Location"].startswith("/login")
        Person.objects.filter(username="grid").update(is_active=True, disabled_at=None)
        assert client.get("/account").headers["Location"].startswith("/login")

    def test_idle_and_absolute_limits(self, cast):
        for name, clock, age, words in (
            ("liaison", "seen", 1801, "离开时间较长"), ("system", "seen", 901, "离开时间较长"),
            ("liaison", "began", 36_001, "登录已满10小时"),
        ):  # fmt: skip
            client = Client()
            enter(client, name)
            session = client.session
            session[clock] -= age
            session.save()
            answer = client.get("/account", follow=True)
            assert answer.redirect_chain[-1][0].startswith("/login")
            assert words in answer.content.decode()

    def test_within_the_limits_it_stays(self, cast):
        client = Client()
        enter(client, "liaison")
        session = client.session
        session["seen"] -= 1700
        session["began"] -= 35_000
        session.save()
        assert client.get("/account").status_code == 200
        assert time.time() - client.session["seen"] < 60

    def test_an_aged_or_first_password_must_be_changed_first(self, cast, settings):
        client = Client()
        enter(client, "liaison")
        settings.PASSWORD_MAX_AGE_DAYS = 0
        assert client.get("/").headers["Location"] == "/account/password"
        assert "密码已到90天" in client.get("/account/password").content.decode()
        settings.PASSWORD_MAX_AGE_DAYS = 90
        Person.objects.filter(username="liaison").update(must_change_password=True)
        assert client.get("/").headers["Location"] == "/account/password"
        answer = client.post("/account/password", {"current": PASSWORD, "password": NEW, "again": NEW})
        assert answer.headers["Location"] == "/account"
        assert client.get("/account").status_code == 200

    def test_a_changed_password_ends_the_other_sessions(self, cast):
        here, there = Client(), Client()
        enter(here, "liaison")
        enter(there, "liaison")
        here.post("/account/password", {"current": PASSWORD, "password": NEW, "again": NEW})
        assert here.get("/account").status_code == 200
        assert there.get("/account").headers["Location"].startswith("/login")

    def test_a_wrong_current_password_counts_as_a_failed_sign_in(self, cast):
        client = Client()
        enter(client, "liaison")
        form = {"current": "wrong", "password": NEW, "again": NEW}
        statuses = [client.post("/account/password", form).status_code for _ in range(5)]
        assert statuses == [200, 200, 200, 200, 429]

    def test_all_faults_of_a_form_are_said_at_once(self, cast):
        client = Client()
        enter(client, "liaison")
        text = client.post(
            "/account/password", {"current": "", "password": "kurz", "again": "x"}
        ).content.decode()
        for words in ("请输入现在的密码", "密码要有12至128位，现在是4位", "至少三类"):
            assert words in text


class TestLinks:
    def test_activation_from_link_to_sign_in(self, cast, settings):
        settings.SECOND_FACTOR = False
        person = actions.register(username="newcomer", name="新人", unit="water", by=cast["system"])
        token = actions.issue_link(person=person, purpose="activate", by=cast["system"])
        waiting = Client().get(f"/activate/{token}")
        assert waiting.status_code == 404
        assert "等批准" in waiting.content.decode()
        actions.approve(person=person, by=cast["security"])
        client = Client()
        assert client.get(f"/activate/{token}").status_code == 200
        assert client.get(f"/reset/{token}").status_code == 404
        answer = client.post(f"/activate/{token}", {"password": NEW, "again": NEW})
        assert answer.headers["Location"] == "/login"
        assert enter(client, "newcomer", NEW).headers["Location"] == "/"
        assert Client().get(f"/activate/{token}").status_code == 404

    def test_the_token_is_told_once_and_kept_nowhere(self, client_of, cast):
        answer = client_of("system").post(f"/people/{cast['grid'].pk}/link")
        token = re.search(r"/reset/([\w-]+)", answer.content.decode())[1]
        assert find_link(token, "reset").person == cast["grid"]
        assert token not in str(list(Event.objects.values()))


class TestSecondFactor:
    def bind(self, cast, name="liaison") -> tuple[Client, list[str]]:
        client = Client()
        enter(client, name)
        assert client.get("/").headers["Location"] == "/account/second-factor"
        page = client.get("/account/second-factor").content.decode()
        assert "data:image/svg+xml" in page
        answer = client.post("/account/second-factor", {"code": code_of(cast[name])})
        codes = re.findall(r"<code>([A-Z2-9]{5}-[A-Z2-9]{5})</code>", answer.content.decode())
        return client, codes

    def test_binding_gives_eight_recovery_codes_and_completes_the_sign_in(self, cast):
        client, codes = self.bind(cast)
        assert len(set(codes)) == 8
        assert client.get("/account").status_code == 200
        kept = str(list(cast["liaison"].recovery_codes.values()))
        assert not any(code.replace("-", "") in kept for code in codes)

    def test_the_secret_is_sealed_to_its_person(self, cast):
        self.bind(cast)
        device = Authenticator.objects.get()
        assert device.secret() not in bytes(device.sealed)
        device.user = cast["peer"]
        from gongzhi.engine.crypto import SealBroken  # noqa: PLC0415  # only here

        with pytest.raises(SealBroken):
            device.secret()

    def test_the_password_alone_opens_nothing(self, cast):
        self.bind(cast)
        client = Client()
        enter(client, "liaison")
        for page in ("/", "/account", "/account/password"):
            assert client.get(page).headers["Location"] == "/account/second-factor"

    def test_a_code_works_once(self, cast):
        self.bind(cast)
        code = code_of(cast["liaison"], time.time() + 30)
        first, second = Client(), Client()
        enter(first, "liaison")
        enter(second, "liaison")
        assert first.post("/account/second-factor", {"code": code}).headers["Location"] == "/"
        assert "动态码不对" in second.post("/account/second-factor", {"code": code}).content.decode()

    @pytest.mark.parametrize("code", ["000000", "abcdef", "", "１２３４５６", "12345", "9" * 14])
    def test_wrong_codes_are_refused(self, cast, code):
        self.bind(cast)
        client = Client()
        enter(client, "liaison")
        assert client.post("/account/second-factor", {"code": code}).status_code == 200
        assert client.get("/").headers["Location"] == "/account/second-factor"

    def test_wrong_codes_make_the_next_wait(self, cast):
        self.bind(cast)
        client = Client()
        enter(client, "liaison")
        client.post("/account/second-factor", {"code": "000000"})
        right = code_of(cast["liaison"], time.time() + 30)
        answer = client.post("/account/second-factor", {"code": right})
        assert "请稍等片刻" in answer.content.decode()
        outcomes = Event.objects.filter(verb="factor.verified").values_list("outcome", flat=True)
        assert list(outcomes) == ["refused"]

    def test_a_recovery_code_works_once_however_it_is_written(self, cast):
        _, codes = self.bind(cast)
        for written, works in (
            (codes[0].lower(), True),
            (codes[0], False),
            (codes[1].replace("-", " "), True),
        ):
            client = Client()
            enter(client, "liaison")
            Authenticator.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)
            answer = client.post("/account/second-factor", {"code": written})
            assert (answer.status_code == 302) is works

    def test_only_the_security_administrator_unbinds_and_not_for_herself(self, cast, client_of):
        client, _ = self.bind(cast)
        with pytest.raises(actions.Refused, match="不能解除自己"):
            actions.remove_factor(person=cast["liaison"], by=cast["liaison"], reason="手机丢了")
        client_of("security").post(f"/people/{cast['liaison'].pk}/factor", {"reason": "手机丢失，当面核实"})
        assert not Authenticator.objects.filter(user=cast["liaison"]).exists()
        assert client.get("/account").headers["Location"].startswith("/login")

    def test_an_enterprise_needs_none_but_may_bind_one(self, cast):
        client = Client()
        enter(client, "enterprise")
        assert client.get("/account").status_code == 200
        assert client.get("/account/second-factor").status_code == 200

    def test_a_demo_home_asks_for_none(self, cast, settings):
        settings.SECOND_FACTOR = False
        client = Client()
        enter(client, "liaison")
        assert client.get("/account").status_code == 200
