"""The pages of one obligation, of what was asked, and of the matrix, as each reader sees them."""

from __future__ import annotations

import datetime as dt
import io
import re

import openpyxl
import pytest
from django.utils import timezone

from gongzhi.audit.models import Event
from gongzhi.catalogue.models import Act, Obligation
from gongzhi.catalogue.queries import by_number, owed_one
from gongzhi.catalogue.states import State

pytestmark = pytest.mark.django_db


def rows_of(answer):
    content = io.BytesIO(b"".join(answer.streaming_content))
    return list(openpyxl.load_workbook(content).active.iter_rows(values_only=True))


@pytest.fixture
def owed():
    """owed(unit, resource, days to the due day) of a period that ended twenty days ago."""
    today = timezone.localdate()

    def made(unit="construction_transport", resource="9.5", due=3, **more):
        values = {
            "period": "2026Q3",
            "period_end": today - dt.timedelta(20),
            "opens": today - dt.timedelta(110),
        }
        values |= {"due": today + dt.timedelta(due), "definitions": "0" * 64} | more
        return Obligation.objects.create(unit=unit, resource=resource, **values)

    return made


def post(client, address, **data):
    answer = client.post(address, data, follow=True)
    return answer.status_code, answer.content.decode()


def test_a_liaison_reports_zero_and_takes_it_back(client_of, owed):
    one, liaison = owed(), client_of("liaison")
    status, page = post(liaison, f"/obligations/{one.pk}/zero", **{"zero-reason": ""})
    assert (status, "请写明理由" in page) == (422, True)
    status, page = post(liaison, f"/obligations/{one.pk}/zero", **{"zero-reason": "本期没有预售"})
    assert (status, "零报告（按时）" in page) == (200, True)
    status, page = post(liaison, f"/acts/{Act.objects.get().pk}/withdraw")
    assert "已撤回" in page
    assert "零报告（按时）" not in page


def test_an_extension_goes_to_the_office_and_back(client_of, owed):
    one, liaison, office = owed(due=-1), client_of("liaison"), client_of("office")
    day = timezone.localdate() + dt.timedelta(7)
    form = liaison.get(f"/obligations/{one.pk}").content.decode()
    assert "延期到</label>" in form  # who asks for an extension must fill it
    assert "约定提供日<span" in form  # this may be left
    said = {"ask-kind": "extend", "ask-reason": "系统升级", "ask-wanted": day.isoformat()}
    assert "等领导小组办公室决定" in post(liaison, f"/obligations/{one.pk}/ask", **said)[1]
    assert "还没有决定" in post(liaison, f"/obligations/{one.pk}/ask", **said)[1]
    listed = office.get("/acts").content.decode()
    assert "系统升级" in listed
    assert f">{day.isoformat()}<" in listed  # until when stands beside it
    act = Act.objects.get()
    status, page = post(office, f"/acts/{act.pk}/decide", grant="no", answer="")
    assert (status, "不同意的理由" in page) == (422, True)
    assert "已同意" in post(office, f"/acts/{act.pk}/decide", grant="yes", answer="")[1]
    page = liaison.get(f"/obligations/{one.pk}").content.decode()
    assert f"{day:%Y-%m-%d}（原定" in page
    assert "待报" in page


def test_another_way_has_its_day_and_its_page_tells_how_it_was_provided(client_of, owed):
    one, liaison, office = owed(due=-303), client_of("liaison"), client_of("office")
    asked, agreed = (timezone.localdate() + dt.timedelta(n) for n in (9, 12))
    said = {"ask-kind": "elsewhere", "ask-reason": "系统不通", "ask-place": "光盘送达"}
    yesterday = timezone.localdate() - dt.timedelta(1)
    status, page = post(liaison, f"/obligations/{one.pk}/ask", **said, **{"ask-agreed": f"{yesterday}"})
    assert (status, "或以后的日期" in page) == (422, True)
    post(liaison, f"/obligations/{one.pk}/ask", **said, **{"ask-agreed": f"{asked}"})
    act = Act.objects.get()
    page = office.get(f"/obligations/{one.pk}").content.decode()
    assert f"约定提供日 {asked}" in page
    assert "逾期303天未报" in page
    status, page = post(office, f"/acts/{act.pk}/decide", grant="yes", answer="", due=f"{yesterday}")
    assert (status, "或以后的日期" in page) == (422, True)
    page = post(office, f"/acts/{act.pk}/decide", grant="yes", answer="", due=f"{agreed}")[1]
    assert "待报，剩12天" in page
    assert f"约定提供日 {asked}" in page
    assert f"约定提供日定为 {agreed}" in page
    page = post(liaison, f"/acts/{act.pk}/provided")[1]
    assert ">按时<" in page
    assert "按约定的方式提供（光盘送达）" in page
    assert f"约定 {agreed} 以前提供" in page
    assert "后来入库的文件" not in page
    assert f"/acts/{act.pk}/withdraw" not in page


def test_what_was_granted_is_taken_back_on_the_page_while_nothing_has_come(client_of, owed):
    one, liaison, office = owed(), client_of("liaison"), client_of("office")
    post(liaison, f"/obligations/{one.pk}/ask", **{"ask-kind": "exempt", "ask-reason": "没有此类事项"})
    act = Act.objects.get()
    post(office, f"/acts/{act.pk}/decide", grant="yes", answer="")
    assert "没有此类事项" not in office.get("/acts").content.decode()  # she sees what waits for her
    assert "没有此类事项" in liaison.get("/acts").content.decode()
    button = f'action="/acts/{act.pk}/withdraw"'
    assert button not in office.get(f"/obligations/{one.pk}").content.decode()
    assert button in liaison.get(f"/obligations/{one.pk}").content.decode()
    Obligation.objects.update(received_at=timezone.now())
    assert button not in liaison.get(f"/obligations/{one.pk}").content.decode()
    assert "不必撤回" in post(liaison, f"/acts/{act.pk}/withdraw")[1]
    Obligation.objects.update(received_at=None)
    assert "已撤回" in post(liaison, f"/acts/{act.pk}/withdraw")[1]
    assert owed_one(one, timezone.localdate()).standing.state is not State.EXEMPT


@pytest.mark.parametrize(
    ("provisional", "assured", "words"),
    [
        (True, True, {"文件没有规定期限"}),
        (False, False, {"节假日安排只公布到"}),
        (True, False, {"文件没有规定期限", "节假日安排只公布到"}),
        (False, True, set()),
    ],
)
def test_a_due_day_says_what_is_uncertain_about_it(client_of, owed, provisional, assured, words):
    one = owed(due_provisional=provisional, due_assured=assured)
    page = client_of("liaison").get(f"/obligations/{one.pk}").content.decode()
    assert {word for word in ("文件没有规定期限", "节假日安排只公布到") if word in page} == words


def test_nobody_else_says_anything_for_a_unit(client_of, owed):
    one = owed("natural_resources", "16.1")
    liaison = client_of("liaison")
    assert liaison.get(f"/obligations/{one.pk}").status_code == 404
    assert post(liaison, f"/obligations/{one.pk}/zero", **{"zero-reason": "x"})[0] == 404
    office = client_of("office")
    assert office.get(f"/obligations/{one.pk}").status_code == 200
    assert post(office, f"/obligations/{one.pk}/zero", **{"zero-reason": "x"})[0] == 404
    assert Act.objects.count() == 0


def test_bad_words_and_days_are_told_and_nothing_is_lost(client_of, owed):
    one, liaison = owed(), client_of("liaison")
    said = {"ask-kind": "extend", "ask-reason": "系统升级", "ask-wanted": "明天"}
    status, page = post(liaison, f"/obligations/{one.pk}/ask", **said)
    assert status == 422
    assert "2026-09-15 这样的日期" in page
    assert "系统升级" in page
    assert post(liaison, f"/obligations/{one.pk}/ask", **{"ask-kind": "all"})[0] == 422


def test_the_matrix_counts_and_opens_to_its_rows(client_of, owed):
    today = timezone.localdate()
    end = today - dt.timedelta(20)
    owed(due=-1)
    owed(resource="9.4", due=-1, received_at=timezone.now() - dt.timedelta(3))
    owed(resource="9.1", due=-1, received_at=timezone.now())
    owed("natural_resources", "16.1", -1, scored=False)
    office = client_of("office")
    answer = office.get(f"/matrix?year={end.year}")
    group, row = answer.context["rows"]
    assert (group["name"], group["rates"].counts) == ("部门和单位", row["rates"].counts)
    assert row["key"] == "construction_transport"
    assert (row["rates"].counted, row["rates"].timely, row["rates"].reported, row["rates"].missing) == (
        3,
        1,
        2,
        1,
    )
    assert row["cells"][end.month - 1].text == "缺1"
    assert round(row["rates"].timely_rate, 1) == 33.3
    page = office.get(f"/matrix?unit=construction_transport&year={end.year}")
    assert [one["key"] for one in page.context["rows"]] == ["9.1", "9.4", "9.5"]
    assert [one["cells"][end.month - 1].text for one in page.context["rows"]] == ["迟1", "✓1", "缺1"]
    assert "2026" in office.get("/matrix/construction_transport/9.5").content.decode()
    assert office.get("/matrix/construction_transport/1.1").status_code == 404
    for odd in ("?year=x&span=y", "?unit=nobody", "?span=10&year=2030", "?year=9999", "?year=²"):
        assert office.get(f"/matrix{odd}").status_code == 200


def test_a_unit_sees_its_own_part_of_the_matrix(client_of, owed):
    owed("natural_resources", "16.1", -1)
    year = (timezone.localdate() - dt.timedelta(20)).year
    assert client_of("liaison").get(f"/matrix?year={year}").context["rows"] == []
    assert client_of("liaison").get("/matrix/natural_resources/16.1").status_code == 404
    own = client_of("liaison").get("/matrix")
    assert own.context["unit"] == "construction_transport"
    assert "全区" not in own.content.decode()
    rows = client_of("leader").get(f"/matrix?year={year}").context["rows"]
    assert [row["level"] for row in rows] == ["group", "unit"]


def test_the_matrix_rolls_up_along_the_organisation(client_of, owed):
    end = timezone.localdate() - dt.timedelta(20)
    came = timezone.now() - dt.timedelta(3)
    owed(due=-1)
    owed(resource="9.4", due=-1, received_at=came)
    owed("natural_resources", "16.1", -1, received_at=came)
    owed("street_330602001", "20.1", -1)
    owed("street_330602002", "20.1", -1, received_at=came)
    office = client_of("office")
    rows = office.get(f"/matrix?year={end.year}&level=resource").context["rows"]
    told = [(row["level"], row["name"][:4], row["rates"].timely, row["rates"].counted) for row in rows]
    assert [one for one in told if one[0] == "group"] == [
        ("group", "部门和单", 2, 3),
        ("group", "各街道（", 1, 2),
    ]
    assert len([one for one in told if one[0] == "resource"]) == 5
    answer = office.get(f"/matrix?year={end.year}&level=group")
    assert [row["level"] for row in answer.context["rows"]] == ["group", "group"]
    assert (answer.context["whole"].timely, answer.context["whole"].counted) == (3, 5)
    for query in ("span=10&cut=month", "span=3&cut=year", "cut=year"):
        context = office.get(f"/matrix?year={end.year}&{query}").context
        assert [row["rates"].counted for row in context["rows"] if row["level"] == "group"] == [3, 2], query
        assert sum(cell.text != "" for cell in context["foot"]) == 1, query


def test_the_matrix_is_taken_away_as_it_is_shown(client_of, owed):
    end = timezone.localdate() - dt.timedelta(20)
    owed(due=-1)
    owed("natural_resources", "16.1", -1, received_at=timezone.now() - dt.timedelta(3))
    office = client_of("office")
    text = office.get(f"/matrix?year={end.year}&level=resource").content.decode()
    address = re.search(r'href="([^"]*export=xlsx)"', text)[1].replace("&amp;", "&")
    rows = rows_of(office.get(address))
    head = next(row for row in rows if row[0] == "层级")
    assert head[-2:] == ("按时率（%）", "报送率（%）")
    found = {row[1]: row for row in rows[rows.index(head) + 1 :]}
    assert [row[0] for row in found.values()] == ["汇总", "单位", "资源", "单位", "资源", "合计"]
    assert found["全区"][-2:] == (50, 50)
    assert found["全区"][2 + end.month - 1] == "缺1"
    assert rows_of(office.get("/matrix/natural_resources/16.1?export=xlsx"))[-1][2] == "按时"
    assert Event.objects.filter(verb="list.exported").count() == 2


def test_a_cell_opens_to_its_obligations(client_of, owed):
    end = timezone.localdate() - dt.timedelta(20)
    owed(due=-1)
    owed(resource="9.4", due=-1)
    office = client_of("office")
    rows = office.get(f"/matrix?year={end.year}").context["rows"]
    cell = next(row for row in rows if row["level"] == "unit")["cells"][end.month - 1]
    assert cell.text == "缺2"
    assert office.get(f"/calendar?scored=1&state=all&{cell.href}").context["page"].total == 2


def test_the_office_asks_a_unit_for_data(client_of):
    office = client_of("office")
    page = office.get("/requests/new")
    [nothing, *offered] = page.context["form"].fields["resource"].choices
    assert nothing == ("", "请选择")
    numbers = [number for number, _ in offered]
    assert numbers == sorted(numbers, key=by_number)
    number = next(number for number in numbers if number != "9.10")
    status, text = post(office, "/requests/new", resource=number, unit="没有这个局", reason="核实")
    assert (status, "没有名为" in text) == (422, True)
    status, text = post(office, "/requests/new", resource=number, unit="法院", reason="核实")
    assert status in {200, 422}


def test_a_request_for_an_event_needs_its_day_and_no_other_request_has_one(client_of):
    office, today = client_of("office"), timezone.localdate()
    asked = {"resource": "9.10", "unit": "区建设交通局", "reason": "核实"}
    assert "请填写事项发生日" in post(office, "/requests/new", **asked)[1]
    for day, word in ((today + dt.timedelta(1), "还没有到"), (dt.date(2021, 6, 9), "2021-06-10 起")):
        status, text = post(office, "/requests/new", **asked, event=day.isoformat())
        assert (status, word in text) == (422, True)
    other = asked | {"resource": "3.2", "unit": "区教育体育局", "event": today.isoformat()}
    status, text = post(office, "/requests/new", **other)
    assert (status, "不填事项发生日" in text) == (422, True)
    past = {"event": today.isoformat(), "due": (today - dt.timedelta(1)).isoformat()}
    assert "早于提请日期" in post(office, "/requests/new", **asked, **past)[1]
    assert not Obligation.objects.exists()
    assert "已提请" in post(office, "/requests/new", **asked, event=today.isoformat())[1]
    one = Obligation.objects.get()
    assert (one.period, one.from_file) == (today.isoformat(), False)
    assert one.due > today
    assert "已经登记过" in post(office, "/requests/new", **asked, event=today.isoformat())[1]


def test_a_granted_day_is_the_due_day_on_every_page(client_of, owed):
    today = timezone.localdate()
    granted = today + dt.timedelta(4)
    one = owed(due=-1, extended_on=today, extended_due=granted)
    liaison = client_of("liaison")
    pages = ("/", "/calendar", "/matrix/construction_transport/9.5", f"/obligations/{one.pk}")
    for page in pages:
        assert granted.isoformat() in liaison.get(page).content.decode(), page
    for page in pages[:3]:
        assert one.due.isoformat() not in liaison.get(page).content.decode(), page
    assert owed_one(one, today).as_json()["due"] == granted.isoformat()


def test_the_figures_above_the_matrix_open_to_their_rows(client_of, owed):
    end = timezone.localdate() - dt.timedelta(20)
    owed(due=-1)
    owed(resource="9.4", due=-1, received_at=timezone.now() - dt.timedelta(3))
    owed(resource="9.1", due=2)
    owed("natural_resources", "16.1", -1, scored=False)
    office = client_of("office")
    for unit in ("", "&unit=construction_transport"):
        page = office.get(f"/matrix?year={end.year}{unit}").content.decode()
        facts = page[page.index('<div class="facts">') : page.index("<table")]
        links = [one.replace("&amp;", "&") for one in re.findall(r'href="([^"]+)"', facts)]
        assert [office.get(one).context["page"].total for one in links] == [3, 2, 1, 1]
