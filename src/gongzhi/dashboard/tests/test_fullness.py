"""填报完整率 against cells counted by hand: what the notice asks, never what is the bureau's own."""

import pytest
from tests.files import PRESALE_HEAD, credit_code, csv_file

from gongzhi.intake.actions import hand_in
from gongzhi.intake.actions.derived import count_fills
from gongzhi.intake.actions.place import Place

from .conftest import UNIT

pytestmark = pytest.mark.django_db
HEAD = (
    "统一社会信用代码",
    "缴费人名称",
    "项目名称",
    "应建面积（平方米）",
    "征收标准（元/平方米）",
    "征收金额（元）",
)
OWN = "税务部门征收金额（元）"


@pytest.fixture
def fees(home, tmp_path):
    """fees(own fact of the bureau or None, name) → one row of 9.10 with six of its nine asked cells."""

    def given(collected, name):
        head, row = HEAD, [credit_code(1), "越城示例置业有限公司", "示例家园", "1200", "2000", "2400000"]
        if collected is not None:
            head, row = (*HEAD, OWN), [*row, collected]
        path = csv_file(tmp_path / f"{name}.csv", head, [row])
        place = Place("9.10", "2026-03-12", UNIT)
        return hand_in(file=path, name=path.name, place=place, by=None, channel="cli")

    return given


def figure(client):
    found = client.get(f"/units/{UNIT}/picture?span=all").context["figures"]
    return {one.label: one for one in found}["填报完整率"]


def lines(client, query="span=all"):
    answer = client.get(f"/units/{UNIT}/fills?{query}")
    assert answer.status_code == 200
    return answer.context["page"].items


@pytest.mark.parametrize("collected", [None, "2400000", ""])
def test_the_bureaus_own_fact_counts_for_nobody_filled_or_not(client_of, fees, collected):
    assert fees(collected, "易地建设费").outcome == "accepted"
    office = client_of("office")
    assert (figure(office).of, figure(office).text) == ("6 / 9", "66.7%")
    assert OWN not in {row["column"] for row in lines(office)}
    sheet = office.get("/resources/9.10/picture?span=all").context["sheets"][0]
    own = {one.title: one for one in sheet.columns}[OWN]
    assert (own.asked, own.whole, own.count, own.by_period[0][1]) == ("税务部门自有，不计", "—", "—", "—")


def test_the_figure_opens_to_columns_that_add_up_to_it(client_of, fees, give, presales):
    """Three presales lack nothing that the file has columns for; two asked columns of 9.5 are not in it."""
    fees(None, "易地建设费")
    rows = presales(3, day="2026-02-15")
    rows[0][PRESALE_HEAD.index("房屋座落地址")] = ""
    assert give("2026Q1", rows).outcome == "accepted"
    office = client_of("office")
    shown = figure(office)
    listed = office.get(shown.href).context["page"].items
    assert shown.of == f"{sum(row['filled'] for row in listed)} / {sum(row['applies'] for row in listed)}"
    address = next(row for row in listed if row["column"] == "房屋座落地址")
    assert (address["filled"], address["applies"], address["empty"]) == (2, 3, 1)
    empties = [row["empty"] for row in listed]
    assert empties == sorted(empties, reverse=True)


def test_what_ones_duties_do_not_open_is_counted_without_its_name(client_of, fees):
    fees(None, "易地建设费")
    leader = client_of("leader")
    assert figure(leader).of == "6 / 9"
    rows = lines(leader)
    assert sum(row["applies"] for row in rows) == 9
    assert {"联系方式", "企业联系人", "征收金额（元）"}.isdisjoint({row["column"] for row in rows})
    assert any(row["column"].startswith("不在您可看密级内的") for row in rows)


def test_nothing_came_in_is_no_rate_and_another_unit_is_not_there(client_of, home):
    assert (figure(client_of("liaison")).text, lines(client_of("liaison"))) == ("—", [])
    assert client_of("peer").get(f"/units/{UNIT}/fills").status_code == 404


def test_the_list_of_units_says_what_the_page_of_each_says(client_of, fees, give, owe, presales):
    owe(100, resource="9.5", came=-1)
    owe(100, resource="16.1", unit="natural_resources")
    fees(None, "易地建设费")
    give("2026Q1", presales(3, day="2026-02-15"))
    office = client_of("office")

    def listed():
        return {row["key"]: row["filled"] for row in office.get("/pictures?span=all").context["page"].items}

    before = listed()
    assert f"{before[UNIT]:.1f}%" == figure(office).text
    assert before["natural_resources"] is None
    count_fills()
    assert listed() == before
    assert f"{before[UNIT]:.1f}%" == figure(office).text
