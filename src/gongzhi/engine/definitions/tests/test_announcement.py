"""The yearly announcement of days off, in the wordings of several years, against the table that we have."""

import datetime as dt
from pathlib import Path

import pytest

from gongzhi.engine.definitions import NoSuchDay, load_once, read_announcement

ROOT = Path(__file__).parents[5] / "definitions"
OF_2026 = """各省、自治区、直辖市人民政府，国务院各部委：
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作。"""


def test_the_announcement_of_2026_is_our_table_of_2026():
    year = next(one for one in load_once(ROOT).holidays.years if one.year == 2026)
    found = read_announcement(OF_2026, 2026)
    assert [(one["name"], one["first"], one["last"], tuple(one.get("worked", ()))) for one in found] == [
        (one.name, one.first, one.last, one.worked) for one in year.holidays
    ]


@pytest.mark.parametrize(
    ("text", "first", "last", "worked"),
    [
        ("一、元旦：1月1日（周三）放假1天，不调休。", (2027, 1, 1), (2027, 1, 1), []),
        ("一、元旦：2026年12月31日至2027年1月2日放假调休，共3天。", (2026, 12, 31), (2027, 1, 2), []),
        ("1. 国庆节：9月29日至10月6日放假。10月7日、8日上班。", (2027, 9, 29), (2027, 10, 6), [7, 8]),
        ("二、春节：2月10日至17日放假。鼓励职工在除夕（2月9日）休息。", (2027, 2, 10), (2027, 2, 17), []),
    ],
)
def test_wordings(text, first, last, worked):
    (one,) = read_announcement(text, 2027)
    assert (one["first"], one["last"]) == (dt.date(*first), dt.date(*last))
    assert [day.day for day in one.get("worked", ())] == worked


def test_what_is_not_understood_is_nothing_and_no_day_is_made_up():
    assert read_announcement("关于放假的通知", 2027) == []
    assert read_announcement("一、元旦：另行通知。", 2027) == []
    with pytest.raises(NoSuchDay, match="没有 2月30日"):
        read_announcement("二、春节：2月30日至3月5日放假。", 2027)
    with pytest.raises(NoSuchDay, match="没有写月份"):
        read_announcement("二、春节：10日至17日放假。", 2027)
