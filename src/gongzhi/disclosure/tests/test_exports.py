"""Long exports: told at once, agreed to by another where they must be, made by the worker, hers alone."""

from __future__ import annotations

import datetime as dt
import io
import re
import sys
from functools import partial

import openpyxl
import pytest
from django.utils import timezone

from gongzhi.audit.models import Event
from gongzhi.disclosure import actions
from gongzhi.disclosure.actions import Refused, Wanted
from gongzhi.disclosure.models import Export
from gongzhi.disclosure.queries import kept_at
from gongzhi.organisation.models import Grant
from gongzhi.web import exports as desk
from gongzhi.work.models import Message
from gongzhi.worker.exports import make_exports, remove_exports

pytestmark = pytest.mark.django_db
LIST = "/calendar?state=all&export=xlsx"
REASON = "联席会议用的明细清单"


@pytest.fixture
def bounds(monkeypatch):
    """How many rows go at once, and from how many another person has to agree."""
    held = {desk.AT_ONCE: 50_000, desk.APPROVAL: 1_000}
    monkeypatch.setattr(desk, "bound", held.__getitem__)
    return held


@pytest.fixture
def guarded(monkeypatch):
    """The calendar as a list of guarded data."""
    module = sys.modules["gongzhi.catalogue.views.calendar"]
    monkeypatch.setattr(module, "listing", partial(module.listing, guarded=True))


@pytest.fixture
def owed(cast):
    from gongzhi.catalogue.models import Obligation  # noqa: PLC0415  # only here

    today = timezone.localdate()
    for month in range(1, 10):
        Obligation.objects.create(
            unit=cast["liaison"].unit, resource="9.5", period=f"2026-{month:02d}", period_end=today,
            opens=today, due=today, definitions="0" * 64,
        )  # fmt: skip


def saved(answer):
    content = b"".join(answer.streaming_content)
    for close in answer._resource_closers:  # answer.close() would end the test's database connection too
        close()
    return content


def ask(client, **more):
    """Follow the list's export to the page that says what happens, and say yes there."""
    text = client.get(LIST).content.decode()
    wanted = re.search(r'name="wanted" value="([^"]+)"', text)[1]
    return client.post("/exports/new", {"wanted": wanted, **more})


def test_a_short_one_comes_at_once(bounds, owed, client_of):
    assert saved(client_of("liaison").get(LIST))[:2] == b"PK"
    assert not Export.objects.exists()


def test_a_long_one_is_made_by_the_worker_and_is_hers_alone(bounds, owed, cast, client_of):
    bounds[desk.AT_ONCE] = 5
    client = client_of("liaison")
    assert "共 9 行" in client.get(LIST).content.decode()
    assert ask(client)["Location"] == "/exports"
    ask(client)
    found = Export.objects.get()
    assert found.state == "waiting"
    assert client.get(f"/exports/{found.pk}/file")["Location"] == "/exports"
    assert make_exports() == 1
    assert make_exports() == 0
    message = Message.objects.get(person=cast["liaison"])
    assert message.lines == [["“报送日历”已生成，请下载", "/exports"]]
    text = client.get("/exports").content.decode()
    assert f"/exports/{found.pk}/file" in text
    answer = client.get(f"/exports/{found.pk}/file")
    sheet = openpyxl.load_workbook(io.BytesIO(saved(answer))).active
    assert sheet.max_row == 3 + 9
    assert cast["liaison"].name in sheet["A2"].value
    assert b"PK" not in kept_at(found).read_bytes()[:64]
    for other in ("head", "peer", "office", "auditor"):
        assert client_of(other).get(f"/exports/{found.pk}/file").status_code == 404, other
    assert Event.objects.filter(verb="export.fetched").count() == 1


def test_it_expires(bounds, owed, client_of):
    bounds[desk.AT_ONCE] = 5
    client = client_of("liaison")
    ask(client)
    make_exports()
    Export.objects.update(until=timezone.now() - dt.timedelta(seconds=1))
    found = Export.objects.get()
    assert client.get(f"/exports/{found.pk}/file")["Location"] == "/exports"
    assert "已过期" in client.get("/exports").content.decode()
    assert (remove_exports(), remove_exports()) == (1, 0)
    assert not kept_at(found).exists()
    assert not Event.objects.filter(verb="export.fetched").exists()


def test_what_may_not_be_seen_any_more_is_not_made(bounds, owed, cast, client_of):
    bounds[desk.AT_ONCE] = 5
    ask(client_of("liaison"))
    Grant.objects.filter(person=cast["liaison"]).delete()
    assert make_exports() == 0
    assert Export.objects.get().state == "failed"
    assert "没有生成" in Message.objects.get(person=cast["liaison"]).lines[0][0]


def test_guarded_rows_need_the_word_of_another(bounds, guarded, owed, cast, client_of):
    bounds[desk.APPROVAL] = 5
    liaison, head = client_of("liaison"), client_of("head")
    assert "另一人" in liaison.get(LIST).content.decode()
    assert ask(liaison, reason="短").status_code == 422
    ask(liaison, reason=REASON)
    found = Export.objects.get()
    assert (found.state, make_exports()) == ("asked", 0)
    assert REASON in head.get("/exports").content.decode()
    assert REASON not in client_of("office").get("/exports").content.decode()
    assert liaison.post(f"/exports/{found.pk}/decide", {"granted": "yes"}).status_code == 404
    head.post(f"/exports/{found.pk}/decide", {"granted": "yes"})
    found.refresh_from_db()
    assert (found.state, found.decided_by) == ("waiting", cast["head"])
    assert make_exports() == 1
    assert head.get(f"/exports/{found.pk}/file").status_code == 404


def test_declined_is_not_made(bounds, guarded, owed, client_of):
    bounds[desk.APPROVAL] = 5
    ask(client_of("liaison"), reason=REASON)
    found = Export.objects.get()
    client_of("head").post(f"/exports/{found.pk}/decide", {"granted": "no"})
    assert make_exports() == 0
    assert Export.objects.get().state == "declined"


def test_nobody_agrees_for_herself_or_in_return(bounds, cast):
    head, liaison = cast["head"], cast["liaison"]
    wanted = Wanted("清单", "/calendar?export=xlsx", [], 2_000, guarded=True, approval=True)
    asked = actions.ask_for_export(wanted=wanted, reason=REASON, by=liaison)
    with pytest.raises(Refused, match="另一人"):
        actions.decide_export(export=asked, granted=True, by=liaison)
    with pytest.raises(Refused, match="另一人"):
        actions.decide_export(export=asked, granted=True, by=cast["office"])
    Export.objects.create(
        person=head, unit=head.unit, title="清单", address="/x", rows=1, guarded=True, state="waiting",
        asked_at=timezone.now(), decided_by=liaison, decided_at=timezone.now(),
    )  # fmt: skip
    with pytest.raises(Refused, match="对方"):
        actions.decide_export(export=asked, granted=True, by=head)
    actions.decide_export(export=asked, granted=False, by=head)
    with pytest.raises(Refused, match="已经答复"):
        actions.decide_export(export=asked, granted=True, by=head)


def test_what_the_page_signed_is_for_her_who_asked(bounds, owed, client_of):
    bounds[desk.AT_ONCE] = 5
    text = client_of("liaison").get(LIST).content.decode()
    wanted = re.search(r'name="wanted" value="([^"]+)"', text)[1]
    assert client_of("peer").post("/exports/new", {"wanted": wanted}).status_code == 404
    assert client_of("liaison").post("/exports/new", {"wanted": wanted + "x"}).status_code == 404
    assert not Export.objects.exists()


def test_one_that_breaks_is_told_and_does_not_hold_up_the_others(bounds, owed, cast, client_of, monkeypatch):
    bounds[desk.AT_ONCE] = 5
    ask(client_of("liaison"))
    ask(client_of("office"))
    real = actions.keep_export

    def broken(*, export, **more):
        if export.person == cast["liaison"]:
            raise OSError("no space")
        real(export=export, **more)

    monkeypatch.setattr(actions, "keep_export", broken)
    assert make_exports() == 1
    assert {one.person.username: one.state for one in Export.objects.all()} == {
        "liaison": "failed", "office": "ready"
    }  # fmt: skip
    assert "没有生成" in Message.objects.get(person=cast["liaison"]).lines[0][0]
