"""Ways out of the house that fail: who else waits for them, who need not, and who is told."""

from __future__ import annotations

import datetime as dt
import socket
import threading

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone
from tests.calls import key_of

from gongzhi.organisation.actions import approve_key, end_key, issue_key, rotate_key
from gongzhi.organisation.models import Grant, Person
from gongzhi.work import actions, queries
from gongzhi.work.actions import sending as out
from gongzhi.work.models import Delivery, Message, Told

from .conftest import TODAY, UNIT, matter, said
from .test_reminders import Box


@pytest.fixture
def ways(settings, monkeypatch):
    """Noon; a mail server on a port that the test names."""
    monkeypatch.setattr(out, "quiet", lambda at: False)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_USE_SSL, settings.EMAIL_USE_TLS = "127.0.0.1", False, False
    settings.EMAIL_TIMEOUT = 1
    settings.HOOK_SECRET = "a secret of the tests"
    return settings


@pytest.fixture
def mails(cast, ways):
    """A mail on its way to each of three people."""
    for number, who in enumerate(("liaison", "head", "office")):
        actions.keep_address(mail=f"{who}@example.cn", by=cast[who])
        actions.telling.tell(person=cast[who], text=f"第{number}件", address="/", by=None)
    assert Delivery.objects.count() == 3


@pytest.fixture
def listener():
    """A server that takes connections and answers with `says`, or with nothing at all."""

    class Listener:
        says, calls = b"", 0

    found, ends = Listener(), threading.Event()
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.1)
    open_ones = []

    def run():
        while not ends.is_set():
            try:
                one, _ = server.accept()
            except TimeoutError:
                continue
            found.calls += 1
            if found.says:
                one.recv(65_536)
                one.sendall(found.says)
                one.close()
            open_ones.append(one)

    thread = threading.Thread(target=run)
    thread.start()
    found.port = server.getsockname()[1]
    yield found
    ends.set()
    thread.join()
    for one in (*open_ones, server):
        one.close()


class Choosy(Box):
    """Knows nobody of the name of liaison."""

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802  # the library's name
        if address.startswith("liaison"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"


@pytest.fixture
def choosy(ways):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        ways.EMAIL_PORT = free.getsockname()[1]
    box = Choosy()
    server = Controller(box, hostname="127.0.0.1", port=ways.EMAIL_PORT)
    server.start()
    yield box.got
    server.stop()


@pytest.mark.django_db
@pytest.mark.enable_socket
class TestFaultyWays:
    def test_a_mail_server_that_hangs_is_asked_once_for_all_mails(self, mails, ways, listener):
        ways.EMAIL_PORT = listener.port
        assert actions.deliver() == 0
        assert actions.deliver() == 0
        assert listener.calls == 1
        assert sorted(Delivery.objects.values_list("tries", flat=True)) == [0, 0, 1]

    def test_an_address_that_the_server_refuses_keeps_no_other_mail_waiting(
        self, mails, choosy, client_of, cast
    ):
        assert actions.deliver() == 2
        assert {one.rcpt_tos[0] for one in choosy} == {"head@example.cn", "office@example.cn"}
        assert Delivery.objects.get(state="waiting").error == "SMTPRecipientsRefused"
        page = client_of("liaison").get("/messages").content.decode()
        assert "没有发到这个邮箱：收件地址被邮件服务器退回" in page
        assert "没有发到这个邮箱" not in client_of("head").get("/messages").content.decode()
        assert "收件地址被邮件服务器退回" in client_of("system").get("/outbox").content.decode()

    def test_who_has_taken_the_address_away_or_left_gets_no_mail(self, mails, choosy, cast):
        actions.keep_address(mail="", by=cast["office"])
        Person.objects.filter(pk=cast["head"].pk).update(is_active=False)
        actions.deliver()
        assert not choosy
        assert list(Delivery.objects.values_list("message__person__username", flat=True)) == ["liaison"]

    def test_a_gateway_that_answers_nonsense_is_a_failed_try(self, cast, ways, listener):
        listener.says = b"nonsense\r\n\r\n"
        ways.HOOK_ADDRESS = f"http://127.0.0.1:{listener.port}/remind"
        actions.telling.tell(person=cast["liaison"], text="一件", address="/", by=None)
        assert actions.deliver() == 0
        assert Delivery.objects.get().error == "BadStatusLine"

    def test_somebody_whom_the_gateway_does_not_know_keeps_nobody_waiting(self, cast, ways, receiver):
        receiver.answers = [404]
        ways.HOOK_ADDRESS = receiver.address
        for who in ("liaison", "head"):
            actions.telling.tell(person=cast[who], text="一件", address="/", by=None)
        assert actions.deliver() == 1
        assert len(receiver.calls) == 2


@pytest.mark.django_db
class TestNobodyToTell:
    def without(self, cast, *names):
        Grant.objects.filter(person__in=[cast[name] for name in names]).update(ended_at=timezone.now())

    def test_who_is_in_charge_hears_where_a_unit_has_no_liaison(self, cast):
        self.without(cast, "liaison")
        actions.remind(matters=[matter(TODAY + dt.timedelta(3))], on=TODAY, by=None)
        assert {one.person.username for one in Message.objects.all()} == {"head"}

    def test_the_office_hears_once_for_a_unit_of_which_nobody_can_be_told(self, cast):
        self.without(cast, "liaison", "head")
        two = [matter(TODAY + dt.timedelta(3)), matter(TODAY + dt.timedelta(1), "obligation:2")]
        actions.remind(matters=two, on=TODAY, by=None)
        told = "区建设交通局有 2 项到期提醒没有人能收到，请催办联络员备案和账号开通"
        assert said(cast, "office") == [told]
        assert set(Told.objects.values_list("people", flat=True)) == {0}
        assert not Message.objects.filter(person__unit=UNIT).exists()


@pytest.mark.django_db
class TestKeysThatEnd:
    def on(self, key, days):
        last = timezone.localdate(key.until - dt.timedelta(seconds=1))
        return actions.remind(matters=queries.key_matters(), on=last - dt.timedelta(days), by=None)

    def test_who_makes_keys_and_the_units_liaison_hear_before_a_key_ends(self, cast):
        key, _ = key_of(cast)
        assert self.on(key, 8) == 0
        assert self.on(key, 7) == 2
        assert self.on(key, 7) == 0
        assert {one.person.username for one in Message.objects.all()} == {"liaison", "system"}
        assert said(cast, "liaison")[0].startswith(f"接口凭据 {key.kid}（区建设交通局 业务系统）要轮换")
        assert "还有 7 天" in said(cast, "system")[0]

    def test_nobody_hears_of_a_key_that_ended_or_is_followed_by_another_in_use(self, cast):
        key, _ = key_of(cast)
        new = rotate_key(key=key, until=key.until + dt.timedelta(90), by=cast["system"])
        assert self.on(key, 3) == 2  # the successor is not in use yet
        approve_key(key=new, by=cast["security"])
        issue_key(key=new, by=cast["system"])
        key.refresh_from_db()
        assert self.on(key, 3) == 0
        end_key(key=new, by=cast["security"], reason="不用了")
        assert {one.key.split(":")[1] for one in queries.key_matters()} == {str(key.pk)}
        end_key(key=key, by=cast["security"], reason="不用了")
        assert queries.key_matters() == []


@pytest.mark.parametrize(("hour", "still"), [(23, False), (3, False), (8, True), (12, True), (20, False)])
def test_reminders_may_go_out_over_midnight(hour, still, monkeypatch):
    class Hours:
        def __init__(self, value):
            self.value = value

        def at(self, day):
            return self

    wanted = {"remind_from_hour": Hours(20), "remind_until_hour": Hours(8)}
    found = type("Found", (), {"parameters": wanted})
    monkeypatch.setattr(queries.reminders, "in_force", lambda: found)
    assert queries.quiet(timezone.make_aware(dt.datetime(2026, 9, 10, hour))) is still  # noqa: DTZ001  # made aware here
