"""Error answers, headers of static files, the home folder."""

import sqlite3
from contextlib import closing

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory

from gongzhi.web.errors import server_error
from gongzhi.web.home import Home, UnsafeHome, database


def test_health_tells_nothing_else(db):
    answer = Client().get("/healthz")
    assert answer.json() == {"status": "ok"}
    assert "Set-Cookie" not in answer.headers


def test_an_error_answers_in_chinese_even_when_the_session_is_what_broke(client_of, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("gongzhi.organisation.views.account.in_force", broken)
    client = client_of("liaison")
    client.raise_request_exception = False
    answer = client.get("/account")
    assert answer.status_code == 500
    assert "系统出了点问题" in answer.content.decode()
    assert "secret detail" not in answer.content.decode()
    assert server_error(RequestFactory().get("/")).status_code == 500


class Full(Exception):
    sqlstate = "53100"


def sqlite_is_full():
    """What SQLite itself says where a database may not grow."""
    try:
        with closing(sqlite3.connect(":memory:")) as small:
            small.execute("PRAGMA max_page_count = 1")
            small.execute("CREATE TABLE t (x)")
    except sqlite3.OperationalError as error:
        return error


@pytest.mark.parametrize(
    "why",
    [
        OSError(28, "No space left on device"),
        OSError("No space left on device (os error 28)"),
        sqlite_is_full(),
        Full(),
    ],
)
def test_a_full_disk_is_told_as_what_it_is(client_of, monkeypatch, why):
    def broken(*_, **__):
        raise OperationalError from why

    monkeypatch.setattr("gongzhi.organisation.views.account.in_force", broken)
    client = client_of("liaison")
    client.raise_request_exception = False
    answer = client.get("/account")
    assert answer.status_code == 507
    assert "存储空间已满" in answer.content.decode()


def test_a_machine_is_told_to_come_again_where_the_disk_is_full(rf):
    try:
        raise OSError(28, "No space left on device")
    except OSError:
        answer = server_error(rf.post("/api/v1/submissions", b"x" * 10, content_type="text/csv"))
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")


def test_a_stranger_gets_the_same_404_everywhere(db):
    answers = {Client().get(path).content for path in ("/no", "/no/such", "/people/x")}
    assert len(answers) == 1
    assert "没有这个页面" in answers.pop().decode()


def test_an_address_that_only_takes_a_form_says_so_when_it_is_opened(client_of):
    answer = client_of("liaison").get("/messages/read")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "这个地址不能直接打开" in answer.content.decode()
    assert 'href="/"' in answer.content.decode()


def test_no_page_names_another_machine(client_of):
    for page in ("/components", "/account", "/people"):
        text = client_of("office").get(page).content.decode()
        assert "http://" not in text.replace("http://www.w3.org", "")
        assert "https://" not in text


def test_a_secret_is_made_once_and_refused_when_others_can_read_it(tmp_path):
    home = Home(tmp_path / "home")
    home.prepare()
    first = home.secret("master")
    assert home.secret("master") == first
    assert len(first) == 32
    path = tmp_path / "home" / "keys" / "master"
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    with pytest.raises(UnsafeHome, match="chmod 600"):
        home.secret("master")


def test_database_addresses(tmp_path):
    home = Home(tmp_path)
    assert database("", home)["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    tcp = database("postgresql://me:p%40ss@db:5433/gongzhi", home)
    assert (tcp["NAME"], tcp["USER"], tcp["PASSWORD"], tcp["HOST"], tcp["PORT"]) == (
        "gongzhi", "me", "p@ss", "db", "5433",
    )  # fmt: skip
    assert database("postgresql://me:@/gongzhi?host=/run/pg", home)["HOST"] == "/run/pg"


def test_cookies_are_closed_to_scripts_and_other_sites(cast):
    from tests.cast import PASSWORD  # noqa: PLC0415  # the apps must be ready

    client = Client()
    client.get("/login")
    client.post("/login", {"username": "liaison", "password": PASSWORD})
    assert set(client.cookies) >= {"gongzhi", "csrftoken"}
    for cookie in client.cookies.values():
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["path"] == "/"
        assert not cookie["domain"]


@pytest.fixture(params=["a broken file", "no folder", "an empty folder"])
def unreadable(request, settings, tmp_path):
    """A definitions folder that cannot be read."""
    settings.DEFINITIONS = tmp_path / "definitions"
    if request.param != "no folder":
        settings.DEFINITIONS.mkdir()
    if request.param == "a broken file":
        (settings.DEFINITIONS / "roles.yml").write_text("duties: [", "utf-8")


@pytest.mark.parametrize("address", ["/login", "/account", "/no", "/hits", "/exports"])
def test_definitions_that_cannot_be_read_are_told_plainly(cast, client_of, unreadable, address):
    for client in (Client(), client_of("liaison")):
        client.raise_request_exception = False
        answer = client.get(address)
        while answer.status_code == 302:
            answer = client.get(answer["Location"])
        text = answer.content.decode()
        assert answer.status_code == 500
        assert "目录与规则读不出来" in text
        assert "gongzhi definitions check" in text
        assert "Traceback" not in text
        assert "roles.yml" not in text


def test_a_machine_is_told_as_a_machine(db, unreadable):
    answer = server_error(RequestFactory().get("/api/v1/submissions"))
    assert answer.status_code == 500
    assert answer["Content-Type"].startswith("application/problem+json")


def test_when_not_even_the_page_can_be_drawn_words_are_left(db, monkeypatch):
    def broken(*_, **__):
        raise ValueError("no static files")

    monkeypatch.setattr("gongzhi.web.errors.render_to_string", broken)
    answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "系统出了点问题" in answer.content.decode()
    assert "no static files" not in answer.content.decode()
