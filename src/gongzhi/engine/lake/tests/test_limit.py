"""A session stops what takes longer than it may, wherever the stop falls, and goes on being usable."""

from pathlib import Path
from threading import Event

import pytest

from gongzhi.engine.lake import Session, Snapshot, TooLong

ENDLESS = (
    "SELECT count(*) AS n FROM range(10000000) AS a, range(10000000) AS b WHERE a.range * b.range % 7 = 3"
)


@pytest.fixture
def session():
    with Session(Snapshot(Path("/"), {})) as opened:
        yield opened


def test_a_slow_query_is_stopped_and_the_next_one_runs(session):
    with pytest.raises(TooLong), session.limited(0.2):
        session.rows(ENDLESS)
    assert session.rows("SELECT 1 AS one")["one"].to_list() == [1]


def test_the_time_is_that_of_all_queries_together(session):
    """The stop falls between two queries: the second is not begun."""

    def asking():
        while True:
            session.rows("SELECT 1 AS one")
            Event().wait(0.02)

    with session.limited(0.05), pytest.raises(TooLong):
        asking()


def test_within_the_time_and_without_a_limit_nothing_is_stopped(session):
    for seconds in (60, None):
        with session.limited(seconds):
            assert session.rows("SELECT 1 AS one")["one"].to_list() == [1]


def test_an_error_inside_ends_the_watch(session):
    with pytest.raises(ZeroDivisionError), session.limited(60):
        raise ZeroDivisionError
    with session.limited(60):
        assert session.rows("SELECT 1 AS one").height == 1
