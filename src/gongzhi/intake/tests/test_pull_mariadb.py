"""前置库 on MariaDB (and so on MySQL's protocol): streamed, read-only, limited in time."""

from __future__ import annotations

import datetime as dt

import pymysql
import pytest
from tests import mariadb
from tests.files import PRESALE_HEAD, presale_rows

from gongzhi.engine.doors import Database, Source
from gongzhi.intake.actions.pulling import PullFailed, pull

pytestmark = [
    pytest.mark.long,
    pytest.mark.django_db,
    pytest.mark.skipif(not (mariadb.SERVER and mariadb.INSTALL), reason=mariadb.WHY_NOT),
]
COLUMNS = ("licence", "code", "name", "project", "place", "kind", "area", "issued_on")


@pytest.fixture(scope="module")
def socket():
    with mariadb.server() as socket:
        with (
            pymysql.connect(unix_socket=socket, user="root", autocommit=True) as made,
            made.cursor() as cursor,
        ):
            cursor.execute("CREATE DATABASE front CHARACTER SET utf8mb4")
            cursor.execute("USE front")
            cursor.execute(
                "CREATE TABLE presale (licence text, code text, name text, project text, place text,"
                " kind text, area decimal(12,2), issued_on datetime)"
            )
            rows = [*presale_rows(1_500), *presale_rows(2, start=1_600, day="2026-10-01")]
            cursor.executemany("INSERT INTO presale VALUES (%s,%s,%s,%s,%s,%s,%s,%s)", rows)
            cursor.execute(
                "CREATE FUNCTION write_one() RETURNS int MODIFIES SQL DATA"
                " BEGIN INSERT INTO presale (code) VALUES (1); RETURN 1; END"
            )
        yield socket


@pytest.fixture
def pulled(socket, home):
    def run(**more):
        database = Database(kind="mysql", host=socket, name="front", user="root")
        source = Source(
            name="presale", unit="建设交通局", resource="9.5", database=database, since=dt.date(2026, 1, 1),
            **more,
        )  # fmt: skip
        return pull(source=source, period="2026Q3", by=None)

    return run


def test_a_query_and_a_table_give_the_same_rows(pulled):
    columns = dict(zip(PRESALE_HEAD, COLUMNS, strict=True))
    query = (
        "SELECT * FROM presale WHERE issued_on BETWEEN :period_start AND :period_end AND place LIKE '%路%'"
    )
    first = pulled(query=query, columns=columns)
    assert (first.outcome, first.batch.rows) == ("accepted", 1_500)
    again = pulled(table="presale", columns=columns, day="issued_on")
    assert again.batch == first.batch


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT sleep(30) FROM presale", "too_slow"),
        ("SELECT write_one()", "writes"),
        ("SELECT * FROM nowhere", "query_failed"),
    ],
)
def test_it_is_stopped(pulled, query, code):
    with pytest.raises(PullFailed) as failed:
        pulled(query=query, seconds=1)
    assert failed.value.code == code
