"""Remarks of the office to rows and cells, and what it sees before it decides."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from tests.files import presale_rows

from gongzhi.editions.queries import in_force
from gongzhi.gate import sight_of
from gongzhi.intake import actions, queries
from gongzhi.intake.forms import Part, ReturnForm
from gongzhi.intake.models import Review


def fields_of(number, index=0):
    return in_force().resources[number].sheets[index].fields


def said(remarks, parts=None):
    parts = parts or [Part(0, "", "商品房预售", fields_of("9.5"), range(2, 13))]
    form = ReturnForm({"reason": "", "remarks": remarks}, parts=parts)
    return form.cleaned_data["remarks"] if form.is_valid() else "；".join(form.errors["remarks"])


def test_a_remark_names_row_and_column_or_the_row_alone(db):
    area = next(one for one in fields_of("9.5") if one.title == "预售建筑面积")
    assert said("3，预售建筑面积，与规划许可，不符\n\n4,缺附件") == [
        {"part": 0, "row": 3, "field": area.key, "text": "与规划许可，不符"},
        {"part": 0, "row": 4, "field": "", "text": "缺附件"},
    ]
    for odd in ("十二行不对", "12", "12，", "9" * 30 + "，缺附件"):
        assert "第 1 行看不懂" in said(odd), odd


def test_an_unknown_column_is_told_with_those_near_it(db):
    told = said("2，建筑面积，不符\n3，缺附件\n4，qwerty，不符")
    assert "第 1 行：没有“建筑面积”这一列，相近的列是“预售建筑面积”" in told
    assert "第 3 行：没有“qwerty”这一列，这张表的列是" in told
    assert "第 2 行" not in told


def test_a_row_that_did_not_come_in_and_a_remark_too_long_are_told(db):
    told = said(f"13，缺附件\n1，缺附件\n3，{'缺' * 201}\n3，预售建筑面积，{'缺' * 201}\n3，{'缺' * 200}")
    assert "第 1 行：入库的行里没有原表第 13 行，入库的在 2 至 12 行之间" in told
    assert "第 2 行：入库的行里没有原表第 1 行" in told
    assert "第 3 行的问题请不超过 200 字" in told
    assert "第 4 行的问题请不超过 200 字" in told
    assert "第 5 行" not in told


def test_with_several_tables_the_table_comes_first(db):
    parts = [
        Part(0, "预售", "商品房预售许可", fields_of("9.5"), range(2, 6)),
        Part(2, "Sheet2", "合同备案", fields_of("16.1"), range(2, 8)),
    ]
    title = fields_of("16.1")[0].title
    found = said(f"2，缺附件\nSheet2，5，{title}，有误\n合同备案，6，缺附件", parts)
    assert [(one["part"], one["row"], one["text"]) for one in found] == [
        (0, 2, "缺附件"), (2, 5, "有误"), (2, 6, "缺附件"),
    ]  # fmt: skip
    assert found[1]["field"] == fields_of("16.1")[0].key
    told = said("附表，5，有误", parts)
    assert "没有“附表”这张表，这一批的表是“预售”、“Sheet2”" in told
    form = ReturnForm(None, parts=parts)
    assert "Sheet2，12，问题" in form.fields["remarks"].help_text
    assert "张表" not in ReturnForm(None, parts=parts[:1]).fields["remarks"].help_text


def test_the_page_says_what_is_wrong_and_takes_the_days_from_the_parameter(hand, cast, client_of):
    batch, office = hand(presale_rows(3), by=cast["liaison"]).batch, client_of("office")
    address = f"/batches/{batch.pk}/return"
    value = in_force().parameters["return_working_days"].at(timezone.localdate()).value
    assert f"另给 {value} 个工作日" in office.get(address).content.decode()
    answer = office.post(address, {"reason": "请核对", "remarks": "2，建筑面积，不符"})
    assert answer.status_code == 422
    assert "相近的列是“预售建筑面积”" in answer.content.decode()
    assert not Review.objects.exists()
    said_of = {"reason": "", "remarks": "99，缺附件\n98，缺附件\n4，缺附件"}
    answer = office.post(address, said_of).content.decode()
    assert "没有原表第 99 行，入库的在 2 至 4 行之间" in answer
    assert "有 2 处需要改正" in answer
    assert "（可不填）" not in answer


@pytest.fixture
def asking(hand, cast):
    """A batch with three days outside its period, and one without a fault."""
    odd = hand(presale_rows(3, day="2025-01-05"), by=cast["liaison"]).batch
    fine = hand(presale_rows(2, start=40, day="2026-05-15"), period="2026Q2", by=cast["liaison"]).batch
    return odd, fine


def test_the_reviewer_is_told_what_has_no_reason_yet(asking, cast, client_of, django_assert_num_queries):
    odd, fine = asking
    office = client_of("office")
    page = office.get("/reviews").content.decode()
    assert f'href="/submissions/{odd.submission_id}?back=' in page
    assert f"/submissions/{fine.submission_id}" not in page
    both = list(queries.batches_visible_to(sight_of(cast["office"])).order_by("slot__period"))
    with django_assert_num_queries(2):
        counted = queries.Unexplained()
        counted.look(both)
        assert [counted.of(one) for one in both] == [0, 3]
    assert "3 处没有说明" in office.get(f"/batches/{odd.pk}").content.decode()
    assert "处没有说明" not in office.get(f"/batches/{fine.pk}").content.decode()
    [asked] = queries.asked_of(odd.submission)
    actions.explain(
        submission=odd.submission, code=asked.code, field=asked.field, reason="历史补录",
        until=timezone.localdate() + dt.timedelta(9), by=cast["liaison"],
    )  # fmt: skip
    assert queries.Unexplained().of(odd) == 0
    assert "处没有说明" not in office.get(f"/batches/{odd.pk}").content.decode()
