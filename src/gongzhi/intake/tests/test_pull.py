"""前置库: a unit's own database is read, and only read; its rows come in like any other file."""

from __future__ import annotations

import datetime as dt
import gc
import json
import os
import re
import socket
import sys
from contextlib import suppress
from decimal import Decimal
from threading import Event as Event_
from threading import Thread
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import psycopg
import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.files import PRESALE_HEAD, presale_rows
from tests.postgres import server_address

from gongzhi.audit.models import Event
from gongzhi.catalogue.models import Obligation, Ruling
from gongzhi.cli.__main__ import parser
from gongzhi.engine.doors import Database, Doors, Secret, Source
from gongzhi.intake.actions.pulling import PullFailed, database, pull, pull_due
from gongzhi.intake.actions.pulling.written import as_text, write
from gongzhi.intake.models import Batch, Pull, Submission
from gongzhi.intake.queries import periods_to_pull

UNIT = "construction_transport"
FRONT = f"front_{os.getpid()}"  # the tests' workers may share one server
COLUMNS = ("licence", "code", "name", "project", "place", "kind", "area", "issued_on")
QUERY = "SELECT * FROM presale WHERE issued_on BETWEEN :period_start AND :period_end"


@pytest.fixture(scope="module")
def server():
    """A database of the unit's own on the tests' server, with a reader who may only read."""
    address = server_address()
    with psycopg.connect(address, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {FRONT}")
    front = re.sub(r"/[^/?]*\?", f"/{FRONT}?", address)
    with psycopg.connect(front, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE presale (licence text, code text, name text, project text, place text,"
            " kind text, area numeric(12,2), issued_on date)"
        )
        yield connection


@pytest.fixture
def front(server):
    """front(rows) fills the table; the database as a source names it."""

    def filled(rows=()):
        server.execute("TRUNCATE presale")
        with server.cursor() as cursor:
            cursor.executemany("INSERT INTO presale VALUES (%s,%s,%s,%s,%s,%s,%s,%s)", rows)
        parts = urlsplit(server_address())
        return Database(
            kind="postgresql", host=parse_qs(parts.query)["host"][0], name=FRONT, user=parts.username
        )

    return filled


def hand_on(one, other, word, ends):
    """What comes from one to the other, until a word is heard: then nothing any more."""
    with suppress(OSError):  # the other way is closed
        while data := one.recv(65_536):
            if word and word in data:
                ends.wait(60)
                break
            other.sendall(data)
    for each in (one, other):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def standing(tmp_path, socket_enabled):
    """standing(host, word): the folder of a socket that hands on to the server until it hears the word."""
    ends, threads = Event_(), []

    def run(listener, host, word):
        with listener, listener.accept()[0] as client, socket.socket(socket.AF_UNIX) as server:
            server.connect(f"{host}/.s.PGSQL.5432")
            back = Thread(target=hand_on, args=(server, client, b"", ends))
            back.start()
            hand_on(client, server, word.encode(), ends)
            back.join()

    def made(host, word):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(tmp_path / ".s.PGSQL.5432"))
        listener.listen()
        threads.append(Thread(target=run, args=(listener, host, word)))
        threads[0].start()
        return str(tmp_path)

    yield made
    ends.set()
    threads[0].join()


@pytest.fixture
def source(front, home, settings, db):
    def made(rows=(), **more):
        if "table" not in more:
            more = {"query": QUERY, "columns": dict(zip(PRESALE_HEAD, COLUMNS, strict=True)), **more}
        found = Source(
            name="presale", unit="建设交通局", resource="9.5", database=front(rows),
            since=dt.date(2026, 1, 1), **more,
        )  # fmt: skip
        settings.DOORS = Doors(sources=(found,))
        return found

    return made


def pulled(source, period="2026Q3", **more):
    return pull(source=source, period=period, by=None, **more)


@pytest.mark.django_db
class TestPulling:
    def test_rows_of_the_period_come_in_sealed_like_any_file(self, source):
        rows = [*presale_rows(3), *presale_rows(2, start=5, day="2026-10-01")]
        handed = pulled(source(rows))
        assert (handed.outcome, handed.submission.channel, handed.batch.rows) == ("accepted", "sql", 3)
        assert handed.submission.file_name == "presale-2026Q3.json"
        assert handed.submission.original
        assert Pull.objects.get().code == "done"
        assert Event.objects.get(verb="source.pulled").detail["rows"] == 3

    def test_a_table_with_its_columns_and_day_says_the_same(self, source):
        rows = [*presale_rows(3), *presale_rows(2, start=5, day="2026-10-01")]
        first = pulled(source(rows))
        columns = dict(zip(PRESALE_HEAD, COLUMNS, strict=True))
        again = pulled(source(rows, table="public.presale", columns=columns, day="issued_on"))
        assert again.batch == first.batch
        assert Batch.objects.count() == 1

    def test_changed_rows_replace_only_when_that_is_said(self, source):
        first = pulled(source(presale_rows(3)))
        changed = source(presale_rows(4))
        assert pulled(changed).outcome == "refused"
        assert pulled(changed, replaces=first.batch.number).batch.kind == "replaces"

    def test_a_dry_run_keeps_nothing(self, source):
        assert pulled(source(presale_rows(3)), dry_run=True).outcome == "accepted"
        assert not Submission.objects.exists()
        assert not Pull.objects.exists()

    def test_bad_rows_are_set_aside(self, source):
        rows = presale_rows(3)
        rows[1][1] = "91330602MA2Y000000"
        assert pulled(source(rows)).outcome == "partial"


@pytest.mark.django_db
class TestFaults:
    @pytest.mark.parametrize(
        ("more", "code"),
        [
            ({"query": "SELECT pg_sleep(30)", "seconds": 1}, "too_slow"),
            ({"query": "SELECT nextval('counter')"}, "writes"),
            ({"query": "SELECT write_one()"}, "writes"),
            ({"query": "SELECT * FROM nowhere_secret"}, "query_failed"),
            ({"query": "SELECT 'secret'::int"}, "query_failed"),
            ({"query": "SELECT * FROM presale WHERE code = :who"}, "unknown_parameter"),
            ({"query": "SELECT code, code FROM presale"}, "repeated_column"),
            ({"columns": {"预售证编号": "secret"}}, "no_column"),
            ({"query": "SELECT '\\x00'::bytea AS licence", "columns": {}}, "unreadable_column"),
            ({"query": "SELECT 'infinity'::date AS licence", "columns": {}}, "unreadable_value"),
            ({"rows_at_most": 2}, "too_many_rows"),
        ],
    )
    def test_what_went_wrong_is_told_without_the_databases_words(self, source, server, more, code, caplog):
        server.execute("CREATE SEQUENCE IF NOT EXISTS counter")
        server.execute(
            "CREATE OR REPLACE FUNCTION write_one() RETURNS int LANGUAGE sql"
            " AS 'INSERT INTO presale (code) VALUES (1) RETURNING 1'"
        )
        with pytest.raises(PullFailed) as failed:
            pulled(source(presale_rows(3), **more))
        assert failed.value.code == code
        assert server.execute("SELECT count(*) FROM presale").fetchone() == (3,)
        assert Pull.objects.get().code.startswith(code)
        told = str(failed.value) + caplog.text + json.dumps(Event.objects.get(verb="source.failed").detail)
        assert "nowhere" not in told
        assert code == "no_column" or "secret" not in told
        assert not Submission.objects.exists()

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # its cursor stays open
    def test_a_machine_that_stands_still_is_left_when_its_time_is_over(self, source, standing, monkeypatch):
        monkeypatch.setattr(database, "GRACE_SECONDS", 0)
        there = source(presale_rows(1), seconds=1)
        still = standing(there.database.host, "presale")
        with pytest.raises(PullFailed) as failed:
            pulled(there.model_copy(update={"database": there.database.model_copy(update={"host": still})}))
        assert failed.value.code == "too_slow"
        del failed
        gc.collect()

    def test_no_rows_is_no_file_and_no_zero_report(self, source):
        with pytest.raises(PullFailed, match="零报告") as failed:
            pulled(source())
        assert failed.value.code == "empty"

    def test_a_database_that_is_not_there_or_has_no_password(self, source, monkeypatch):
        there = source(presale_rows(1))
        gone = there.model_copy(update={"database": there.database.model_copy(update={"host": "/nowhere"})})
        with pytest.raises(PullFailed) as failed:
            pulled(gone)
        assert failed.value.code == "no_connection"
        secret = there.database.model_copy(update={"password": Secret(environment="NOT_SET_AT_ALL")})
        with pytest.raises(PullFailed) as failed:
            pulled(there.model_copy(update={"database": secret}))
        assert failed.value.code == "no_secret"

    def test_a_failure_while_rows_stream_leaves_nothing(self, source):
        slow = "SELECT 1 / (n - 5000) AS licence FROM generate_series(1, 9000) AS n"
        with pytest.raises(PullFailed) as failed:
            pulled(source(query=slow, columns={}))
        assert failed.value.more == "22012"
        assert not Submission.objects.exists()


@pytest.mark.django_db
class TestByTheCalendar:
    @pytest.fixture
    def owed(self):
        def made(period, end, **more):
            return Obligation.objects.create(
                unit=UNIT, resource="9.5", period=period, period_end=end, opens=end.replace(day=1), due=end,
                definitions="0" * 64, **more,
            )  # fmt: skip

        return made

    def test_once_after_the_period_has_ended(self, source, owed):
        found = source(presale_rows(3), wait_days=3)
        owed("2026Q3", dt.date(2026, 9, 30))
        owed("2025Q4", dt.date(2025, 12, 31))  # before `since`
        assert periods_to_pull(found, dt.date(2026, 10, 2)) == []
        assert periods_to_pull(found, dt.date(2026, 10, 3)) == ["2026Q3"]
        assert pull_due() == 1
        assert pull_due() == 0
        assert Batch.objects.get().rows == 3

    def test_what_came_another_way_is_not_pulled(self, source, owed):
        found = source(presale_rows(3))
        one, day = owed("2026Q3", dt.date(2026, 9, 30)), dt.date(2026, 9, 30)
        Ruling.objects.create(
            unit=UNIT, resource=one.resource, kind="exempt", since=day, from_on=day, granted_on=day,
            state="granted", asked_at=timezone.now(),
        )  # fmt: skip
        assert periods_to_pull(found, dt.date(2026, 12, 1)) == []

    def test_what_nobody_has_thought_of_keeps_no_other_source_waiting(
        self, source, owed, settings, monkeypatch, caplog
    ):
        owed("2026Q1", dt.date(2026, 3, 31))
        first = source(presale_rows(1))
        settings.DOORS = Doors(sources=(first, first.model_copy(update={"name": "second"})))
        asked = []

        def broken(*, source, **more):
            asked.append(source.name)
            raise OSError("disk full")

        monkeypatch.setattr(sys.modules[pull_due.__module__], "pull", broken)
        assert pull_due() == 0
        assert set(asked) == {"presale", "second"}

    def test_a_failure_is_tried_again_until_it_is_given_up(self, source, owed, caplog):
        broken = source(presale_rows(3), query="SELECT * FROM nowhere", columns={})
        owed("2026Q3", dt.date(2026, 9, 30))
        assert pull_due() == 0
        assert periods_to_pull(broken, dt.date(2026, 12, 1)) == ["2026Q3"]
        assert "query_failed" in caplog.text
        Pull.objects.update(tries=48)
        assert periods_to_pull(broken, dt.date(2026, 12, 1)) == []


@pytest.mark.django_db
class TestCommands:
    @pytest.fixture
    def command(self, capsys):
        def run(*words):
            options = parser().parse_args([*words, "--json"])
            code = options.run(options)
            return code, json.loads(capsys.readouterr().out or "null")

        return run

    def test_pull_and_sources(self, source, command):
        source(presale_rows(3))
        code, answer = command("pull", "presale", "--period", "2026Q3")
        assert (code, answer["outcome"], answer["accepted"]) == (0, "accepted", 3)
        code, listed = command("sources")
        assert (code, listed["total"]) == (0, 1)
        assert (listed["items"][0]["last"], listed["items"][0]["rows"]) == ("done", 3)
        assert "user" not in json.dumps(listed)
        assert command("pull", "other", "--period", "2026Q3")[0] == 2
        assert command("pull", "presale", "--period", "2026-09")[0] == 2

    def test_a_failure_has_its_own_exit_code(self, source, command):
        source(query="SELECT * FROM nowhere", columns={})
        code, answer = command("pull", "presale", "--period", "2026Q3")
        assert (code, answer["code"]) == (6, "query_failed")


class TestText:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (None, None), ("00123 ", "00123 "), (True, "TRUE"), (12345678901234567, "12345678901234567"),
            (Decimal("1E+3"), "1000"), (Decimal("0.10"), "0.10"), (Decimal("1E-7"), "0.0000001"),
            (0.1, "0.1"),
            (dt.date(2026, 8, 15), "2026-08-15"),
            (dt.datetime(2026, 8, 15, 9, tzinfo=dt.UTC), "2026-08-15 09:00:00+00:00"),
            (UUID(int=1), "00000000-0000-0000-0000-000000000001"), ([1, "甲"], '[1, "甲"]'),
        ],
    )  # fmt: skip
    def test_each_kind_exactly(self, value, text):
        assert as_text(value) == text

    @given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
    def test_a_decimal_is_the_same_number(self, value):
        assert Decimal(as_text(value)) == value

    @given(st.lists(st.tuples(st.text(), st.none() | st.text()), max_size=5))
    def test_any_text_comes_back(self, tmp_path_factory, rows):
        path = tmp_path_factory.mktemp("rows") / "rows.json"
        assert write(path, ["甲", "乙"], rows, most=10, size=1_000_000) == len(rows)
        assert json.loads(path.read_text("utf-8")) == {
            "columns": ["甲", "乙"],
            "rows": [list(r) for r in rows],
        }

    def test_a_file_beyond_the_platforms_limit(self, tmp_path):
        with pytest.raises(PullFailed, match="上限"):
            write(tmp_path / "x.json", ["甲"], [["x" * 100]], most=10, size=50)
