"""The way back stands in the address and leads nowhere but to its list; rows can be chosen together."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import polars as pl
import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.http import urlencode

from gongzhi.lists import Bulk, Column, back_to, chosen, listing, with_back

FRAME = pl.LazyFrame({"key": ["a", "b", "c"], "open": [True, False, True]})
COLUMNS = (Column("key", "名称", lambda r: r["key"], link=lambda r: f"/things/{r['key']}?part=1#row"),)


def asking(back, path="/hits/1"):
    return RequestFactory().get(f"{path}?{urlencode({'back': back})}")


def test_filters_page_and_row_come_back():
    where = "/hits?rule=R17&after=WzFd#r-7"
    assert back_to(asking(where), "/hits") == where
    assert back_to(RequestFactory().post("/hits/1/exclude", {"back": where}), "/hits") == where


@pytest.mark.parametrize(
    "back",
    [
        "", "https://evil.example/hits?x", "//evil.example/hits", "///hits", "\\\\evil.example\\hits",
        "/hits/../x", "javascript:alert(1)", "hits?x", "/taxpayers?q=1", "http:/hits", "//[/hits",
        "\t//evil.example", "@evil/hits", "/\t/evil.example/hits", "/hits\r\nSet-Cookie: x=1",
    ],
)  # fmt: skip
def test_it_leads_nowhere_else(back):
    found = back_to(asking(back), "/hits")
    assert found.split("?")[0].split("#")[0] == "/hits"
    assert "\n" not in found


def test_the_parameter_stands_before_the_fragment():
    assert with_back("/a?b=1#row", "/hits?x=1#r-2") == "/a?b=1&back=%2Fhits%3Fx%3D1%23r-2#row"
    assert with_back("/a", "/hits") == "/a?back=%2Fhits"


def page_of(query="", **more):
    request = RequestFactory().get(f"/things?{query}")
    page = listing(
        request, "示例", COLUMNS, FRAME, order=("key",), identity=lambda r: r["key"],
        choosable=lambda r: r["open"], **more,
    )  # fmt: skip
    return page, render_to_string("lists/table.html", {"page": page})


def test_a_rows_link_knows_the_way_back():
    page, _ = page_of("sort=key&export=xlsx")
    (address,) = re.findall(r'href="([^"]+)"', page.lines[1]["cells"])
    link = urlsplit(unescape(address))
    assert link.path == "/things/b"
    assert link.fragment == "row"
    assert parse_qs(link.query) == {"part": ["1"], "back": ["/things?sort=key#r-b"]}


def test_only_rows_that_may_be_chosen_have_a_box():
    page, text = page_of(bulk=(Bulk("/things/do", "一起办理"),))
    assert [line["choosable"] for line in page.lines] == [True, False, True]
    assert text.count('name="chosen"') == 2
    assert 'action="/things/do"' in text
    assert text.count('form="bulk-list"') == 2


def test_without_something_to_do_there_are_no_boxes():
    _, text = page_of()
    assert "chosen" not in text


def test_what_is_no_name_is_left_out():
    one = "018f0000-0000-7000-8000-000000000001"
    request = RequestFactory().get(f"/x?chosen={one}&chosen=x&chosen={one}&chosen=")
    assert chosen(request, UUID) == [UUID(one)]
    assert chosen(RequestFactory().post("/x?chosen=1", {"chosen": ["2", "3", "2", "9" * 20]}), int) == [2, 3]
