"""A new year's days off: entered, checked, shown with the due days that move."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from gongzhi.editions import actions
from gongzhi.editions.models import Edition
from gongzhi.editions.queries import Piece, in_force
from gongzhi.editions.tests.test_kinds import sent
from gongzhi.engine.definitions.editing import plain

pytestmark = pytest.mark.django_db
YEAR = 2027
PASTED = """一、元旦：1月1日（周五）至3日（周日）放假调休，共3天。
二、春节：2月5日（农历除夕、周五）至11日（周四）放假调休，共7天。1月31日（周日）、2月20日（周六）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
六、中秋节：9月15日（周三）放假1天。
"""


@pytest.fixture
def office(client_of):
    return client_of("office")


@pytest.fixture
def draft(cast):
    return actions.draft_of(piece=Piece("list", "calendar/holidays"), by=cast["office"])


def years(draft):
    return plain(next(iter(Edition.objects.get(pk=draft.pk).texts.values())))["years"]


def entered(office, draft, **said):
    """The form of the next year as the announcement fills it, with some of it said otherwise, sent."""
    address = f"/editions/{draft.pk}/year"
    page = office.post(address, {"read": "1", "announcement": PASTED})
    assert page.status_code == 200
    data = {**sent(page.context["form"]), "document": "国办发明电〔2026〕6号", "since": "2026-11-20", **said}
    return office.post(address, data, follow=True)


def test_the_announcement_fills_the_lines_and_the_year_counts_once_approved(office, draft, client_of):
    page = entered(office, draft).content.decode()
    made = years(draft)[-1]
    assert (made["year"], made["document"]) == (YEAR, "国办发明电〔2026〕6号")
    assert [one["name"] for one in made["holidays"]] == ["元旦", "春节", "清明节", "中秋节"]
    assert made["holidays"][1] == {
        "name": "春节", "first": dt.date(YEAR, 2, 5), "last": dt.date(YEAR, 2, 11),
        "worked": [dt.date(YEAR, 1, 31), dt.date(YEAR, 2, 20)],
    }  # fmt: skip
    assert "新增“2027年放假和调休安排”" in page
    assert "known_until" not in page.partition("逐行对照")[0]
    office.post(f"/editions/{draft.pk}/submit", {"since": str(timezone.localdate()), "reason": "登记2027年"})
    client_of("office2").post(f"/editions/{draft.pk}/approve")
    table = in_force().holidays.table
    assert table.known_until == dt.date(YEAR, 12, 31)
    assert not table.is_working(dt.date(YEAR, 2, 8))
    assert table.is_working(dt.date(YEAR, 2, 20))
    shown = client_of("liaison").get("/definitions/other/calendar/holidays").content.decode()
    assert "2月5日（周五）至2月11日（周四），共 7 天" in shown


def test_the_preview_says_which_terms_move_and_that_due_days_stay_while_nothing_rolls(office, draft):
    page = entered(office, draft).content.decode()
    block = page[page.find("会改动的期限") :].partition("登记下一年")[0]
    # asked on 4 February, the fifth working day after it was the 11th by weekends alone
    assert "2月4日（周四）起 5 个工作日" in block
    assert "2027-02-11（推算）" in block
    assert "2027-02-18" in block
    assert "逢休息日不顺延" in block
    assert "月后15日内" not in block


def test_with_the_switch_on_the_due_days_that_move_are_listed(office, draft, publish):
    publish("parameters", "calendar", _rolled)
    page = entered(office, draft).content.decode()
    block = page[page.find("会改动的期限") :].partition("登记下一年")[0]
    assert "逢休息日不顺延" not in block
    assert "月后15日内，2027年8月" in block  # the 15th of September is the festival
    assert "2027-09-16" in block


def _rolled(text):
    head, mark, tail = text.partition("key: shift_to_working_day")
    return head + mark + tail.replace("value: 0", "value: 1", 1)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"row_1_last": "2027-02-01"}, "早于放假第一天"),
        ({"row_1_worked": "02-19"}, "2027-02-19 不是周末"),
        ({"row_1_worked": "二月二十"}, "“二月二十”不是日期"),
        ({"row_1_worked": "02-30"}, "“02-30”不是日期"),
        ({"row_2_first": "2027-02-10", "row_2_last": "2027-02-12"}, "2027-02-10 既在“春节”又在“清明节”里"),
        ({"row_2_worked": "02-06"}, "2027-02-06 既放假（春节）又上班（清明节）"),
        ({"row_0_first": "2029-01-01", "row_0_last": "2029-01-02"}, "不在 2027 年"),
        ({"row_3_name": ""}, "请写节日的名称"),
        ({"row_3_first": ""}, "请写放假第一天"),
        ({"document": ""}, "文号"),
    ],
)
def test_what_cannot_be_is_refused_at_its_line(office, draft, said, fault):
    answer = entered(office, draft, **said)
    assert answer.status_code == 422
    assert fault in answer.content.decode()
    assert years(draft)[-1]["year"] == YEAR - 1


def test_a_text_that_says_nothing_is_told(office, draft):
    answer = office.post(f"/editions/{draft.pk}/year", {"read": "1", "announcement": "各省、自治区："})
    assert answer.status_code == 422
    assert "没有读出放假安排" in answer.content.decode()
    broken = office.post(
        f"/editions/{draft.pk}/year", {"read": "1", "announcement": "一、元旦：2月31日放假。"}
    )
    assert "没有 2月31日 这一天" in broken.content.decode()


def test_a_year_is_changed_in_place_and_only_the_last_one_goes(office, draft):
    last = len(years(draft)) - 1
    address = f"/editions/{draft.pk}/year?at={last}"
    data = sent(office.get(address).context["form"])
    data.pop("confirm")
    office.post(address, data)
    assert "confirm" not in years(draft)[last]
    assert years(draft)[last]["holidays"][1]["name"] == "春节"
    before = [one["year"] for one in years(draft)]
    office.post(f"/editions/{draft.pk}/year/remove")
    assert [one["year"] for one in years(draft)] == before[:-1]
    assert plain(next(iter(Edition.objects.get(pk=draft.pk).texts.values())))["known_until"] == dt.date(
        2025, 12, 31
    )
    assert office.get(f"/editions/{draft.pk}/year?at=99").status_code == 404
