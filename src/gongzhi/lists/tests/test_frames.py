"""Lists over frames of the lake page like those of the database."""

import datetime as dt

import polars as pl
import pytest
from django.test import RequestFactory

from gongzhi.lists import Column, listing

COLUMNS = (
    Column("name", "名称", lambda r: r["name"], order="name"),
    Column("rows", "行数", lambda r: r["rows"], "number", order="rows"),
    Column("on", "日期", lambda r: r["on"], "day", order="on"),
)
DAY = dt.date(2026, 1, 1)


@pytest.fixture
def frame():
    return pl.LazyFrame(
        {
            "key": [f"k{number:02d}" for number in range(23)],
            "name": [f"名称{number % 4}" if number % 5 else None for number in range(23)],
            "rows": [number % 3 if number % 7 else None for number in range(23)],
            "on": [DAY + dt.timedelta(days=number % 6) for number in range(23)],
        }
    )


def page_of(query, frame):
    request = RequestFactory().get(f"/x?{query}")
    return listing(request, "示例", COLUMNS, frame, order=("-rows", "key"), size=4)


@pytest.mark.parametrize("sort", ["", "name", "-name", "rows", "-rows", "on", "-on"])
def test_every_row_once_in_order_and_back(frame, sort):
    pages, page = [], page_of(f"sort={sort}", frame)
    while page.next_query is not None:
        pages.append([row["key"] for row in page.items])
        page = page_of(page.next_query, frame)
    walked = [key for one in pages for key in one] + [row["key"] for row in page.items]
    assert walked == [row["key"] for row in page_of(f"sort={sort}", frame).every(99)]
    assert sorted(walked) == [f"k{number:02d}" for number in range(23)]
    for wanted in reversed(pages):
        page = page_of(page.previous_query, frame)
        assert [row["key"] for row in page.items] == wanted


def test_empty_values_come_first_going_up_and_last_going_down(frame):
    up = [row["rows"] for row in page_of("sort=rows", frame).every(99)]
    down = [row["rows"] for row in page_of("sort=-rows", frame).every(99)]
    assert up[:4] == down[-4:] == [None] * 4


@pytest.mark.parametrize(
    "after", ["x", "W10=", "WyJub3QtYS1udW1iZXIiLCAiYSJd", "W3sieCI6IDF9LCAiYSJd", "bnVsbA=="]
)
def test_an_address_written_by_hand_shows_the_first_page(frame, after):
    assert len(page_of(f"after={after}", frame).items) == 4
    assert len(page_of(f"sort=on&after={after}", frame).items) == 4


def test_the_count_is_of_all_rows(frame):
    assert page_of("", frame).total == 23
