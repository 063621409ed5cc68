"""Comparing without a command line: when the house scans by itself, who may ask, and what the list says."""

import datetime as dt
from importlib import import_module

from django.utils import timezone

from gongzhi.audit.models import Event
from gongzhi.gate.sight import sight_of
from gongzhi.registry.actions import link_batches, link_new
from gongzhi.registry.models import Linking
from gongzhi.risk import queries
from gongzhi.risk.actions import ask_for_scan, ask_if_due, scan_waiting
from gongzhi.risk.models import Hit, Run, ScanRequest

from .conftest import FILINGS, filing

BUREAU = "区税务局"
asking = import_module("gongzhi.risk.actions.asking")


def rounds():
    """What the worker does in a minute; how many requests were answered."""
    ask_if_due()
    return scan_waiting()


def an_hour_ago():
    hour = dt.timedelta(hours=1, seconds=1)
    for run in Run.objects.all():
        Run.objects.filter(pk=run.pk).update(started_at=run.started_at - hour)
    ScanRequest.objects.update(asked_at=timezone.now() - hour)
    Linking.objects.update(linked_at=timezone.now() - 2 * hour)


def another_filing(submit, number):
    return submit("T.30", BUREAU, FILINGS, [filing(2, "B2", 1_000, f"S{number}")], period=f"2024-0{number}")


def test_what_was_linked_is_compared_without_anybody_asking(district):
    assert rounds() == 1
    assert Hit.objects.filter(rule="R17").count() == 1
    assert rounds() == 0
    assert Run.objects.count() == 1


def test_the_house_compares_once_an_hour_and_only_when_something_came(district, submit):
    rounds()
    an_hour_ago()
    assert rounds() == 0
    another_filing(submit, 3)
    assert rounds() == 0
    assert Run.objects.count() == 1  # a scan waits until the rows are joined
    link_new()
    assert rounds() == 1
    another_filing(submit, 4)
    link_new()
    assert rounds() == 0  # within the hour
    assert Run.objects.count() == 2


def test_a_withdrawn_batch_and_new_definitions_are_reasons_to_compare_again(district, monkeypatch):
    rounds()
    an_hour_ago()
    Run.objects.update(definitions="of before")
    assert queries.due()
    rounds()
    an_hour_ago()
    assert not queries.due()
    type(district["filings"]).objects.filter(pk=district["filings"].pk).update(withdrawn_at=timezone.now())
    assert queries.due()


def test_a_scan_of_one_rule_does_not_count_as_the_comparison(scanned, cast):
    scanned("R17")
    assert queries.standing(sight_of(cast["officer"])).run is None
    assert queries.due()


def test_the_office_asks_and_the_worker_answers(district, client_of):
    office = client_of("office")
    assert "立即比对" in office.get("/hits").content.decode()
    asked = office.post("/hits/scan", follow=True).content.decode()
    assert "已请求立即比对" in asked
    assert not Run.objects.exists()  # nothing is scanned inside the request
    assert 'action="/hits/scan"' not in asked  # one request waits
    office.post("/hits/scan")
    assert Event.objects.filter(verb="risk.scan_asked", duty="run_scan").count() == 1
    assert rounds() == 1
    run = Run.objects.get()
    assert run.started_by.username == "office"
    page = office.get("/hits").content.decode()
    assert f"截至 {timezone.localdate()} 的比对" in page
    assert "尚未比对" not in page


def test_who_may_not_scan_has_no_button(district, client_of):
    officer = client_of("officer")
    assert 'action="/hits/scan"' not in officer.get("/hits").content.decode()
    assert officer.post("/hits/scan").status_code == 404
    assert not ScanRequest.objects.exists()


def test_the_list_says_what_came_in_since(district, submit, client_of):
    officer = client_of("officer")
    page = officer.get("/hits").content.decode()
    assert "还没有比对过" in page
    rounds()
    another_filing(submit, 3)
    another_filing(submit, 4)
    assert "之后又入库 2 批，尚未比对" in officer.get("/hits").content.decode()


def test_a_request_that_finds_nothing_new_says_so(district, cast, client_of):
    rounds()
    ask_for_scan(by=cast["office"])
    assert rounds() == 1
    assert Run.objects.count() == 1
    assert "没有新的数据" in client_of("officer").get("/hits").content.decode()


def test_a_scan_that_breaks_is_told_and_not_tried_at_once_again(district, cast, client_of, monkeypatch):
    def broken(**_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(asking, "scan", broken)
    assert rounds() == 1
    assert rounds() == 0
    page = client_of("office").get("/hits").content.decode()
    assert "没有比对成" in page
    assert "请与系统管理员联系" in page
    monkeypatch.undo()
    ask_for_scan(by=cast["office"])
    assert rounds() == 1
    assert "没有比对成" not in client_of("office").get("/hits").content.decode()


def test_a_scan_that_never_ends_is_given_up(district, cast):
    ask_for_scan(by=cast["office"])
    ScanRequest.objects.update(tries=3)
    assert rounds() == 1
    assert "3 次都没有做完" in ScanRequest.objects.get().refusal
    assert not Run.objects.exists()


def test_hits_of_a_later_day_are_renewed_as_of_that_day(district, cast):
    rounds()
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    Run.objects.update(as_of=tomorrow)
    link_batches(by=None, every=True)
    ask_for_scan(by=cast["office"])
    rounds()
    assert Run.objects.first().as_of == tomorrow
    assert ScanRequest.objects.first().refusal == ""
