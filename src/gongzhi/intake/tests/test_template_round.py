"""A template of several sheets, filled and handed in: every sheet comes in under its own table."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.conf import settings

from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions import load_once
from gongzhi.engine.definitions.examples import DAY, example_row
from gongzhi.engine.documents import template
from gongzhi.intake.queries import rows_of

PERIODS = {"month": f"{DAY:%Y-%m}", "quarter": f"{DAY:%Y}Q1", "half_year": f"{DAY:%Y}H1", "year": f"{DAY:%Y}"}
FOLDER = load_once(settings.DEFINITIONS)  # tests are collected without a database
SEVERAL = sorted(number for number, found in FOLDER.resources.items() if len(found.sheets) > 1)


def frequency_of(resource):
    return in_force().frequencies[resource.frequency].period


def test_there_are_resources_of_several_sheets():
    assert len(SEVERAL) >= 3


@pytest.mark.parametrize("number", SEVERAL)
def test_every_sheet_of_a_filled_template_comes_in(number, hand, tmp_path):
    resource = in_force().resources[number]
    book = openpyxl.load_workbook(io.BytesIO(template(resource, in_force().digest)))
    for sheet, name in zip(resource.sheets, book.sheetnames, strict=False):
        for column, field in enumerate(sheet.fields, start=1):
            book[name].cell(3, column).value = example_row(sheet, 2)[field.key]
    path = tmp_path / "filled.xlsx"
    book.save(path)
    unit = in_force().providers(resource)[0].key
    handed = hand(path, resource=number, period=PERIODS[frequency_of(resource)], unit=unit)
    answer = handed.as_json(20)
    assert answer["outcome"] == "accepted", answer["findings"]
    assert [entry["why"] for entry in answer["skipped"]].count("example") == len(resource.sheets)
    assert sorted(table for table, _ in rows_of(handed.batch.pk)) == sorted(s.code for s in resource.sheets)


def test_what_the_notice_lists_twice_is_handed_in_where_it_is_kept(client_of, cast):
    assert cast["peer"].unit == "natural_resources"
    answer = client_of("peer").get("/submit/16.11", follow=True)
    assert answer.redirect_chain == [("/submit/16.4", 302)]
    assert "16.11 与 16.4 重复列出，报送 16.4 即可。" in answer.content.decode()
    assert client_of("liaison").get("/submit/16.11").status_code == 404
    book = client_of("peer").get("/submit/16.11/template")
    names = openpyxl.load_workbook(io.BytesIO(book.content)).sheetnames
    assert "采矿权转让变更登记信息" in names
