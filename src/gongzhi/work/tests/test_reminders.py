"""Reminders: the right rung to the right people, once; letters; what leaves the house, and what did not."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import socket

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.catalogue.models import Obligation
from gongzhi.catalogue.queries import matters
from gongzhi.editions.queries import in_force
from gongzhi.gate import sight_of
from gongzhi.organisation.models import Grant, Person
from gongzhi.work import actions, queries
from gongzhi.work.actions import Refused
from gongzhi.work.actions import sending as out
from gongzhi.work.actions.giving import PlaceOfWork
from gongzhi.work.models import Address, Delivery, Item, Letter, Message, Told
from gongzhi.work.queries import rung

from .conftest import TODAY, UNIT, matter, said

NOON = timezone.make_aware(dt.datetime(2026, 9, 10, 12))  # noqa: DTZ001  # made aware here


class TestLadder:
    @given(
        days=st.integers(-40, 40), told=st.sets(st.sampled_from([-7, -3, -1, 1, 3, 7])),
    )  # fmt: skip
    def test_the_highest_rung_reached_unless_told(self, days, told):
        ladder = in_force().ladders["usual"]
        step = rung(ladder, TODAY, TODAY + dt.timedelta(days), told)
        reached = [one for one in (-7, -3, -1, 1, 3, 7) if one <= days]
        expected = reached[-1] if reached and (not told or max(told) < reached[-1]) else None
        assert (step.days if step else None) == expected

    @given(start=st.integers(-12, 12))
    def test_day_by_day_no_rung_is_told_twice_or_backwards(self, start):
        ladder, told = in_force().ladders["usual"], []
        for day in range(start, 40):
            step = rung(ladder, TODAY, TODAY + dt.timedelta(day), told)
            if step:
                told.append(step.days)
        assert told == sorted(set(told))
        assert told[-1] == 7


@pytest.mark.django_db
class TestWhoHears:
    @pytest.mark.parametrize(
        ("left", "who"), [(7, "liaison"), (3, "liaison"), (1, "liaison"), (-1, "liaison"), (-3, "head")]
    )
    def test_the_liaison_then_the_head(self, cast, left, who):
        assert actions.remind(matters=[matter(TODAY + dt.timedelta(left))], on=TODAY, by=None) == 1
        assert {one.person.username for one in Message.objects.all()} == {who}
        word = f"还有 {left} 天" if left > 0 else f"已逾期 {-left} 天"
        assert word in said(cast, who)[0]

    def test_then_the_office_gets_a_letter_to_issue(self, cast, owing):
        late = owing(matter(TODAY - dt.timedelta(7)), matter(TODAY - dt.timedelta(30), "obligation:2"))
        actions.remind(matters=late, on=TODAY, by=None)
        letter = Letter.objects.get()
        assert (letter.unit, letter.state) == (UNIT, "drafted")
        text = "".join(letter.paragraphs)
        assert "2项事项" in text
        assert "1. 9.5 商品房预售信息（2026年三季度）（2026-08-11到期）" in text
        assert "{" not in text + letter.salutation + letter.signature + letter.title
        assert said(cast, "office") == ["区建设交通局有 2 项逾期，催报函已拟好，待签发"]
        issued = actions.decide_letter(letter=letter, issue=True, by=cast["office"])
        assert issued.number == f"〔{timezone.localdate().year}〕1号"
        with pytest.raises(Refused, match="已签发"):
            actions.decide_letter(letter=letter, issue=False, by=cast["office"])

    def test_a_first_look_after_an_outage_tells_the_unit_too(self, cast):
        actions.remind(matters=[matter(TODAY - dt.timedelta(9))], on=TODAY, by=None)
        told = ["9.5 商品房预售信息（2026年三季度），已逾期 9 天"]
        assert said(cast, "liaison") == said(cast, "head") == told
        assert said(cast, "office") == ["区建设交通局有 1 项逾期，催报函已拟好，待签发"]
        assert Told.objects.get().people == 2
        assert not said(cast, "peer")

    def test_twice_a_day_says_nothing_twice_and_one_message_a_day(self, cast):
        two = [matter(TODAY + dt.timedelta(3)), matter(TODAY + dt.timedelta(1), "obligation:2")]
        assert actions.remind(matters=two[:1], on=TODAY, by=None) == 1
        assert actions.remind(matters=two, on=TODAY, by=None) == 1
        assert actions.remind(matters=two, on=TODAY, by=None) == 0
        message = Message.objects.get()
        assert len(message.lines) == 2
        assert Told.objects.count() == 2

    def test_the_one_who_took_it_hears_alone(self, cast, errand):
        item = errand(due=timezone.localdate() + dt.timedelta(1))
        actions.take(item=item, by=cast["liaison"])
        actions.remind(matters=queries.own_matters(), on=timezone.localdate(), by=None)
        assert [one.person for one in Message.objects.all()] == [cast["liaison"]]
        actions.withdraw(item=Item.objects.get(), note="不办", by=cast["office"])
        assert queries.own_matters() == []

    def test_who_stands_in_hears_it_too(self, cast, errand):
        other = Person.objects.create(username="liaison3", name="同事", unit=UNIT, is_active=True)
        Grant.objects.create(
            person=other, role="liaison", unit=UNIT, valid_from=timezone.now(), granted_by=cast["security"],
            granted_at=timezone.now(),
        )  # fmt: skip
        item = errand(due=timezone.localdate() + dt.timedelta(1))
        actions.take(item=item, by=cast["liaison"])
        actions.name_stand_in(item=item, person=other, by=cast["liaison"])
        actions.remind(matters=queries.own_matters(), on=timezone.localdate(), by=None)
        assert {one.person for one in Message.objects.all()} == {cast["liaison"], other}

    def test_what_waits_for_a_word_chases_who_has_to_say_it(self, cast, errand):
        item = errand()
        actions.take(item=item, by=cast["liaison"])
        actions.submit(item=item, answer={"result": "办好"}, by=cast["liaison"])
        for late in (1, 3, 7):
            on = item.due + dt.timedelta(late)
            assert actions.remind(matters=queries.own_matters(), on=on, by=None) == 1
        assert not Letter.objects.exists()
        assert {one.person for one in Message.objects.all()} == {cast["office"]}
        assert "待审核" in said(cast, "office")[0]
        actions.send_back(item=item, note="缺材料", by=cast["office"])
        actions.remind(matters=queries.own_matters(), on=item.due + dt.timedelta(8), by=None)
        assert Letter.objects.count() == 1

    def test_a_day_that_moved_is_reminded_of_anew(self, cast, errand):
        item = errand()
        actions.take(item=item, by=cast["liaison"])
        first = item.due
        actions.remind(matters=queries.own_matters(), on=first + dt.timedelta(1), by=None)
        wanted = max(first, timezone.localdate()) + dt.timedelta(20)
        actions.ask_time(item=item, wanted=wanted, note="在等材料", by=cast["liaison"])
        actions.decide_time(item=item, grant=True, note="", by=cast["office"])
        assert actions.remind(matters=queries.own_matters(), on=wanted - dt.timedelta(3), by=None) == 1
        assert any("还有 3 天" in one for one in said(cast, "liaison"))

    def test_in_a_grid_cell_the_nearest_post_and_not_everybody_above(self, cast, errand):
        cell = f"{sight_of(cast['street']).held[0].cell}008"  # where no grid worker has an account
        errand(place=PlaceOfWork(cell=cell), due=timezone.localdate() + dt.timedelta(1))
        found = queries.own_matters()
        actions.remind(matters=found, on=timezone.localdate(), by=None)
        assert {one.person.username for one in Message.objects.all()} == {"street"}
        actions.remind(matters=found, on=found[0].due + dt.timedelta(3), by=None)
        told = {one.person.username for one in Message.objects.exclude(day=timezone.localdate())}
        assert {"street", "office"} <= told
        assert not told & {"liaison", "head", "peer", "grid", "gridpeer"}

    def test_the_grid_worker_hears_of_what_was_given_to_her_cell(self, cast, errand):
        cell = sight_of(cast["grid"]).held[0].cell
        errand(place=PlaceOfWork(cell=cell), due=timezone.localdate() + dt.timedelta(1))
        actions.remind(matters=queries.own_matters(), on=timezone.localdate(), by=None)
        assert {one.person.username for one in Message.objects.all()} == {"grid"}

    def test_what_the_calendar_asks(self, cast):
        def owed(number, due, **more):
            return Obligation.objects.create(
                unit=UNIT, resource="9.5", period=f"2026Q{number}", period_end=dt.date(2026, 3 * number, 28),
                opens=dt.date(2026, 1, 1), due=due, definitions="0" * 64, **more,
            )  # fmt: skip

        open_one = owed(1, TODAY - dt.timedelta(1))
        owed(2, TODAY, received_at=NOON, received_on=TODAY)
        owed(3, TODAY + dt.timedelta(200))
        owed(4, TODAY, scored=False)
        assert [one.key for one in matters(TODAY)] == [f"obligation:{open_one.pk}:{TODAY - dt.timedelta(1)}"]


@pytest.fixture
def told(cast, settings, monkeypatch):
    """A message to the liaison, at noon, with both ways out named."""
    monkeypatch.setattr(out, "quiet", lambda at: False)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_SSL, settings.EMAIL_USE_TLS = (
        "127.0.0.1",
        1,
        False,
        False,
    )
    settings.HOOK_SECRET = "a secret of the tests"

    def one(*, mail=False, hook=""):
        settings.HOOK_ADDRESS = hook
        if mail:
            actions.keep_address(mail="liaison@example.cn", by=cast["liaison"])
        actions.remind(matters=[matter(TODAY + dt.timedelta(3))], on=TODAY, by=None)
        return Delivery.objects.get()

    return one


class Box:
    """Keeps what a real SMTP conversation hands over."""

    def __init__(self):
        self.got = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  # the library's name
        self.got.append(envelope)
        return "250 OK"


@pytest.fixture
def post(settings):
    """A mail server of this machine; what it got."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    box = Box()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_PORT = port
    yield box.got
    server.stop()


def due_again():
    Delivery.objects.update(next_at=timezone.now())


@pytest.mark.django_db
@pytest.mark.enable_socket
class TestGoingOut:
    def test_by_mail_to_a_real_server(self, told, post):
        told(mail=True)
        assert actions.deliver() == 1
        assert actions.deliver() == 0
        (got,) = post
        assert got.rcpt_tos == ["liaison@example.cn"]
        assert Delivery.objects.get().nonce in got.content.decode()
        assert Delivery.objects.get().state == "sent"

    def test_a_server_that_is_down_is_tried_later_then_given_up_and_tried_again_by_hand(
        self, told, cast, caplog
    ):
        one = told(mail=True)
        for number in range(1, out.MOST_TRIES + 1):
            assert actions.deliver() == 0
            found = Delivery.objects.get()
            assert found.tries == number
            assert found.next_at > timezone.now()
            assert actions.deliver() == 0
            due_again()
        found = Delivery.objects.get()
        assert (found.state, found.nonce) == ("failed", one.nonce)
        assert "example.cn" not in found.error + caplog.text
        with pytest.raises(Refused):
            actions.try_again(delivery=found, by=cast["liaison"])
        actions.try_again(delivery=found, by=cast["system"])
        assert Delivery.objects.get().state == "waiting"

    def test_a_death_between_sending_and_noting_sends_the_same_again(self, told, post, monkeypatch):
        def die(_):
            raise KeyboardInterrupt

        told(mail=True)
        with monkeypatch.context() as broken:
            broken.setattr(out, "_sent", die)
            with pytest.raises(KeyboardInterrupt):
                actions.deliver()
        due_again()
        assert actions.deliver() == 1
        lines = [line for got in post for line in got.content.decode().splitlines()]
        assert len(post) == 2
        assert len({line for line in lines if "Message-ID" in line}) == 1

    def test_what_comes_after_it_went_out_goes_out_too_and_alone(self, told, post, cast):
        first = told(mail=True)
        assert actions.deliver() == 1
        for left, key in ((1, "obligation:2"), (0, "obligation:3")):
            actions.remind(matters=[matter(TODAY + dt.timedelta(left), key)], on=TODAY, by=None)
        later = Delivery.objects.exclude(pk=first.pk).get()  # gathered: one for both
        assert actions.deliver() == 0
        due_again()
        assert actions.deliver() == 1
        text = post[1].content.decode()
        assert [one.rpartition("，")[2] for one in later.texts] == ["还有 1 天", "今天到期"]
        assert first.texts == ["9.5 商品房预售信息（2026年三季度），2026-09-13 到期，还有 3 天"]
        assert later.nonce in text
        assert Message.objects.count() == 1

    def test_what_comes_before_it_went_out_goes_with_it(self, told, post):
        told(mail=True)
        actions.remind(matters=[matter(TODAY + dt.timedelta(1), "obligation:2")], on=TODAY, by=None)
        assert len(Delivery.objects.get().texts) == 2
        assert actions.deliver() == 1
        assert len(post) == 1

    def test_by_a_signed_call(self, told, settings, receiver):
        receiver.answers = [302]
        told(hook=receiver.address)
        assert actions.deliver() == 0  # sent elsewhere: not followed
        due_again()
        assert actions.deliver() == 1
        calls = receiver.calls
        headers, body = calls[1]
        digest = hashlib.new("sm3", body).hexdigest()
        signed = "\n".join((headers["X-Gongzhi-Time"], headers["X-Gongzhi-Nonce"], digest)).encode()
        right = hmac.new(settings.HOOK_SECRET.encode(), signed, lambda: hashlib.new("sm3")).hexdigest()
        assert headers["X-Gongzhi-Signature"] == right
        assert headers["X-Gongzhi-Nonce"] == calls[0][0]["X-Gongzhi-Nonce"]
        assert json.loads(body)["to"] == "liaison"

    def test_nothing_goes_out_in_the_quiet_hours(self, told, monkeypatch):
        told(mail=True)
        monkeypatch.setattr(out, "quiet", lambda at: True)
        assert actions.deliver() == 0
        assert Delivery.objects.get().tries == 0


@pytest.mark.parametrize(("hour", "still"), [(3, True), (7, True), (8, False), (19, False), (20, True)])
def test_the_quiet_hours_are_the_parameters(hour, still):
    assert queries.quiet(NOON.replace(hour=hour)) is still


@pytest.mark.django_db
class TestPages:
    def test_messages_of_ones_own_and_the_address(self, client_of, cast):
        actions.remind(matters=[matter(TODAY + dt.timedelta(3))], on=TODAY, by=None)
        client = client_of("liaison")
        page = client.get("/messages").content.decode()
        assert "还有 3 天" in page
        assert ">消息 1<" in page
        assert "还有 3 天" not in client_of("peer").get("/messages").content.decode()
        client.post("/messages/read")
        assert ">消息<" in client.get("/messages").content.decode()
        answer = client.post("/messages", {"mail": "nonsense\r\nBcc: x@example.cn"})
        assert answer.status_code == 422
        assert "邮箱看不懂" in answer.content.decode()
        client.post("/messages", {"mail": "liaison@example.cn"})
        assert Address.objects.get().mail == "liaison@example.cn"
        assert b"example" not in bytes(Address.objects.get().sealed)
        client.post("/messages", {"mail": ""})
        assert not Address.objects.exists()

    def test_a_letter_is_the_offices_until_it_is_issued(self, client_of, owing):
        actions.remind(matters=owing(matter(TODAY - dt.timedelta(9))), on=TODAY, by=None)
        letter = Letter.objects.get()
        unit, peer, office = client_of("liaison"), client_of("peer"), client_of("office")
        assert unit.get(f"/letters/{letter.pk}").status_code == 404
        assert unit.post(f"/letters/{letter.pk}/decide", {"verdict": "issue"}).status_code == 404
        assert letter.title in office.get("/letters").content.decode()
        answer = office.post(f"/letters/{letter.pk}/decide", {"verdict": "issue"}, follow=True)
        assert "已签发，文号" in answer.content.decode()
        assert unit.get(f"/letters/{letter.pk}").status_code == 200
        assert peer.get(f"/letters/{letter.pk}").status_code == 404

    def test_what_did_not_get_out(self, client_of, told):
        one = told(mail=True)
        Delivery.objects.update(state="failed", error="ConnectionRefusedError")
        client = client_of("system")
        page = client.get("/outbox").content.decode()
        assert "ConnectionRefusedError" in page
        assert "预售" not in page
        answer = client.post(f"/outbox/{one.pk}/again", follow=True)
        assert "已放回待发" in answer.content.decode()
        assert "还在重试" in client.post(f"/outbox/{one.pk}/again", follow=True).content.decode()
