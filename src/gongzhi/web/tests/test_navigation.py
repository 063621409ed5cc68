"""The menu marks where one is, also on pages that are reached through an entry of another address."""

from __future__ import annotations

import pytest

from gongzhi.web.navigation import ENTRIES, OF_A_UNIT, WITHIN, title_of


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/rulings", "申请与决定"),
        ("/rulings/3", "申请与决定"),
        ("/check-waivers/new", "申请与决定"),
        ("/obligations/1", "报送日历"),
        ("/liaisons/history", "联络员备案"),
        ("/rulingsome", ""),
        ("/units/construction_transport/picture", "报送质量"),
        ("/units/construction_transport/feedback/9.5", "使用反馈"),
        ("/units/construction_transport/duties", ""),
        ("/", "工作台"),
    ],
)
def test_the_entry_of_a_page(path, title):
    assert title_of(path) == title


def test_every_such_page_is_reached_through_an_entry_that_is_there():
    assert {entry for _, entry in WITHIN} | set(OF_A_UNIT.values()) <= {href for _, href, _, _ in ENTRIES}


def test_the_page_of_rulings_marks_its_entry(client_of):
    page = client_of("office").get("/rulings").content.decode()
    (marked,) = [line for line in page.split("<a ") if 'aria-current="page"' in line and "申请与决定" in line]
    assert 'href="/acts"' in marked


def test_the_head_of_a_unit_reads_of_her_own_unit_and_the_office_of_all(client_of):
    assert "本单位要报的" in client_of("head").get("/").content.decode()
    office = client_of("office").get("/").content.decode()
    assert "各单位要报的" in office
    assert "本单位要报的" not in office
