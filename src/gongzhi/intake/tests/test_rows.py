"""Accepted rows as a list: filtered, sorted, paged both ways, opened to their cell, seen by whom they may."""

from __future__ import annotations

import io
import re
from urllib.parse import urlencode

import openpyxl
import pytest
from tests.files import presale_rows

from gongzhi.audit.models import Event
from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions import Field, Use
from gongzhi.engine.documents import heading
from gongzhi.gate import Sight, sight_of
from gongzhi.gate.sight import Held
from gongzhi.intake.queries.listed import opened_fields, rows_visible_to
from gongzhi.intake.queries.rows import head_of
from gongzhi.intake.views.rows import _columns

TABLE = "presale_permits"


@pytest.fixture
def batches(hand, cast):
    """Two batches of the liaison's unit: 120 and 7 rows, of two quarters."""
    unit, by = cast["liaison"].unit, cast["liaison"]
    first = hand(presale_rows(120), unit=unit, by=by)
    second = hand(presale_rows(7, start=200, day="2026-05-04"), period="2026Q2", unit=unit, by=by)
    return first.batch, second.batch


def page(client, address="", **asked):
    query = urlencode(asked, doseq=True)
    answer = client.get(address or f"/rows/{TABLE}?{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def permits(text):
    return [int(number) for number in re.findall(r"示例售许字（2026）第(\d{3})号", text)]


def follow(client, text, rel):
    found = re.search(rf'href="(\?[^"]+)" rel="{rel}"', text)
    return page(client, f"/rows/{TABLE}{found[1].replace('&amp;', '&')}") if found else None


@pytest.mark.parametrize(
    "sort", ["", "permit_no", "-permit_no", "presale_area", "-presale_area", "issued_on"]
)
def test_every_row_comes_once_in_order_and_back(batches, client_of, sort):
    client = client_of("liaison")
    pages, text = [], page(client, sort=sort)
    while text is not None:
        assert text not in pages
        pages.append(text)
        text = follow(client, text, "next")
    walked = [number for one in pages for number in permits(one)]
    assert sorted(walked) == [*range(120), *range(200, 207)]
    if sort in {"permit_no", "presale_area"}:
        assert walked == sorted(walked)
    if sort.startswith("-"):
        assert walked == sorted(walked, reverse=True)
    back = follow(client, pages[-1], "prev")
    assert permits(back) == permits(pages[-2])


def test_conditions_add_up_and_can_be_taken_away(batches, client_of):
    client = client_of("liaison")
    text = page(client, field="presale_area", how="from", value="1,200", where="permit_no:has:第20")
    assert permits(text) == [200, 201, 202, 203, 204, 205, 206]
    assert "共 7 条" in text
    assert 'name="where" value="presale_area:from:1,200"' in text
    assert "预售建筑面积（㎡） 不小于 1,200" in text
    assert permits(page(client, where="permit_no:has:第20")) == [200, 201, 202, 203, 204, 205, 206]
    assert permits(page(client, where=["issued_on:until:2026-05-04"])) == list(range(200, 207))
    assert permits(page(client, period="2026Q2")) == list(range(200, 207))
    assert "没有符合条件的行" in page(client, where="house_address:empty:")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("presale_area:has:1", "请用等于、不小于或不大于"), ("presale_area:from:很多", "请填数字"),
        ("issued_on:from:明天", "日期请写成 2026-03-12"), ("permit_no:from:1", "不是数字或日期"),
        ("permit_no:has:", "请填写"),
    ],
)  # fmt: skip
def test_a_question_that_is_not_understood_says_so(batches, client_of, asked, said):
    field, how, value = asked.split(":")
    assert said in page(client_of("liaison"), field=field, how=how, value=value)
    assert said in page(client_of("liaison"), where=asked)


@pytest.mark.parametrize(
    "where", ["x:has:1", "permit_no", "permit_no:drop:1", "issued_on:is:1", "'\";--:is:1"]
)
def test_an_address_written_by_hand_harms_nothing(batches, client_of, where):
    client = client_of("liaison")
    assert len(permits(page(client, where=where))) == 50
    assert len(permits(page(client, after="WyJ4IiwgMSwgMiwgM10=", sort="issued_on"))) == 50


def test_a_row_opens_to_its_cell(batches, client_of):
    text = page(client_of("liaison"), where="permit_no:has:第003号")
    address = re.search(r'href="(/batches/[^"?]+/rows/0/\d+)', text)[1]
    row = client_of("liaison").get(address).content.decode()
    assert "示例售许字（2026）第003号" in row
    assert "A5" in row
    assert "报送.csv" in row
    assert client_of("liaison").get(address.rsplit("/", 1)[0] + "/9999").status_code == 404


def test_others_see_nothing_and_are_told_nothing(batches, client_of):
    first, _ = batches
    for name in ("peer", "leader", "grid", "system"):
        client = client_of(name)
        for address in (f"/rows/{TABLE}", f"/batches/{first.pk}/rows", f"/batches/{first.pk}/rows/0/3"):
            answer = client.get(address)
            assert answer.status_code == 404
            assert answer.content == client.get("/rows/no-such-thing").content
    assert "商品房预售信息" in page(client_of("liaison"), "/rows")
    assert "商品房预售信息" not in page(client_of("peer"), "/rows")
    assert len(permits(page(client_of("office")))) == 50


def opened(answer):
    content = io.BytesIO(b"".join(answer.streaming_content))
    for close in answer._resource_closers:  # answer.close() would end the test's database connection too
        close()
    return openpyxl.load_workbook(content).active


def test_the_export_holds_what_is_shown_and_leaves_an_event(batches, client_of):
    asked = {"where": "permit_no:has:第20", "column": ["permit_no", "presale_area"], "export": "xlsx"}
    query = urlencode(asked, doseq=True)
    rows = list(opened(client_of("liaison").get(f"/rows/{TABLE}?{query}")).iter_rows(values_only=True))
    assert rows[2] == ("预售证编号", "预售建筑面积（㎡）")
    assert rows[3] == ("示例售许字（2026）第200号", 1200)
    assert len(rows) == 3 + 7
    assert Event.objects.get(verb="list.exported").detail["rows"] == 7


def test_who_may_not_take_rows_away_gets_the_page(batches, client_of, monkeypatch):
    monkeypatch.setattr("gongzhi.intake.queries.listed.may_take_away", lambda *_: False)
    answer = client_of("office").get(f"/rows/{TABLE}?export=xlsx")
    assert answer["Content-Type"].startswith("text/html")
    assert "导出 Excel" not in answer.content.decode()
    assert not Event.objects.filter(verb="list.exported").exists()


def test_of_others_rows_only_opened_columns_are_shown():
    """Tax detail of the bureau's tables asks for its duty; the unit itself sees all of its own."""
    sheet = next(one for _, one in in_force().tables.values() if any(f.sight == "tax" for f in one.fields))

    def seen(*duties, unit=None):
        held = Held("any", frozenset(duties), unit=unit, everywhere=unit is None)
        return {one.sight for one in opened_fields(sheet, Sight("x", held=(held,)), ["tax_bureau"])}

    assert "tax" not in seen("see_all_batches")
    assert "tax" in seen("see_all_batches", "see_tax_detail")
    assert seen("see_own_batches", unit="tax_bureau") == {one.sight for one in sheet.fields}
    assert seen("see_calendar") <= {"open"}


def test_rows_that_only_answer_questions_are_listed_to_their_unit_alone(batches, cast, monkeypatch):
    resource = in_force().tables[TABLE][0]
    assert rows_visible_to(sight_of(cast["office"])).exists()
    monkeypatch.setitem(resource.__dict__, "use", Use.VERIFY)
    assert rows_visible_to(sight_of(cast["liaison"])).exists()
    assert not rows_visible_to(sight_of(cast["office"])).exists()


def test_tables_are_found_by_name(batches, client_of):
    client = client_of("office")
    assert "商品房预售信息" in page(client, "/rows?q=商品房预售")
    assert "没有符合条件的表" in page(client, "/rows?q=没有这样的表")


@pytest.mark.parametrize(
    ("title", "kind", "unit", "head"),
    [
        ("征收金额（元）", "money", None, "征收金额（元）"),
        ("核定缴费金额(元)", "money", None, "核定缴费金额（元）"),
        ("应建面积（平方米）", "area", "㎡", "应建面积（平方米）"),
        ("征收标准（元/平方米）", "money", None, "征收标准（元/平方米）"),
        ("合同金额（万元）", "money", "万元", "合同金额（元）"),
        ("用地面积（亩）", "area", "亩", "用地面积（㎡）"),
        ("金额（累计）", "money", None, "金额（累计）（元）"),
        ("船舶重量（净吨位）", "number", None, "船舶重量（净吨位）"),
    ],
)
def test_a_head_says_its_unit_once(title, kind, unit, head):
    assert head_of(Field(key="x", title=title, type=kind, unit=unit)).text == head


def test_no_column_of_the_catalogue_says_its_unit_twice():
    fields = [f for one in in_force().resources.values() for sheet in one.sheets for f in sheet.fields]
    heads = [told for one in fields for told in (head_of(one).text, heading(one))]
    assert [head for head in heads if re.search(r"(元|平方米|㎡)[）)]（(元|㎡)", head)] == []


def test_the_list_of_rows_says_the_unit_once():
    fields = in_force().resources["9.10"].sheet().fields
    heads = [column.head for column in _columns(fields, one_batch=True)]
    assert {"应建面积（平方米）", "征收金额（元）", "税务部门征收金额（元）"} <= set(heads)
