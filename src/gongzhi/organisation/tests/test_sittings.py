"""In how many places one may sit, what is counted on failure, and accounts that nobody uses (T21)."""

import datetime as dt

import pytest
from axes.models import AccessAttempt
from django.db.models import F
from django.test import Client
from django.utils import timezone
from tests.cast import PASSWORD

from gongzhi.audit.models import Event
from gongzhi.organisation import actions
from gongzhi.organisation.models import Failure, Lock, Person, Sitting
from gongzhi.organisation.queries import address_of, idle_accounts, network_of, open_sittings


@pytest.fixture(autouse=True)
def _no_factor(settings):
    settings.SECOND_FACTOR = False


def enter(username: str, password: str = PASSWORD, client: Client | None = None, address: str = "10.1.1.1"):
    client = client or Client()
    return client, client.post("/login", {"username": username, "password": password}, REMOTE_ADDR=address)


class TestParallel:
    def test_the_third_place_ends_the_first_and_both_are_told(self, cast):
        first, second, third = (enter("liaison")[0] for _ in range(3))
        told = third.get("/account").content.decode()
        assert "一个账号最多同时在2处登录" in told
        answer = first.get("/account", follow=True)
        assert answer.redirect_chain[-1][0].startswith("/login")
        assert "在别处登录" in answer.content.decode()
        assert second.get("/account").status_code == 200
        assert third.get("/account").status_code == 200
        assert list(Sitting.objects.exclude(ended_at=None).values_list("why", flat=True)) == ["parallel"]
        assert Event.objects.filter(verb="person.signed_in").last().detail == {"ended": 1}

    def test_an_administrator_sits_in_one_place(self, cast):
        first, second = enter("system")[0], enter("system")[0]
        assert first.get("/account").status_code == 302
        assert second.get("/account").status_code == 200

    def test_who_left_or_fell_idle_does_not_count(self, cast):
        gone, idle, used = (Client() for _ in range(3))
        enter("liaison", client=gone)
        gone.post("/logout")
        enter("liaison", client=used)
        Sitting.objects.update(began_at=timezone.now() - dt.timedelta(hours=2))
        enter("liaison", client=idle)
        idle_one = Sitting.objects.order_by("-began_at").first()
        Sitting.objects.filter(pk=idle_one.pk).update(seen_at=timezone.now() - dt.timedelta(seconds=1801))
        fourth, _ = enter("liaison")
        assert used.get("/account").status_code == 200, "the earliest is in use; the idle one is over"
        assert fourth.get("/account").status_code == 200

    def test_a_request_keeps_the_sitting_open(self, cast):
        client, _ = enter("liaison")
        Sitting.objects.update(seen_at=timezone.now() - dt.timedelta(seconds=1700))
        session = client.session
        session["seen"] -= 61
        session.save()
        client.get("/account")
        assert Sitting.objects.get().seen_at > timezone.now() - dt.timedelta(seconds=60)

    def test_one_ends_the_others_oneself(self, cast):
        here, there = enter("liaison")[0], enter("liaison")[0]
        page = here.get("/account").content.decode()
        assert "退出其他登录" in page
        assert page.count("最近一次操作") == 2
        here.post("/account/sittings")
        assert here.get("/account").status_code == 200
        assert "退出其他登录" in there.get("/account", follow=True).content.decode()
        assert "还没有" not in here.get("/account").content.decode()

    def test_others_sittings_are_not_ended(self, cast):
        peer, _ = enter("peer")
        mine, _ = enter("liaison")
        mine.post("/account/sittings")
        assert peer.get("/account").status_code == 200

    def test_a_closed_account_sits_nowhere(self, cast):
        enter("liaison")
        actions.disable(person=cast["liaison"], by=cast["system"], reason="调离岗位")
        assert not open_sittings(cast["liaison"]).exists()

    def test_a_sitting_that_is_gone_counts_as_ended(self, cast):
        client, _ = enter("liaison")
        Sitting.objects.all().delete()
        assert client.get("/account").status_code == 302

    def test_the_limit_is_a_setting(self, cast, settings):
        settings.SESSIONS_MOST = 1
        first, second = enter("liaison")[0], enter("liaison")[0]
        assert first.get("/account").status_code == 302
        assert second.get("/account").status_code == 200


class TestFailures:
    def test_an_address_that_fails_thirty_times_waits(self, cast):
        for number in range(30):
            assert enter(f"nobody{number}", "wrong")[1].status_code == 200
        barred = enter("liaison")[1]
        assert barred.status_code == 429
        assert 0 < int(barred.headers["Retry-After"]) <= 600
        assert "输错的次数太多" in barred.content.decode()
        assert enter("liaison", address="10.1.1.2")[1].status_code == 302

    def test_the_address_is_free_again_after_ten_minutes(self, cast):
        for number in range(30):
            enter(f"nobody{number}", "wrong")
        self.let_pass(590)
        assert enter("liaison")[1].status_code == 429
        self.let_pass(11)
        assert enter("liaison")[1].status_code == 302

    def let_pass(self, seconds: int) -> None:
        """Everything that was counted lies so much further back."""
        Failure.objects.update(at=F("at") - dt.timedelta(seconds=seconds))

    def fail_twenty_times(self, username: str) -> None:
        for number in range(20):
            enter(username, "wrong", address=f"10.2.{number}.1")

    @pytest.mark.parametrize("username", ["liaison", "nobody"])
    def test_a_name_that_fails_twenty_times_in_an_hour_is_locked_whoever_it_is(self, cast, username):
        self.fail_twenty_times(username)
        answer = enter(username, address="10.9.9.9")[1]
        assert answer.status_code == 429
        assert "安全管理员" in answer.content.decode()
        assert "Retry-After" not in answer.headers
        assert Event.objects.filter(verb="person.locked").count() == 1

    def test_only_the_security_administrator_lifts_it(self, cast, client_of, settings):
        settings.SECOND_FACTOR = True
        self.fail_twenty_times("liaison")
        page = f"/people/{cast['liaison'].pk}"
        assert "登录锁定" in client_of("security").get(page).content.decode()
        self.let_pass(7_200)
        assert enter("liaison", address="10.9.9.9")[1].status_code == 429
        assert client_of("system").post(f"{page}/unlock").status_code == 404
        client_of("security").post(f"{page}/unlock")
        assert enter("liaison", address="10.9.9.9")[1].status_code == 302
        lifted = Lock.objects.get()
        assert lifted.lifted_by == cast["security"]
        enter("liaison", "wrong", address="10.9.9.9")
        assert Lock.objects.filter(lifted_at=None).count() == 0, "earlier failures are forgotten"

    def test_what_comes_while_the_quarter_hour_lock_stands_does_not_lock_for_good(self, cast):
        for _ in range(25):
            enter("liaison", "wrong", address="10.3.3.3")
        assert not Lock.objects.exists()
        assert enter("liaison", address="10.4.4.4")[1].status_code == 302

    def test_failures_are_kept_as_keyed_hashes_and_for_a_day(self, cast):
        enter("liaison", "wrong", address="10.5.5.5")
        kept = str(Failure.objects.values().get())
        assert "liaison" not in kept
        assert "10.5" not in kept
        Failure.objects.update(at=timezone.now() - dt.timedelta(hours=25))
        assert actions.forget() == 1
        assert not Failure.objects.exists()

    def test_the_quarter_hour_lock_is_per_neighbourhood(self, cast):
        for number in range(5):
            answer = enter("liaison", "wrong", address=f"10.6.6.{number}")[1]
        assert answer.status_code == 429
        assert set(AccessAttempt.objects.values_list("ip_address", flat=True)) == {"10.6.6.0"}
        assert enter("liaison", address="10.6.7.1")[1].status_code == 302

    @pytest.mark.parametrize(
        ("proxies", "headers", "found"),
        [
            (set(), ("10.0.0.9", "1.2.3.4"), "10.0.0.9"),  # nobody may invent an address
            ({"127.0.0.1"}, ("127.0.0.1", "1.2.3.4"), "1.2.3.4"),
            ({"127.0.0.1"}, ("127.0.0.1", "9.9.9.9, 1.2.3.4"), "1.2.3.4"),
            ({"127.0.0.1", "10.0.0.1"}, ("127.0.0.1", "1.2.3.4, 10.0.0.1"), "1.2.3.4"),
            ({"127.0.0.1"}, ("127.0.0.1", ""), "127.0.0.1"),
        ],
    )
    def test_the_address_behind_our_own_proxies(self, rf, settings, proxies, headers, found):
        settings.PROXIES = proxies
        remote, forwarded = headers
        assert address_of(rf.get("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded)) == found

    def test_neighbourhoods(self, rf):
        for address, network in (
            ("10.1.2.3", "10.1.2.0"), ("2001:db8:1:2:3::4", "2001:db8:1:2::"), ("", "::"), ("x", "::"),
        ):  # fmt: skip
            assert network_of(rf.get("/", REMOTE_ADDR=address)) == network


class TestIdle:
    def unused(self, *names: str, days: int = 61) -> None:
        then = timezone.now() - dt.timedelta(days=days)
        Person.objects.filter(username__in=names).update(last_login=then, password_changed_at=then)

    def test_sixty_days_without_a_sign_in_close_an_account(self, cast):
        self.unused("liaison")
        self.unused("peer", days=59)
        assert actions.close_idle() == 1
        assert actions.close_idle() == 0
        person = Person.objects.get(username="liaison")
        assert (person.is_active, person.closed_idle) == (False, True)
        assert enter("liaison")[1].status_code == 200
        assert enter("peer")[1].status_code == 302
        event = Event.objects.get(verb="person.closed_idle")
        assert (event.actor, event.detail) == ("", {"days": 60})

    def test_an_account_that_was_opened_and_never_used_counts_from_its_password(self, cast):
        then = timezone.now() - dt.timedelta(days=61)
        Person.objects.filter(username="grid").update(last_login=None, password_changed_at=then)
        assert [person.username for person in idle_accounts()] == ["grid"]

    def test_the_last_administrator_of_each_kind_stays(self, cast):
        self.unused("system", "security", "auditor")
        assert actions.close_idle() == 0
        second = Person.objects.create(username="second", name="系统管理员乙", is_active=True)
        actions.approve(person=second, by=None)
        actions.grant(person=second, role="system_administrator", basis="演示", by=None)
        Person.objects.filter(pk=second.pk).update(last_login=timezone.now())
        assert [person.username for person in idle_accounts()] == ["system"]

    def test_the_system_administrator_opens_it_again(self, cast, client_of):
        self.unused("liaison")
        actions.close_idle()
        page = f"/people/{cast['liaison'].pk}"
        assert "60天没有登录，自动停用" in client_of("system").get(page).content.decode()
        assert "恢复账号" in client_of("system").get(page).content.decode()
        assert "恢复账号" not in client_of("security").get(page).content.decode()
        assert client_of("security").post(f"{page}/reopen", {"reason": "本人回岗"}).status_code == 404
        client_of("system").post(f"{page}/reopen", {"reason": "本人回岗，单位来电"})
        client, answer = enter("liaison")
        assert answer.status_code == 302
        assert client.get("/").headers["Location"] == "/account/password"
        assert actions.close_idle() == 0
        assert Event.objects.get(verb="person.reopened").detail == {"reason": "本人回岗，单位来电"}

    def test_what_an_administrator_closed_is_not_reopened(self, cast):
        actions.disable(person=cast["liaison"], by=cast["system"], reason="调离岗位")
        with pytest.raises(actions.Refused, match="请重新登记"):
            actions.reopen(person=cast["liaison"], by=cast["system"], reason="本人回岗")
