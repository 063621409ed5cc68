"""The picture of a unit against facts planted one by one, and who may see what of it."""

from __future__ import annotations

import datetime as dt
import io
import re

import openpyxl
import pytest
from django.utils import timezone

from gongzhi.audit.models import Event
from gongzhi.catalogue.models import Obligation
from gongzhi.intake.actions import return_batch
from gongzhi.intake.models import Submission

from .conftest import UNIT

pytestmark = pytest.mark.django_db
ALL = "span=all"


def rows_of(answer):
    content = io.BytesIO(b"".join(answer.streaming_content))
    return list(openpyxl.load_workbook(content).active.iter_rows(values_only=True))


def figures(client, unit=UNIT, query=ALL):
    answer = client.get(f"/units/{unit}/picture?{query}")
    assert answer.status_code == 200
    return {one.label: one for one in answer.context["figures"]}, answer


@pytest.fixture
def stood(owe, exempt):
    """Three on time, two late (4 and 10 days), one missing for 5 days, zero reports on time and 5 days late;
    one awaited, one not due, one exempt, one that is not scored (and late); one of another unit."""
    zero = timezone.now() - dt.timedelta(60)
    for ended, came in ((100, -1), (130, 0), (160, -5), (190, 4), (220, 10)):
        owe(ended, came=came)
    owe(20)
    owe(80, zero_at=zero)  # due 65 days ago, said 60 days ago: five days late
    owe(70, zero_at=zero)
    owe(5)
    owe(-30)
    exempt(owe(120))
    owe(140, came=9, scored=False)
    owe(90, unit="natural_resources", resource="16.1")


def test_timeliness_is_counted_as_the_states_say(client_of, stood):
    found, answer = figures(client_of("office"))
    # 3 on time + 1 zero report on time of 3 + 2 + 1 + 2 that count; all but the missing one came.
    assert (found["按时率"].text, found["按时率"].of) == ("50.0%", "4 / 8")
    assert (found["报送率"].text, found["报送率"].of) == ("87.5%", "7 / 8")
    assert (found["迟报"].text, found["迟报"].of) == ("19天", "3 期，最长 10 天")
    assert (found["逾期未报"].text, found["逾期未报"].of) == ("1", "已逾期共 5 天")
    assert found["零报告"].text == "2"
    assert [(one.word, one.count) for one in answer.context["outside"]] == [
        ("免报", 1), ("未到期", 1), ("待报", 1), ("不计入评分", 1),
    ]  # fmt: skip


def test_every_figure_opens_to_exactly_its_rows(client_of, stood):
    office = client_of("office")
    found, answer = figures(office)
    rows = {label: office.get(one.href).context["page"].total for label, one in found.items() if one.href}
    assert rows == {
        "按时率": 8, "报送率": 7, "零报告": 2, "迟报": 3, "逾期未报": 1, "一次通过率": 0, "一次合格行率": 0,
        "填报完整率": 0,
    }  # fmt: skip
    for one in answer.context["outside"]:
        assert office.get(one.href).context["page"].total == one.count, one.word
    sheet = openpyxl.load_workbook(
        io.BytesIO(b"".join(office.get(found["迟报"].href + "&export=xlsx").streaming_content))
    ).active
    assert "迟报" in sheet["A2"].value
    assert sheet.max_row == 3 + 3


def test_the_span_bounds_what_is_counted_and_what_it_is_compared_with(client_of, owe):
    owe(30, came=-1)
    owe(60, came=3)
    owe(500, came=-1)
    owe(500, resource="9.4", came=-1)
    found, _ = figures(client_of("office"), query="span=12m")
    assert (found["按时率"].of, found["按时率"].before) == ("1 / 2", "上期 100.0%")
    found, _ = figures(client_of("office"))
    assert (found["按时率"].of, found["按时率"].before) == ("3 / 4", "")


def test_first_tries_and_faults_come_from_the_files(client_of, give, presales):
    whole = give("2026Q1", presales(3, day="2026-02-15"))
    parted = give("2026Q2", presales(6, start=10, day="2026-05-15", bad=2))
    assert (whole.outcome, parted.outcome) == ("accepted", "partial")
    assert give(
        "2026Q2", presales(1, start=30, day="2026-05-15"), adds=parted.submission.batch.number
    ).outcome
    office = client_of("office")
    found, answer = figures(office)
    assert (found["一次通过率"].of, found["一次通过率"].text) == ("1 / 2", "50.0%")
    assert (found["一次合格行率"].of, found["一次合格行率"].text) == ("7 / 9", "77.8%")
    line = answer.context["faults"][0]
    assert (line.fault.code, line.fault.count, line.fault.files) == ("code_length", 2, 1)
    assert line.now == pytest.approx(1_000 * 2 / 10)
    assert line.places[0][:2] == ("9.5 商品房预售信息", "建设单位统一社会信用代码")
    assert line.mend
    listed = office.get(found["一次通过率"].href).context["page"]
    assert {row["submission"]: row["passed"] for row in listed.items} == {
        str(whole.submission.pk): True, str(parted.submission.pk): False,
    }  # fmt: skip
    files = office.get(f"/units/{UNIT}/faults/code_length?{ALL}")
    assert [row["count"] for row in files.context["page"].items] == [2]
    assert f"/submissions/{parted.submission.pk}?code=code_length" in files.content.decode()


def test_a_returned_file_and_a_mended_row_did_not_pass_at_first(client_of, give, presales, cast):
    first = give("2026Q1", presales(3, day="2026-02-15"))
    second = give("2026Q2", presales(4, start=10, day="2026-05-15"))
    return_batch(batch=first.submission.batch, reason="请核对", remarks=[], by=cast["office"])
    Submission.objects.filter(pk=second.submission.pk).update(adopted=[[0, 3, "area"], [0, 3, "name"]])
    found, _ = figures(client_of("office"))
    assert found["一次通过率"].of == "0 / 2"
    assert found["一次合格行率"].of == "6 / 7"


def test_who_sees_which_unit(client_of, stood):
    for name, status in {"liaison": 200, "head": 200, "leader": 200, "peer": 404, "street": 404}.items():
        assert client_of(name).get(f"/units/{UNIT}/picture").status_code == status, name
    assert client_of("liaison").get("/units/natural_resources/picture").status_code == 404
    assert client_of("office").get("/units/nobody/picture").status_code == 404
    found, answer = figures(client_of("leader"))
    assert found["按时率"].of == "4 / 8"
    assert not found["一次通过率"].href
    assert not re.search(r"/(tries|faults|submissions)", answer.content.decode().partition("<main")[2])


def test_all_units_on_one_list(client_of, stood):
    page = client_of("office").get(f"/pictures?{ALL}").context["page"]
    rows = {row["key"]: row for row in page.items}
    assert set(rows) == {UNIT, "natural_resources"}
    mine = rows[UNIT]
    assert (mine["owed"], mine["timely"], mine["reported"], mine["days"]) == (9, 50.0, 87.5, 19)
    own = client_of("liaison").get("/pictures")
    assert (own.status_code, own.headers["Location"]) == (302, f"/units/{UNIT}/picture")


def test_an_empty_unit_says_so(client_of, db):
    assert not Obligation.objects.exists()
    page = client_of("liaison").get(f"/units/{UNIT}/picture").content.decode()
    assert "这段时间没有发现问题" in page


def test_each_table_of_the_picture_can_be_taken_away(stood, client_of):
    """What the page draws, figures as numbers; each table has its own address on the page."""
    client = client_of("office")
    text = client.get(f"/units/{UNIT}/picture?{ALL}").content.decode()
    for name in ("figures", "chart"):
        address = re.search(rf'href="([^"]*export={name})"', text)[1].replace("&amp;", "&")
        answer = client.get(address)
        assert len(rows_of(answer)) > 3
    assert [one.detail["title"] for one in Event.objects.filter(verb="list.exported").order_by("pk")] == [
        "报送质量指标", "各月应评的期数"
    ]  # fmt: skip
