"""Days as people write them."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.engine.calendar import HOWS, parse_day, parse_days, read_day

DAY = date(2021, 6, 1)
days = st.dates(date(1800, 1, 1), date(2199, 12, 31))


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("2021-06-01", "iso"),
        ("2021.6.1", "separators"),
        ("2021/6/1", "separators"),
        ("2021-6-1", "separators"),
        ("2021/06/01", "separators"),
        ("20210601", "compact"),
        ("2021年6月1日", "chinese"),
        ("2021年06月01日", "chinese"),
        ("2021 年 6 月 1 日", "chinese"),
        ("2021-06-01 00:00:00", "timestamp"),
        ("2021-06-01T08:30:00.000+08:00", "timestamp"),
        ("2021/6/1 8:30", "timestamp"),
        ("2021年6月1日 08:30", "timestamp"),
        ("44348", "serial"),
        ("44348.0", "serial"),
        ("44348.5", "serial"),
    ],
)
def test_how_days_are_understood(text, how):
    found = read_day(text)
    assert (found.value, found.how, found.repaired) == (DAY, how, how != "iso")


@pytest.mark.parametrize(
    "text", [" 2021-06-01", "２０２１-０６-０１", "'2021-06-01", "2021-06-01\u200b", "2021－06－01"]
)
def test_width_and_blanks_are_repairs(text):
    assert read_day(text) == read_day("2021-06-01").__class__(DAY, "iso", True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2021年6月",
        "2021-06",
        "202106",
        "21-6-1",
        "21.06.01",
        "6/1/2021",
        "2021-02-30",
        "2021-13-01",
        "20210230",
        "2021年2月29日",
        "2021.6/1",
        "1799-12-31",
        "0021-06-01",
        "32873",
        "73416",
        "443480",
        "长期",
        "2021-06-01 25时",
        "٢٠٢١-٠٦-٠١",
        "2021-06-01x",
    ],
)
def test_what_is_no_day(text):
    assert parse_day(text) is None
    assert read_day(text).how == ""


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2021-06-01T16:00:00.000Z", date(2021, 6, 2)),
        ("2021-06-01T15:59:59Z", DAY),
        ("2020-12-31T16:00:00Z", date(2021, 1, 1)),
        ("2021-06-01 00:00:00+08:00", DAY),
        ("2021-06-02T06:00:00+1500", DAY),
        ("2021-06-01T20:00:00-05:00", date(2021, 6, 2)),
        ("2021-06-01T23:59:59", DAY),
        ("9999-12-31T16:00:00Z", None),
    ],
)
def test_a_moment_with_a_zone_is_the_day_that_it_was_here(text, day):
    assert parse_day(text) == day


@given(
    days,
    st.sampled_from(
        ["{0:%Y-%m-%d}", "{0.year}.{0.month}.{0.day}", "{0:%Y%m%d}", "{0.year}年{0.month}月{0.day}日"]
    ),
)
def test_every_day_is_read_in_every_form(day, form):
    assert parse_day(form.format(day)) == day


@given(st.integers(32874, 73415))
def test_serials_count_from_the_spreadsheets_origin(serial):
    assert parse_day(str(serial)) == date(1899, 12, 30) + timedelta(days=serial)


texts = st.one_of(
    st.none(),
    st.text(st.characters(codec="utf-8"), max_size=14),
    st.text(st.sampled_from("0123456789-/.年月日 ０"), max_size=12),
    days.map(date.isoformat),
    days.map("{0.year}/{0.month}/{0.day}".format),
    days.map("{0:%Y%m%d}".format),
    st.sampled_from(
        [
            "44348",
            "2021-6-1",
            "2021-06-1",
            " 2021-06-01",
            "1799-01-01",
            "9999-12-31",
            "2021-06-01\n",
            "+2021-6-01",
        ]
    ),
)


@given(st.lists(texts, max_size=12))
def test_columns_agree_with_single_texts(values):
    frame = parse_days(pl.Series("day", values, dtype=pl.String))
    assert frame.columns == ["value", "how", "repaired"]
    for text, row in zip(values, frame.iter_rows(named=True), strict=True):
        found = read_day(text or "")
        assert (row["value"], row["how"], row["repaired"]) == (found.value, found.how, found.repaired)


def test_the_shape_of_the_answer():
    frame = parse_days(pl.Series([], dtype=pl.String))
    assert frame.schema == {"value": pl.Date, "how": pl.Enum(HOWS), "repaired": pl.Boolean}
    assert parse_days(pl.Series([20210601]))["value"].to_list() == [DAY]
