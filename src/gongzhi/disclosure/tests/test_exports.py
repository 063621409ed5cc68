"""Exports that are kept: told at once, agreed to by two others where they must be, hers, fetched once."""

from __future__ import annotations

import datetime as dt
import io
import re
import sys

import openpyxl
import pytest
from django.utils import timezone

from gongzhi.audit.models import Event
from gongzhi.disclosure import actions
from gongzhi.disclosure.actions import Refused, Wanted
from gongzhi.disclosure.models import Export
from gongzhi.disclosure.queries import exports, kept_at, known
from gongzhi.organisation.models import Grant
from gongzhi.work.actions import tell_of_exports
from gongzhi.work.models import Message
from gongzhi.worker.exports import make_exports, remove_exports

pytestmark = pytest.mark.django_db
LIST = "/calendar?state=all&export=xlsx"
REASON = "联席会议用的明细清单"
AT_ONCE, APPROVAL = exports.AT_ONCE, exports.APPROVAL


@pytest.fixture
def bounds(monkeypatch):
    """How many rows go at once, from how many others have to agree, and how long what holds."""
    held = {AT_ONCE: 50_000, APPROVAL: 1_000, exports.VALID: 24, exports.WATCH: 24, exports.RESUME: 15}
    monkeypatch.setattr(known, "number_of", held.__getitem__)
    return held


@pytest.fixture
def guarded(monkeypatch):
    """The calendar as a list of guarded data."""
    module = sys.modules["gongzhi.catalogue.views.calendar"]
    real = module.listing
    monkeypatch.setattr(module, "listing", lambda *page, **more: real(*page, **(more | {"guarded": True})))


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


def broken(answer):
    """The first piece of a download, then the connection breaks."""
    next(iter(answer.streaming_content))
    for close in answer._resource_closers:
        close()


def ask(client, **more):
    """Follow the list's export to the page that says what happens, and say yes there."""
    text = client.get(LIST).content.decode()
    wanted = re.search(r'name="wanted" value="([^"]+)"', text)[1]
    return client.post("/exports/new", {"wanted": wanted, **more})


def test_a_short_one_comes_at_once(bounds, owed, client_of):
    assert saved(client_of("liaison").get(LIST))[:2] == b"PK"
    assert not Export.objects.exists()


def test_a_long_one_is_made_by_the_worker_and_is_hers_alone(bounds, owed, cast, client_of):
    bounds[AT_ONCE] = 5
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
    bounds[AT_ONCE] = 5
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
    bounds[AT_ONCE] = 5
    ask(client_of("liaison"))
    Grant.objects.filter(person=cast["liaison"]).delete()
    assert make_exports() == 0
    assert Export.objects.get().state == "failed"
    assert "没有生成" in Message.objects.get(person=cast["liaison"]).lines[0][0]


def test_guarded_rows_need_the_word_of_another(bounds, guarded, owed, cast, client_of):
    bounds[APPROVAL] = 5
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
    assert (found.state, found.decided_by, make_exports()) == ("agreed", cast["head"], 0)
    head.post(f"/exports/{found.pk}/decide", {"granted": "yes"})
    assert liaison.post(f"/exports/{found.pk}/decide", {"granted": "yes"}).status_code == 404
    found.refresh_from_db()
    assert found.state == "agreed", "one person is not two"
    security = client_of("security")
    assert "待会签的导出" in security.get("/").content.decode()
    text = security.get("/exports").content.decode()
    assert REASON in text
    assert "联络员" in text
    security.post(f"/exports/{found.pk}/decide", {"granted": "yes"})
    found.refresh_from_db()
    assert (found.state, found.countersigned_by) == ("waiting", cast["security"])
    assert make_exports() == 1
    for other in (head, security):
        assert other.get(f"/exports/{found.pk}/file").status_code == 404
    assert [one.duty for one in Event.objects.filter(verb="export.decided").order_by("pk")] == [
        "approve_reveal", "administer_grants"
    ]  # fmt: skip


def test_the_security_administrator_sees_what_waits_for_her_and_no_values(bounds, cast, client_of):
    wanted = Wanted("清单", "/x", [("纳税人", "示例商贸有限公司")], 2_000, guarded=True)
    asked = actions.ask_for_export(wanted=wanted, reason=REASON, by=cast["liaison"])
    security = client_of("security")
    assert REASON not in security.get("/exports").content.decode()
    assert security.post(f"/exports/{asked.pk}/decide", {"granted": "yes"}).status_code == 404
    assert "示例商贸有限公司" in client_of("head").get("/exports").content.decode()
    actions.decide_export(export=asked, granted=True, by=cast["head"])
    text = security.get("/exports").content.decode()
    assert "筛选：纳税人" in text
    assert "示例商贸有限公司" not in text
    security.post(f"/exports/{asked.pk}/decide", {"granted": "no"})
    assert Export.objects.get().state == "declined"


def test_pieces_below_the_bound_count_together(bounds, guarded, owed, cast, client_of):
    bounds[APPROVAL] = 20
    client = client_of("liaison")
    for taken in (9, 18):
        assert saved(client.get(LIST))[:2] == b"PK"
        assert sum(Export.objects.filter(state="given").values_list("rows", flat=True)) == taken
    text = client.get(LIST).content.decode()
    assert "您24小时内已导出 18 行，连同这次共 27 行" in text
    assert "超过 20 行" in text
    assert "分管负责人甲" in text
    assert "安全管理员" in text
    ask(client, reason=REASON)
    assert Export.objects.get(state="asked").rows == 9
    assert saved(client_of("office").get(LIST))[:2] == b"PK", "another person's are not counted"
    Export.objects.filter(person=cast["liaison"]).update(asked_at=timezone.now() - dt.timedelta(hours=25))
    assert saved(client.get(LIST))[:2] == b"PK", "the day is over"


def test_what_two_others_agreed_to_does_not_count(bounds, guarded, owed, cast, client_of):
    bounds[APPROVAL] = 10
    Export.objects.create(
        person=cast["liaison"], unit=cast["liaison"].unit, title="报送日历", address="/x", rows=5_000,
        guarded=True, state="taken", asked_at=timezone.now(), decided_by=cast["head"],
        decided_at=timezone.now(),
    )  # fmt: skip
    assert saved(client_of("liaison").get(LIST))[:2] == b"PK"


def test_a_page_kept_open_does_not_get_round_the_bound(bounds, guarded, owed, cast, client_of):
    """The form of an export by the worker was signed when nothing had been taken yet."""
    bounds[AT_ONCE], bounds[APPROVAL] = 5, 10
    client = client_of("liaison")
    text = client.get(LIST).content.decode()
    wanted = re.search(r'name="wanted" value="([^"]+)"', text)[1]
    Export.objects.create(
        person=cast["liaison"], unit=cast["liaison"].unit, title="报送日历", rows=9,
        guarded=True, state="given", asked_at=timezone.now(),
    )  # fmt: skip
    assert client.post("/exports/new", {"wanted": wanted}).status_code == 422
    assert client.post("/exports/new", {"wanted": wanted, "reason": REASON}).status_code == 302
    assert Export.objects.exclude(state="given").get().state == "asked"


def made(client, cast):
    """A guarded export that waits to be fetched."""
    wanted = Wanted("报送日历", LIST, [], 2_000, guarded=True)
    asked = actions.ask_for_export(wanted=wanted, reason=REASON, by=cast["liaison"])
    for by in ("head", "security"):
        actions.decide_export(export=asked, granted=True, by=cast[by])
    assert make_exports() == 1
    return asked


def test_guarded_rows_are_fetched_once(bounds, owed, cast, client_of):
    client = client_of("liaison")
    found = made(client, cast)
    assert "只能下载一次" in Message.objects.get(person=cast["liaison"]).lines[0][0]
    address = f"/exports/{found.pk}/file"
    assert client.head(address).status_code == 405
    answer = client.get(address)
    content = saved(answer)
    assert len(content) == int(answer["Content-Length"])
    assert openpyxl.load_workbook(io.BytesIO(content)).active.max_row == 3 + 9
    assert not kept_at(found).exists()
    assert client.get(address)["Location"] == "/exports"
    text = client.get("/exports").content.decode()
    assert "只能下载一次；仍需要的，请重新导出" in text
    assert "已下载，文件已删除" in text
    assert Event.objects.get(verb="export.removed").detail == {"why": "fetched"}


def test_a_broken_download_may_be_taken_up_for_a_short_time(bounds, owed, cast, client_of, monkeypatch):
    monkeypatch.setattr(sys.modules["gongzhi.disclosure.views.exports"], "PIECE", 100)
    client = client_of("liaison")
    found = made(client, cast)
    address = f"/exports/{found.pk}/file"
    broken(client.get(address))
    found.refresh_from_db()
    assert found.until - found.begun_at == dt.timedelta(minutes=15)
    assert "下载未完成，可再下载" in client.get("/exports").content.decode()
    first = found.until
    broken(client.get(address))
    found.refresh_from_db()
    assert found.until == first, "trying again does not lengthen it"
    Export.objects.update(until=timezone.now() - dt.timedelta(seconds=1))
    assert client.get(address)["Location"] == "/exports"
    assert remove_exports() == 1
    assert not kept_at(found).exists()


def test_what_is_not_guarded_may_be_fetched_again(bounds, owed, client_of):
    bounds[AT_ONCE] = 5
    client = client_of("liaison")
    ask(client)
    make_exports()
    found = Export.objects.get()
    for _ in range(2):
        assert saved(client.get(f"/exports/{found.pk}/file"))[:2] == b"PK"


def test_without_somebody_to_agree_she_is_told_what_to_do(bounds, cast):
    wanted = Wanted("清单", "/x", [], 2_000, guarded=True)
    Grant.objects.filter(person=cast["security"]).delete()
    with pytest.raises(Refused, match="没有可以会签的安全管理员"):
        actions.ask_for_export(wanted=wanted, reason=REASON, by=cast["liaison"])
    Grant.objects.filter(person=cast["head"]).delete()
    with pytest.raises(Refused, match="请安全管理员为本单位的分管负责人授权"):
        actions.ask_for_export(wanted=wanted, reason=REASON, by=cast["liaison"])
    with pytest.raises(Refused, match="筛选条件太多"):
        actions.ask_for_export(
            wanted=Wanted("清单", "/x" * 2_500, [], 1, guarded=False), reason="", by=cast["liaison"]
        )


def test_declined_is_not_made(bounds, guarded, owed, client_of):
    bounds[APPROVAL] = 5
    ask(client_of("liaison"), reason=REASON)
    found = Export.objects.get()
    client_of("head").post(f"/exports/{found.pk}/decide", {"granted": "no"})
    assert make_exports() == 0
    assert Export.objects.get().state == "declined"


def lines(person):
    return [line for one in Message.objects.filter(person=person) for line in one.lines]


def test_each_is_told_when_it_is_her_turn_once(bounds, cast):
    wanted = Wanted("疑点", "/hits?export=xlsx", (("税种", "契税"),), 2_000, True)
    asked = actions.ask_for_export(wanted=wanted, reason=REASON, by=cast["liaison"])
    assert (tell_of_exports(), tell_of_exports()) == (1, 0)
    assert lines(cast["head"]) == [["本单位有人申请导出“疑点”，请答复", "/exports"]]
    assert lines(cast["security"]) == []
    actions.decide_export(export=asked, granted=True, by=cast["head"])
    assert (tell_of_exports(), tell_of_exports()) == (1, 0)
    assert lines(cast["security"]) == [["有人申请导出“疑点”，本单位已批准，请会签", "/exports"]]
    assert lines(cast["liaison"]) == []
    actions.decide_export(export=asked, granted=False, by=cast["security"])
    assert (tell_of_exports(), tell_of_exports()) == (1, 0)
    assert lines(cast["liaison"]) == [["您申请导出的“疑点”没有获准", "/exports"]]
    assert "契税" not in str(list(Message.objects.values_list("lines", flat=True)))


def test_nobody_agrees_for_herself_or_in_return(bounds, cast):
    head, liaison = cast["head"], cast["liaison"]
    wanted = Wanted("清单", "/calendar?export=xlsx", [], 2_000, guarded=True)
    asked = actions.ask_for_export(wanted=wanted, reason=REASON, by=liaison)
    with pytest.raises(Refused, match="三个人"):
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
    bounds[AT_ONCE] = 5
    text = client_of("liaison").get(LIST).content.decode()
    wanted = re.search(r'name="wanted" value="([^"]+)"', text)[1]
    assert client_of("peer").post("/exports/new", {"wanted": wanted}).status_code == 404
    assert client_of("liaison").post("/exports/new", {"wanted": wanted + "x"}).status_code == 404
    assert not Export.objects.exists()


def test_one_that_breaks_is_told_and_does_not_hold_up_the_others(bounds, owed, cast, client_of, monkeypatch):
    bounds[AT_ONCE] = 5
    ask(client_of("liaison"))
    ask(client_of("office"))
    real = actions.keep_export

    def failing(*, export, **more):
        if export.person == cast["liaison"]:
            raise OSError("no space")
        real(export=export, **more)

    monkeypatch.setattr(actions, "keep_export", failing)
    assert make_exports() == 1
    assert {one.person.username: one.state for one in Export.objects.all()} == {
        "liaison": "failed", "office": "ready"
    }  # fmt: skip
    assert "没有生成" in Message.objects.get(person=cast["liaison"]).lines[0][0]
