"""The doors file: read strictly, secrets never lying open."""

from __future__ import annotations

import pytest

from gongzhi.engine.doors import Doors, DoorsError, NoSecret, Secret, doors_of

WHOLE = """
folder: {path: /srv/exchange}
sources:
  - name: presale
    unit: 甲局
    resource: "1.1"
    database: {kind: postgresql, host: 10.0.0.5, name: housing, user: reader, password: {environment: PW}}
    query: SELECT a FROM b WHERE c BETWEEN :period_start AND :period_end
    since: 2026-07-01
  - name: permits
    unit: 甲局
    resource: "1.2"
    database: {kind: mysql, host: localhost, name: permits, user: reader}
    table: office.permits
    columns: {许可证号: permit_no}
    day: issued_on
    since: 2026-07-01
hooks:
  - {unit: 甲局, address: "https://a.example.cn/outcomes", secret: {file: /etc/secret}}
"""


@pytest.fixture
def written(tmp_path):
    def at(text):
        path = tmp_path / "doors.yml"
        path.write_text(text, "utf-8")
        return str(path)

    return at


def test_a_whole_file_is_read_and_no_file_opens_no_door(written):
    doors = doors_of(written(WHOLE))
    assert doors.folder.path == "/srv/exchange"
    assert doors.source("presale").database.encrypted
    assert not doors.source("permits").database.encrypted
    assert doors.source("permits").columns == {"许可证号": "permit_no"}
    assert doors_of("") == Doors()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("folder:", "folders:", "不认识的键"),
        ("/srv/exchange", "exchange", "folder.path"),
        ('resource: "1.1"', "resource: 1.1", "应为文字"),
        ("name: permits\n", "name: presale\n", "“presale”重复"),
        ("SELECT a", "DELETE FROM a; SELECT a", "以 SELECT 或 WITH 开头"),
        ("FROM b", "FROM b;", "不带分号"),
        ("    table: office.permits\n", "", "其中一个"),
        ("table: office.permits", "table: office.permits; DROP", "table"),
        ("    columns: {许可证号: permit_no}\n", "", "要写 columns"),
        ("password: {environment: PW}", "password: hunter2", "password"),
        ("{environment: PW}", "{}", "其中一个"),
        ("https://a.example.cn", "http://a.example.cn", "https://"),
        ("/outcomes", "/outcomes?key=1", "不带用户名"),
        ("kind: mysql", "kind: oracle", "kind"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_line(written, before, after, said):
    assert before in WHOLE
    with pytest.raises(DoorsError, match=r"doors\.yml:\d+: ") as refused:
        doors_of(written(WHOLE.replace(before, after, 1)))
    assert said in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(DoorsError, match="读不出来"):
        doors_of(str(tmp_path / "none.yml"))


def test_a_secret_is_in_the_environment_or_in_a_file_of_its_owner(tmp_path, monkeypatch):
    monkeypatch.setenv("PW", "one")
    assert Secret(environment="PW").value() == "one"
    path = tmp_path / "secret"
    path.write_text("two\n")
    path.chmod(0o644)
    with pytest.raises(NoSecret, match="chmod 600"):
        Secret(file=str(path)).value()
    path.chmod(0o600)
    assert Secret(file=str(path)).value() == "two"
    monkeypatch.delenv("PW")
    for lost in (Secret(environment="PW"), Secret(file=str(tmp_path / "none"))):
        with pytest.raises(NoSecret):
            lost.value()
