"""责任分工表: what one unit owes, as the notice has it."""

from __future__ import annotations

import pytest

from gongzhi.catalogue.queries import sheet_of
from gongzhi.organisation.actions import decide_filing, submit_filing

pytestmark = pytest.mark.django_db


def test_a_department(client_of):
    sheet = sheet_of("construction_transport")
    numbers = [one.number for one in sheet.resources]
    assert {"9.1", "9.5", "9.10"} <= set(numbers)
    assert numbers.index("9.2") < numbers.index("9.10")
    assert not [one for one in numbers if one.startswith(("16.", "T."))]
    assert sheet.items
    assert not sheet.tasks
    assert any("信息联络员" in one.text for one in sheet.clauses)
    page = client_of("liaison").get("/units/construction_transport/duties").content.decode()
    assert "商品房预售信息" in page
    assert "信息联络员：还没有备案" in page
    assert client_of("liaison").get("/units/no-such-unit/duties").status_code == 404


def test_a_street_owes_its_resources_and_the_tasks_on_site():
    sheet = sheet_of("street_330602001")
    assert [one.number for one in sheet.resources if one.number.startswith("20.")]
    assert len(sheet.tasks) == 17


def test_the_bureau_is_bound_where_the_notice_names_it():
    bureau, water = sheet_of("tax_bureau"), sheet_of("water")
    assert len(bureau.clauses) > len(water.clauses)
    assert any(one.number.startswith("T.") for one in bureau.resources)


def test_the_posts_stand_on_the_sheet_with_their_filing_and_never_a_name(client_of, cast):
    posts = {
        "head": "示例甲", "deputy": "示例乙", "section": "办公室", "liaison": "示例丙",
        "liaison_post": "科员", "telephone": "0575-00000000",
    }  # fmt: skip
    filing = submit_filing(unit="construction_transport", posts=posts, by=cast["liaison"])
    assert "等办公室备案" in client_of("liaison").get("/units/construction_transport/duties").content.decode()
    filed = decide_filing(filing=filing, accept=True, reason="", by=cast["office"])
    page = client_of("liaison").get("/units/construction_transport/duties").content.decode()
    assert filed.number in page
    assert "半年已确认" in page
    assert not [name for name in posts.values() if name.startswith("示例") and name in page]


def test_mines_listed_twice_say_where_they_are_handed_in(client_of):
    page = client_of("liaison").get("/units/natural_resources/duties").content.decode()
    assert "报送 16.4 即可" in page
