"""Every definition in force has a page that shows all of it."""

from __future__ import annotations

import html
import re

import pytest

from gongzhi.editions.queries import in_force

pytestmark = pytest.mark.django_db


def text_of(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return html.unescape(answer.content.decode())


def test_every_resource_has_a_page_with_every_column(client_of):
    client = client_of("office")
    assert len(in_force().resources) >= 145
    for resource in in_force().resources.values():
        page = text_of(client, f"/definitions/resources/{resource.number}")
        titles = [field.title for sheet in resource.sheets for field in sheet.fields]
        assert [title for title in titles if f'data-label="列名">{title}' not in page] == [], resource.number
        assert resource.frequency in page


def test_every_rule_has_a_page_with_its_law_and_cases(client_of):
    client = client_of("office")
    for folder in in_force().rules.values():
        page = text_of(client, f"/definitions/rules/{folder.rule.code}")
        assert re.sub(r"\{[^}]*\}", "…", folder.rule.formula) in page
        assert not re.search(r"\{\w+(:\w+)?\}", page.partition("规则文本")[0])
        assert all(f"《{basis.title}》" in page for basis in folder.rule.basis)
        assert all(case.name in page for case in folder.cases.cases)


def test_the_list_is_searched_and_the_parameters_are_dated(client_of):
    client = client_of("office")
    page = text_of(client, "/definitions?q=商品房预售")
    assert "商品房预售信息" in page
    assert "竣工验收备案信息" not in page
    assert "没有符合条件的数据资源" in text_of(client, "/definitions?q=没有这样的")
    parameters = text_of(client, "/definitions/parameters")
    assert all(one.title in parameters for one in in_force().parameters.values())


def test_what_is_not_defined_is_not_there(client_of):
    client = client_of("office")
    assert client.get("/definitions/resources/99.9").status_code == 404
    assert client.get("/definitions/rules/R999").status_code == 404


def test_a_resource_without_a_table_offers_no_template_and_names_the_one_that_is_kept(client_of):
    page = text_of(client_of("office"), "/definitions/resources/16.11")
    assert "下载模板" not in page
    assert 'href="/definitions/resources/16.4"' in page
    assert 'href="/submit/16.4/template"' in text_of(client_of("office"), "/definitions/resources/16.4")


def test_the_page_of_a_resource_tells_what_a_column_means_where_the_definition_does_not(client_of):
    page = text_of(client_of("office"), "/definitions/resources/16.12")
    assert '<td data-label="说明"></td>' not in page
    assert "写登记的全称，不写简称。" in page
