"""A hand-in beside earlier periods, other departments' data and the register."""

from __future__ import annotations

import datetime as dt
import re

import polars as pl
import pytest
from django.conf import settings
from django.db import transaction
from tests.files import credit_code, presale_rows

from gongzhi.editions.queries import in_force
from gongzhi.engine.lake import REGISTER, REGISTERED, Lake
from gongzhi.intake import queries
from gongzhi.intake.actions.derived import ops_changed, put_ops
from gongzhi.intake.models import OpsFile, Submission
from gongzhi.intake.queries.pages import _to_explain
from gongzhi.intake.queries.trends import trends_of

PLANNING = ("建设工程规划许可证编号", "建设单位名称", "建设单位统一社会信用代码", "建设项目名称")
OTHER = "绍兴另一家置业有限公司"


def plan(hand, *numbers):
    rows = [[f"建字第{n:03d}号", OTHER, credit_code(n), f"示例花苑{n}期"] for n in numbers]
    handed = hand(rows, "16.12", "2026Q2", "natural_resources", head=PLANNING)
    assert handed.submission.accepted == len(numbers)


def found(handed, code):
    frame = queries.findings_of(handed.submission)
    return frame.filter(pl.col("code") == code)


def test_a_presale_without_a_planning_permit_comes_in_and_is_asked_about(hand):
    plan(hand, 0, 1)
    handed = hand(presale_rows(4))
    assert handed.submission.accepted == 4
    asked = found(handed, "presale_without_planning")
    assert asked["row"].to_list() == [4, 5]
    assert set(asked["severity"]) == {"explain"}
    said = " ".join(asked["message"].to_list() + asked["mend"].to_list())
    assert credit_code(2) in said
    assert OTHER not in said
    assert "建字第" not in said


def test_without_any_accepted_row_elsewhere_nothing_is_found_and_it_is_said(hand):
    handed = hand(presale_rows(3))
    assert found(handed, "presale_without_planning").is_empty()
    told = [one["text"] for one in handed.submission.notices if one["code"] == "nothing_to_compare"]
    assert any("建设工程规划许可信息" in text for text in told)


def test_what_came_in_later_does_not_count(hand):
    plan(hand, 0)
    first = Submission.objects.get(resource="16.12")
    handed = hand(presale_rows(2), received_at=first.received_at - dt.timedelta(minutes=1))
    assert found(handed, "presale_without_planning").is_empty()
    assert "nothing_to_compare" in {one["code"] for one in handed.submission.notices}


@pytest.fixture
def registered(home, db):
    """registered(rows of the register, by column) puts them into the lake as the register's room does."""

    def put(*rows):
        full = [dict.fromkeys(REGISTERED) | {"former": False} | row for row in rows]
        with transaction.atomic():
            ops_changed(name=REGISTER)
        made = OpsFile.objects.get(name=REGISTER).changed
        stored = Lake(settings.LAKE).write(f"_ops/{REGISTER}-{made}", pl.DataFrame(full, schema=REGISTERED))
        assert put_ops(name=REGISTER, stored=stored, made=made)

    return put


def test_without_a_register_nothing_is_found_and_it_is_said(hand):
    handed = hand(presale_rows(3))
    assert not {"not_in_register", "unlike_register_name", "closed_in_register"} & set(
        queries.findings_of(handed.submission)["code"]
    )
    told = [one["text"] for one in handed.submission.notices if one["code"] == "nothing_to_compare"]
    assert any("纳税人登记簿" in text for text in told)


def test_a_name_that_the_register_does_not_have_is_found_without_telling_its_name(hand, registered):
    registered(
        {"code": credit_code(0), "name": "绍兴示例0号置业有限公司"},
        {"code": credit_code(1), "name": "绍兴登记新名有限公司"},
        {"code": credit_code(3), "name": "绍兴改过名有限公司"},
        {"code": credit_code(3), "name": "绍兴示例3号置业有限公司", "former": True},
    )
    handed = hand(presale_rows(4))
    assert found(handed, "unlike_register_name")["row"].to_list() == [3]
    assert found(handed, "not_in_register")["row"].to_list() == [4]
    every = queries.findings_of(handed.submission)
    assert not any("登记新名" in text for text in every["message"].to_list() + every["mend"].to_list())
    assert set(found(handed, "not_in_register")["severity"]) == {"hint"}


def test_a_permit_after_the_deregistration_is_to_be_explained_and_no_day_of_the_register_is_told(
    hand, registered
):
    day = dt.date(2026, 8, 15)
    registered(
        {"code": credit_code(0), "name": "绍兴示例0号置业有限公司", "closed_on": day - dt.timedelta(1)},
        {"code": credit_code(1), "name": "绍兴示例1号置业有限公司", "closed_on": day},
        {"code": credit_code(2), "name": "绍兴示例2号置业有限公司"},
    )
    handed = hand(presale_rows(3, day=day.isoformat()))
    asked = found(handed, "closed_in_register")
    assert (asked["row"].to_list(), asked["severity"].to_list()) == ([2], ["explain"])
    assert "发证日期" in asked["message"][0]
    assert "14" not in asked["message"][0]
    assert handed.submission.accepted == 3


def test_an_old_number_of_a_registered_taxpayer_is_known_and_a_person_is_not_asked_about(hand, registered):
    registered({"code": credit_code(0), "organisation_code": "123456788", "name": "绍兴示例0号置业有限公司"})
    head = tuple(_heading(key) for key in ("transferee_name", "transferee_code", "location", "land_area"))
    rows = [
        ["绍兴示例0号置业有限公司", "12345678-8", "示例路1号", 100],
        ["测试人", "11010519491231002X", "示例路2号", 100],
        ["外地示例有限公司", credit_code(5), "示例路3号", 100],
    ]
    handed = hand(rows, "16.2", "2026-09", "natural_resources", head=head)
    assert found(handed, "not_in_register")["row"].to_list() == [4]


def _heading(key):
    return in_force().tables["land_grants"][1].field(key).title


@pytest.fixture
def changes(hand):
    """changes(period, count) → so many changes of enterprises handed in for a month."""

    def handed(period, count, **more):
        head = ("企业名称", "统一社会信用代码", "变更时间", "变更类型")
        rows = [[f"绍兴示例{n}号置业有限公司", credit_code(n), f"{period}-05", "新办"] for n in range(count)]
        return hand(rows, "15.3", period, "market_regulation", head=head, **more)

    return handed


def test_a_count_out_of_line_is_asked_about_with_a_chart(changes, client_of):
    for month, count in ((3, 4), (4, 5), (5, 6)):
        assert found(changes(f"2026-{month:02d}", count), "unlike_season").is_empty()
    handed = changes("2026-06", 40)
    assert handed.submission.accepted == 40
    assert "40行" in found(handed, "unlike_season")["message"][0]
    (trend,) = trends_of(handed.submission)
    assert [bar.text for bar in trend.bars] == ["4行", "5行", "6行", "40行"]
    assert [bar.own for bar in trend.bars] == [False, False, False, True]
    assert max(bar.height for bar in trend.bars) == trend.bars[-1].height <= trend.height
    page = client_of("office").get(f"/submissions/{handed.submission.pk}").content.decode()
    assert page.count("<svg") == 1
    assert "2026年5月 6行，" in page  # what the chart shows also stands in words, for readers and for print
    assert "<strong>本期 2026年6月 40行</strong>" in page
    peer = client_of("peer").get(f"/submissions/{handed.submission.pk}")
    assert peer.status_code == 404


def test_far_fewer_rows_than_usual_are_asked_about_and_none_at_all_are_not(changes, hand):
    for month, count in ((3, 28), (4, 30), (5, 33)):
        assert found(changes(f"2026-{month:02d}", count), "unlike_season").is_empty()
    handed = changes("2026-06", 5)
    assert "本期行数为 5行" in found(handed, "unlike_season")["message"][0]
    assert "通常在 6行 到 75行 之间" in found(handed, "unlike_season")["message"][0]
    head = ("企业名称", "统一社会信用代码", "变更时间", "变更类型")
    rows = [["绍兴示例1号置业有限公司", "9133060", "2026-07-05", "新办"]]
    aside = hand(rows, "15.3", "2026-07", "market_regulation", head=head)
    assert aside.submission.accepted == 0
    assert found(aside, "unlike_season").is_empty()


def test_a_count_out_of_line_stands_beside_findings_of_cells(changes, hand):
    for month, count in ((3, 4), (4, 5), (5, 6)):
        changes(f"2026-{month:02d}", count)
    head = ("企业名称", "统一社会信用代码", "变更时间", "变更类型")
    rows = [[f"绍兴示例{n}号置业有限公司", credit_code(n), "2026-06-05", "新办"] for n in range(40)]
    rows[7][1] = "9133060"
    handed = hand(rows, "15.3", "2026-06", "market_regulation", head=head)
    every = queries.findings_of(handed.submission)
    assert {"block", "explain"} <= set(every["severity"])
    whole = found(handed, "unlike_season").row(0, named=True)
    assert whole["row"] is None
    assert whole["column"] is None


def test_what_is_replaced_does_not_count_twice(changes):
    for month, count in ((3, 4), (4, 5), (5, 6)):
        changes(f"2026-{month:02d}", count)
    first = changes("2026-06", 7)
    again = changes("2026-06", 8, replaces=str(first.batch.pk))
    assert found(again, "unlike_season").is_empty()


def test_a_permit_that_came_before_under_a_number_with_one_slip_is_asked_about(hand):
    hand(presale_rows(2), period="2026Q2")
    rows = presale_rows(2)
    rows[0][0] = rows[0][0].replace("000", "009")
    rows[1][0], rows[1][6] = rows[1][0].replace("001", "008"), 77  # another area: another permit
    handed = hand(rows, period="2026Q3")
    asked = found(handed, "nearly_known_key")
    assert (asked["row"].to_list(), asked["severity"].to_list()) == ([2], ["explain"])
    assert "第000号" in asked["message"][0]
    assert "建设单位统一社会信用代码、建设项目名称、预售建筑面积都相同" in asked["message"][0]


SUBSIDY = (
    "补助项目",
    "发放月份",
    "补助发放人数（新增）",
    "补助发放人数（累计）",
    "补助金额（新增）",
    "补助金额（累计）",
)


def test_a_running_total_goes_on_from_the_month_before(hand):
    def month(period, *rows, **more):
        lines = [[name, period, *amounts] for name, *amounts in rows]
        return hand(lines, "14.1", period, "health", head=SUBSIDY, **more)

    first = month("2026-05", ("甲", 20, 320, "60000", "960000"), ("乙", 5, 5, "100", "100"))
    assert first.submission.accepted == 2
    assert any(one["code"] == "nothing_to_compare" for one in first.submission.notices)
    rows = (("甲", 10, 330, "1000.50", "960000"), ("乙", 1, 7, "1", "101"), ("丙", 1, 1, "1", "1"))
    handed = month("2026-06", *rows)
    asked = found(handed, "stock_not_carried").sort("row", "column")
    assert asked["row"].to_list() == [2, 3]
    assert "应为 961000.50元" in asked["message"][0]
    assert "“上期补助发放人数（累计） + 补助发放人数（新增）”应为 6" in asked["message"][1]
    assert found(month("2026-08", *rows), "stock_not_carried").is_empty()  # nothing came for July


SALES = ("销售方名称", "销售方统一社会信用代码", "购买方信息(脱敏)", "房屋座落地址", "网签面积", "网签金额")


def sold(hand, period, count, amount):
    rows = [
        ["绍兴示例0号置业有限公司", credit_code(0), "测**", f"示例路{n}号", 100, amount] for n in range(count)
    ]
    return hand(rows, "9.6", period, "construction_transport", head=SALES)


def test_sums_out_of_line_are_told_as_people_read_them_and_each_is_to_be_explained(hand, client_of):
    for month in (3, 4, 5):
        sold(hand, f"2026-{month:02d}", 4, 1_000_000)
    handed = sold(hand, "2026-06", 40, 2_585_000)
    told = "".join(found(handed, "unlike_season")["message"].to_list())
    assert "“网签金额”合计为 10,340万元" in told
    assert "通常在 80万元 到 1,000万元 之间" in told
    shown = queries.findings_page(handed.submission, "unlike_season", 50)
    assert shown["to_explain"] == len(shown["findings"]) == 2
    summed = next(one for one in shown["findings"] if one["column"])
    assert (summed["place"], summed["empty"]) == ("F 列", False)
    page = client_of("office").get(f"/submissions/{handed.submission.pk}?code=unlike_season").content.decode()
    assert "（空）" not in page
    assert re.search(r"入库但需说明（处）</span><span class=\"value\">2<", page)


def test_a_row_set_aside_is_not_to_be_explained_and_one_that_asks_twice_counts_once():
    places = [(0, 2, "explain"), (0, 2, "explain"), (0, 3, "explain"), (0, 3, "block"), (0, None, "explain")]
    frame = pl.DataFrame(places, schema=["_part", "row", "severity"], orient="row")
    assert _to_explain(frame) == 2
