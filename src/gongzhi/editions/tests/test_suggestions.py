"""提建议 on every page: filed under what the page is about, answered, carried by an edition, told."""

from __future__ import annotations

import html
import io
import re

import openpyxl
import pytest

from gongzhi.editions import actions
from gongzhi.editions.models import Edition, Suggestion
from gongzhi.editions.queries import Piece, about_page, in_force

pytestmark = pytest.mark.django_db


def test_a_page_names_what_it_shows():
    assert about_page("/submit/9.5?period=2026Q3") == Piece("resource", in_force().resources["9.5"].code)
    assert about_page("/definitions/rules/R01") == Piece("rule", "R01")
    assert about_page("/definitions/other/grid_tasks/tasks") == Piece("list", "grid_tasks/tasks")
    assert about_page("/calendar?unit=x") == Piece("page", "/calendar")


@pytest.mark.parametrize("shown", ["resources/9.5", "rules/R01", "other/letters/chase"])
def test_the_page_of_a_piece_offers_it_once(client_of, shown):
    page = client_of("liaison").get(f"/definitions/{shown}").content.decode()
    assert f"/suggestions/new?page=/definitions/{shown}" in page
    assert page.count("对本页提建议") == page.count("提建议</a>") == 1


def test_any_page_takes_one_and_only_the_unit_and_the_office_see_it(client_of, cast):
    liaison = client_of("liaison")
    assert "/suggestions/new?page=/calendar" in liaison.get("/calendar").content.decode()
    address = "/suggestions/new?page=/calendar&at=报送日历"
    assert "“报送日历”页面" in liaison.get(address).content.decode()
    page = liaison.post(address, {"text": "希望能按月看"}, follow=True)
    assert "希望能按月看" in page.content.decode()
    assert "由领导小组办公室答复" in page.content.decode()
    assert "希望能按月看" not in client_of("peer").get("/suggestions").content.decode()
    assert "希望能按月看" in client_of("office").get("/suggestions").content.decode()


def test_who_wrote_the_edition_owns_what_is_said_of_it_and_the_answer_names_the_edition(
    client_of, publish, cast
):
    publish("list", "letters/chase", lambda text: text.replace("三个工作日", "五个工作日"))
    liaison = client_of("liaison")
    address = "/suggestions/new?kind=list&code=letters/chase&about=正文"
    assert "“正文”：" in liaison.get(address).content.decode()
    liaison.post(address, {"text": "再长一些"})
    made = Suggestion.objects.get()
    assert made.owner == cast["office"]
    edition = Edition.objects.get(code="letters/chase", version=2)
    answer = {"verdict": "taken", "edition": edition.pk, "text": "已改"}
    client_of("office2").post(
        f"/suggestions/{made.pk}/answer", {f"s{made.pk}-{key}": one for key, one in answer.items()}
    )
    page = liaison.get("/suggestions").content.decode()
    assert "采纳" in page
    assert f"/editions/{edition.pk}" in page
    assert liaison.get(f"/editions/{edition.pk}").status_code == 200


EVERYBODY = [
    "liaison", "peer", "head", "office", "officer", "street", "grid", "leader", "enterprise", "system",
    "security", "auditor", "stranger",
]  # fmt: skip


@pytest.mark.parametrize("who", EVERYBODY)
def test_everybody_who_is_signed_in_may_suggest_and_sees_what_she_said(client_of, cast, who):
    client = client_of(who)
    assert "对本页提建议" in client.get("/messages").content.decode()
    answer = client.post("/suggestions/new?page=/messages&at=消息", {"text": "希望字大一些"}, follow=True)
    assert "希望字大一些" in answer.content.decode()
    made = Suggestion.objects.get()
    assert (made.kind, made.code, made.title, made.made_by) == ("page", "/messages", "“消息”页面", cast[who])


def test_who_reads_no_definitions_is_told_no_title_of_one(client_of):
    page = client_of("system").get("/suggestions/new?page=/hits/1&rule=R01").content.decode()
    assert in_force().rules["R01"].rule.name not in page
    assert "页面 /hits/1" in page
    assert "/definitions" not in page


@pytest.mark.parametrize(
    ("address", "piece"),
    [
        ("page=/batches/x&resource=9.5", Piece("resource", "presale_permits")),
        ("page=/hits/x&rule=R01", Piece("rule", "R01")),
        ("page=/hits/x&rule=R99&resource=99.9", Piece("page", "/hits/x")),
        ("page=/definitions/rules/R01&resource=9.5", Piece("rule", "R01")),
        ("page=/definitions/parameters/cutoff_days", Piece("parameters", "calendar")),
        ("kind=page&code=/x", Piece("page", "/")),
        ("page=/work/x&list=work/errand", Piece("list", "work/errand")),
        ("page=/work/x&list=work/nothing", Piece("page", "/work/x")),
    ],
)
def test_it_is_filed_under_what_the_page_is_about(client_of, address, piece):
    client_of("office").post(f"/suggestions/new?{address}", {"text": "请改一改"})
    made = Suggestion.objects.get()
    assert (made.kind, made.code) == piece


def test_what_is_not_there_is_not_spoken_of(client_of):
    assert client_of("office").get("/suggestions/new?kind=rule&code=R99").status_code == 404


def test_the_edition_that_carries_it_is_named_later(client_of, publish, cast):
    liaison, office = client_of("liaison"), client_of("office")
    liaison.post("/suggestions/new?kind=list&code=letters/chase", {"text": "再长一些"})
    made = Suggestion.objects.get()
    said = {f"s{made.pk}-verdict": "taken", f"s{made.pk}-text": "下次改"}
    office.post(f"/suggestions/{made.pk}/answer", said)
    assert "已经答复过了" in office.post(f"/suggestions/{made.pk}/answer", said, follow=True).content.decode()
    publish("list", "letters/chase", lambda text: text.replace("三个工作日", "五个工作日"))
    assert "写明在哪一版里改" in office.get("/suggestions").content.decode()
    assert "写明在哪一版里改" not in liaison.get("/suggestions").content.decode()
    wrong = office.post(f"/suggestions/{made.pk}/carried", {f"s{made.pk}-edition": ""}, follow=True)
    assert "请选择一版" in wrong.content.decode()
    edition = Edition.objects.get(code="letters/chase", version=2)
    office.post(f"/suggestions/{made.pk}/carried", {f"s{made.pk}-edition": edition.pk})
    assert Suggestion.objects.get().edition == edition
    assert f"/editions/{edition.pk}" in liaison.get("/suggestions").content.decode()


def test_a_declined_one_is_carried_by_nothing(client_of, cast):
    made = actions.suggest(piece=Piece("list", "findings"), title="提示", text="改", by=cast["liaison"])
    office = client_of("office")
    office.post(
        f"/suggestions/{made.pk}/answer", {f"s{made.pk}-verdict": "declined", f"s{made.pk}-text": "不改"}
    )
    page = office.post(f"/suggestions/{made.pk}/carried", {f"s{made.pk}-edition": "1"}, follow=True)
    assert "采纳了的建议，才有在哪一版里改" in page.content.decode()


def test_the_suggestions_are_taken_away_as_a_workbook(client_of, cast):
    actions.suggest(piece=Piece("list", "findings"), title="提示", text="写清楚些", by=cast["liaison"])
    answer = client_of("office").get("/suggestions?export=xlsx")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert "写清楚些" in [cell.value for row in book.active.iter_rows() for cell in row]


def test_each_entry_of_a_list_is_spoken_of_by_its_name(client_of):
    page = client_of("liaison").get("/definitions/other/assessment/items").content.decode()
    link = re.search(r'href="(/suggestions/new[^"]*about=timely[^"]*)"', page)
    assert link
    assert "“timely”：" in client_of("liaison").get(html.unescape(link[1])).content.decode()


def test_what_is_too_long_is_told_with_the_limit_and_stays_in_the_form(client_of):
    """A browser cuts what is pasted into a field with a maxlength, without a word."""
    liaison, address, text = client_of("liaison"), "/suggestions/new?page=/calendar", "长" * 501
    assert "maxlength" not in liaison.get(address).content.decode()
    answer = liaison.post(address, {"text": text})
    assert answer.status_code == 422
    assert "请不超过 500 字，现在是 501 字" in answer.content.decode()
    assert text in answer.content.decode()
