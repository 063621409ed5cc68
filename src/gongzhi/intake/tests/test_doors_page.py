"""The page of the doors: what it tells the system administrator, and what it never tells."""

import datetime as dt

import pytest
from django.utils import timezone
from tests.files import PRESALE_HEAD, csv_file, presale_rows, taken

from gongzhi.catalogue.models import Obligation
from gongzhi.engine.doors import Database, Doors, Hook, Secret, Source, Watched
from gongzhi.intake.actions.folder import take_files, taking
from gongzhi.intake.models import FolderFile, Look, Pull, Submission
from gongzhi.work.actions import announce
from gongzhi.work.models import Delivery

pytestmark = pytest.mark.django_db
PLACE = "建设交通局/9.5 商品房预售信息/2026年三季度"
SECRETS = ("10.9.8.7", "reader_of_ours", "OUR_PASSWORD", "/etc/gongzhi", "housing_db", "老张的表")


@pytest.fixture
def watched(home, tmp_path, settings):
    path = tmp_path / "exchange"
    (path / PLACE).mkdir(parents=True)
    database = Database(
        kind="mysql", host="10.9.8.7", name="housing_db", user="reader_of_ours",
        password=Secret(environment="OUR_PASSWORD"), authority="/etc/gongzhi/ca.pem",
    )  # fmt: skip
    source = Source(
        name="presale", unit="建设交通局", resource="9.5", database=database, query="SELECT 1 AS a",
        since=dt.date(2026, 1, 1),
    )  # fmt: skip
    settings.DOORS = Doors(folder=Watched(path=str(path)), sources=(source,))
    return path


def shown(client_of):
    answer = client_of("system").get("/doors")
    assert answer.status_code == 200
    text = answer.content.decode()
    assert not [secret for secret in SECRETS if secret in text]
    return text


def test_last_look_last_file_and_what_waits(watched, client_of):
    assert "还没有查看过" in shown(client_of)
    csv_file(watched / PLACE / "老张的表.csv", PRESALE_HEAD, presale_rows(2))
    take_files()
    page = shown(client_of)
    assert "文件夹里有 1 份文件" in page
    assert "建设交通局 / 9.5 商品房预售信息 / 2026年三季度" in page
    assert "等待读取" in page
    FolderFile.objects.update(seen_at=timezone.now() - taking.SETTLED)
    take_files()
    page = shown(client_of)
    assert "已入库 1 份" in page
    assert "等待读取" not in page
    FolderFile.objects.create(
        path=f"{PLACE}/老张的表.xlsx", size=1, changed_ns=1, seen_at=timezone.now(), tries=2
    )
    assert "已出错 2 次" in shown(client_of)


def test_a_folder_that_cannot_be_opened_and_a_worker_that_stands_are_faults(watched, client_of, settings):
    settings.DOORS = Doors(folder=Watched(path=f"{watched}/gone"))
    with pytest.raises(FileNotFoundError):
        take_files()
    assert "打不开" in shown(client_of)
    Look.objects.update(at=timezone.now() - dt.timedelta(minutes=30), fault="")
    page = shown(client_of)
    assert "超过十分钟没有查看" in page
    assert "打不开" not in page
    assert "没有前置库" in page


def test_sources_with_their_last_pull_and_the_periods_that_wait(watched, client_of):
    Obligation.objects.create(
        unit="construction_transport", resource="9.5", period="2026Q1", period_end=dt.date(2026, 3, 31),
        opens=dt.date(2026, 1, 1), due=dt.date(2026, 4, 15), definitions="0" * 64,
    )  # fmt: skip
    assert "还没有取过" in shown(client_of)
    Pull.objects.create(
        source="presale", period="2026Q1", at=timezone.now(), code="query_failed 1045", tries=3
    )
    page = shown(client_of)
    assert "数据库执行查询出错（1045）" in page
    assert "已试 3 次" in page
    assert "2026年一季度" in page


def test_a_source_whose_rows_were_refused_is_no_success(watched, client_of):
    refused = Submission.objects.create(
        unit="construction_transport", resource="9.5", period="2026Q1", state="refused", channel="sql",
        file_name="presale-2026Q1.json", file_digest="0" * 64, file_size=1, received_at=timezone.now(),
    )  # fmt: skip
    Pull.objects.create(
        source="presale", period="2026Q1", at=timezone.now(), code="done", tries=1, rows=3, submission=refused
    )
    assert '<span class="mark stop">已取数，未入库</span>' in shown(client_of)


def test_without_doors_it_says_so_and_nobody_else_is_let_in(home, client_of):
    page = shown(client_of)
    assert "没有前置机文件夹" in page
    for name in ("liaison", "office", "security", "auditor"):
        assert client_of(name).get("/doors").status_code == 404


def test_what_waits_and_the_sources_are_taken_away(watched, client_of):
    csv_file(watched / PLACE / "老张的表.csv", PRESALE_HEAD, presale_rows(2))
    take_files()
    page = shown(client_of)
    for key, sheet in (("waiting", "前置机文件夹在等的文件"), ("sources", "前置库的数据源")):
        assert f"?export={key}" in page
        cells = taken(client_of("system").get(f"/doors?export={key}"))
        assert sheet in cells
        assert not [secret for secret in SECRETS if any(secret in cell for cell in cells)]
    assert "presale" in cells


def test_units_systems_that_hear_outcomes_and_a_unit_that_there_is_not(home, client_of, settings):
    secret = Secret(environment="OUR_PASSWORD")
    settings.DOORS = Doors(
        hooks=tuple(
            Hook(unit=name, address="https://10.9.8.7/x", secret=secret) for name in ("建设交通局", "建设局")
        )
    )
    page = shown(client_of)
    assert page.count("还没有送过") == 2
    assert page.count("没有这个单位，不会送出") == 1
    for _ in range(2):
        announce(unit="construction_transport", said={})
    first = Delivery.objects.first()
    Delivery.objects.filter(pk=first.pk).update(state="sent", sent_at=timezone.now())
    page = shown(client_of)
    assert page.count("还没有送过") == 1
    assert '<td class="num" data-label="待发">1</td>' in page
