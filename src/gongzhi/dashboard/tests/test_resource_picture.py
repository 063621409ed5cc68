"""The picture of a resource against rows whose cells were planted: fill, coverage, sight of columns."""

from __future__ import annotations

import pytest
from django.utils import timezone
from tests.files import PRESALE_HEAD, credit_code, csv_file

from gongzhi.intake.actions import hand_in
from gongzhi.intake.actions.place import Place
from gongzhi.intake.models import Batch
from gongzhi.registry import queries as registry
from gongzhi.registry.actions import link_batches
from gongzhi.registry.models import Linking, Taxpayer

from .conftest import UNIT

pytestmark = pytest.mark.django_db
ADDRESS = PRESALE_HEAD.index("房屋座落地址")


def shown(client, number="9.5"):
    answer = client.get(f"/resources/{number}/picture?span=all")
    assert answer.status_code == 200
    return answer.context


@pytest.fixture
def two_quarters(give, presales):
    """Ten presales of which three lack the address; then four, all with it; the last corrected to five."""
    rows = presales(10, day="2026-02-15")
    for row in rows[:3]:
        row[ADDRESS] = ""
    give("2026Q1", rows)
    first = give("2026Q2", presales(4, start=20, day="2026-05-15")).submission.batch
    give("2026Q2", presales(5, start=20, day="2026-05-15"), replaces=first.number)


def test_fill_is_counted_over_the_batches_in_force(client_of, two_quarters):
    context = shown(client_of("office"))
    sheet = context["sheets"][0]
    assert (sheet.rows, sheet.labels) == (15, ("2026年一季度", "2026年二季度"))
    columns = {one.title: one for one in sheet.columns}
    address = columns["房屋座落地址"]
    assert (address.whole, address.count) == ("80.0%", "12 / 15")
    assert address.by_period == (("2026年一季度", "70.0%"), ("2026年二季度", "100.0%"))
    empty = [one for one in sheet.columns if one.count.startswith("0 / ")]
    assert all(one.whole == "0.0%" for one in empty)
    assert [(line.period, line.batches, line.rows) for line, _ in context["periods"]] == [
        ("2026Q2", 1, 5), ("2026Q1", 1, 10),
    ]  # fmt: skip
    office = client_of("office")
    assert [office.get(line.href).context["page"].total for line, _ in context["periods"]] == [2, 1]


def test_only_columns_that_the_duties_open_are_shown(client_of, two_quarters):
    full, narrow = (shown(client_of(name))["sheets"][0] for name in ("office", "leader"))
    assert narrow.hidden > full.hidden
    assert len(narrow.columns) + narrow.hidden == len(full.columns) + full.hidden
    assert not {one.title for one in narrow.columns} & {"房屋座落地址", "预售建筑面积"}


def test_a_unit_sees_its_own_share_of_a_resource_and_no_other_resource(client_of, owe, give, presales):
    owe(100, resource="9.5", came=-1)
    owe(100, resource="9.5", unit="natural_resources", came=9)
    give("2026Q1", presales(3, day="2026-02-15"))
    liaison = client_of("liaison")
    timely = {one.label: one for one in shown(liaison)["figures"]}["按时率"]
    assert timely.of == "1 / 1"
    assert {one.label: one for one in shown(client_of("office"))["figures"]}["按时率"].of == "1 / 2"
    assert liaison.get("/resources/16.1/picture").status_code == 404
    assert client_of("peer").get("/resources/9.5/picture").status_code == 404
    assert liaison.get("/resources/0.0/picture").status_code == 404
    listed = {row["key"] for row in liaison.get("/pictures/resources?span=all").context["page"].items}
    assert "9.5" in listed
    assert "16.1" not in listed


def register(number, industry, status="正常"):
    return Taxpayer.objects.create(
        code=credit_code(number), name=f"绍兴示例{number}号运输有限公司", industry=industry, status=status,
        origin="bureau", source_batch="00000000-0000-0000-0000-000000000000", source_part=0, source_row=1,
        updated_at=timezone.now(),
    )  # fmt: skip


def test_coverage_counts_who_should_appear(client_of, home, tmp_path):
    """Four are carriers in good standing (one with a letter), one is closed, one is a shop: 2 of 4 appear."""
    for number, industry, status in (
        (1, "5431", "正常"), (2, "G5412", "正常"), (3, "5430", "正常"), (4, "54", "正常"),
        (5, "5431", "注销"), (6, "5211", "正常"),
    ):  # fmt: skip
        register(number, industry, status)
    resource = "9.2"
    head = ("货运、客运公司统一社会信用代码", "货运、客运公司名称")
    rows = [[credit_code(n), f"绍兴示例{n}号运输有限公司"] for n in (1, 2, 5, 6)]
    path = csv_file(tmp_path / "公司.csv", head, rows)
    handed = hand_in(file=path, name=path.name, place=Place(resource, "2026Q1", UNIT), by=None, channel="cli")
    assert handed.outcome == "accepted", handed.as_json(20)["findings"]
    link_batches(by=None)
    assert Linking.objects.get().linked == 4
    figures = {one.label: one for one in shown(client_of("office"), resource)["figures"]}
    assert (figures["覆盖率"].text, figures["覆盖率"].of) == ("50.0%", "2 / 4")
    assert "道路运输业" in figures["覆盖率"].means
    assert figures["关联率"].of == "4 / 4"
    assert "须由本地确认" in figures["覆盖率"].means
    assert registry.covered("presale_permits", Batch.objects.all()) is None


def test_a_resource_of_which_nobody_says_who_should_appear_says_so(client_of, give, presales):
    give("2026Q1", presales(3, day="2026-02-15"))
    figure = {one.label: one for one in shown(client_of("office"))["figures"]}["覆盖率"]
    assert (figure.text, figure.of) == ("—", "未定义覆盖率口径")
    assert "未定义覆盖率口径" in client_of("office").get("/resources/9.5/picture?span=all").content.decode()


def test_each_figure_of_a_span_opens_to_the_rows_of_that_span(client_of, give, presales):
    """Two periods of 2026, one corrected, and one of 2025: what is chosen is what is listed."""
    give("2025Q1", presales(6, start=40, day="2025-02-15"))
    give("2026Q1", presales(10, day="2026-02-15"))
    first = give("2026Q2", presales(4, start=20, day="2026-05-15", bad=1)).submission.batch
    give("2026Q2", presales(5, start=20, day="2026-05-15"), replaces=first.number)
    office = client_of("office")
    picture = office.get("/resources/9.5/picture?span=2026")
    figures = {one.label: one for one in picture.context["figures"]}
    assert (figures["一次通过率"].of, figures["入库行数"].text, figures["入库行数"].of) == (
        "1 / 2", "15", "2 批",
    )  # fmt: skip
    batches = office.get(figures["入库行数"].href).context["page"]
    assert (batches.total, sum(one.rows for one in batches.items)) == (2, 15)
    tries = office.get(figures["一次通过率"].href)
    assert [(row["period"], row["rows"]) for row in tries.context["page"].items] == [
        ("2026Q2", 4), ("2026Q1", 10),
    ]  # fmt: skip
    assert "区建设交通局" in tries.content.decode()
    assert client_of("peer").get(figures["入库行数"].href).status_code == 404
