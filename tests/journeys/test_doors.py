"""二(二): a unit whose machine has nobody in front: folder and database in, signed outcomes back."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import openpyxl
import psycopg
import pytest
from django.test import Client
from django.utils import timezone
from tests.files import PRESALE_HEAD, credit_code, presale_rows, workbook
from tests.postgres import server_address
from tests.receiver import Receiver

from gongzhi.catalogue.models import Obligation
from gongzhi.engine.doors import Doors, doors_of
from gongzhi.intake.actions.folder import taking
from gongzhi.intake.models import Batch, FolderFile, Submission
from gongzhi.web.home import Home
from gongzhi.work.models import Delivery
from gongzhi.worker.pipeline import tick

pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]
Clients = Callable[[str], Client]
TABLE = f"presale_{os.getpid()}"  # the tests' workers may share one server
FILE = """
folder: {{path: {folder}}}
hooks:
  - {{unit: 建设交通局, address: "{address}", secret: {{environment: UNIT_SECRET}}}}
sources:
  - name: permits
    unit: 建设交通局
    resource: "9.5"
    database: {{kind: postgresql, host: {host}, name: {name}, user: {user}}}
    query: >-
      SELECT * FROM {table} WHERE "发证日期" BETWEEN :period_start AND :period_end
    since: 2026-04-01
"""


@pytest.fixture
def place(tmp_path: Path, settings: object, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the third quarter in a site whose file names all three doors."""
    home = Home(tmp_path / "home")
    settings.HOME, settings.LAKE, settings.ORIGINALS = home, home.folder("lake"), home.folder("originals")
    monkeypatch.setenv("UNIT_SECRET", "a secret of the tests")
    server = urlsplit(server_address())
    folder = tmp_path / "exchange"
    (tmp_path / "doors.yml").write_text(
        FILE.format(
            folder=folder, address=receiver.address, host=parse_qs(server.query)["host"][0],
            name=server.path.lstrip("/"), user=server.username, table=TABLE,
        ),
        "utf-8",
    )  # fmt: skip
    settings.DOORS = doors_of(str(tmp_path / "doors.yml"))
    made = folder / "建设交通局/9.5 商品房预售信息/2026Q3"
    made.mkdir(parents=True)
    return made


@pytest.fixture
def front() -> Iterator[psycopg.Connection]:
    """The unit's own database: a good second quarter."""
    with psycopg.connect(server_address(), autocommit=True) as connection:
        columns = ", ".join(f'"{heading}" text' for heading in PRESALE_HEAD[:-1])
        connection.execute(f'CREATE TABLE {TABLE} ({columns}, "发证日期" date)')
        places = ", ".join(["%s"] * len(PRESALE_HEAD))
        with connection.cursor() as cursor:
            rows = presale_rows(4, start=20, day="2026-05-20")
            cursor.executemany(f"INSERT INTO {TABLE} VALUES ({places})", rows)
        yield connection
        connection.execute(f"DROP TABLE {TABLE}")


def work() -> dict[str, int]:
    """The worker's rounds, with time between the looks at the folder."""
    tick()
    FolderFile.objects.filter(told="").update(seen_at=timezone.now() - taking.SETTLED)
    Delivery.objects.filter(state="waiting").update(next_at=timezone.now())
    done = tick()
    tick()
    return done


def told(receiver: Receiver) -> list[dict[str, object]]:
    return [json.loads(body) for _, body in receiver.calls]


def test_a_machine_hands_in_mends_and_hears_what_the_office_says(
    place: Path, receiver: Receiver, client_of: Clients
) -> None:
    rows = presale_rows(4)
    rows[2][1] = str(rows[2][1])[:-1] + ("0" if str(rows[2][1])[-1] != "0" else "1")
    workbook(place / "预售.xlsx", [PRESALE_HEAD, *rows])
    work()
    (answer,) = (place / "回复").iterdir()
    assert "入库" in (answer / "结果.txt").read_text("utf-8-sig")
    book = openpyxl.load_workbook(answer / "待补正行.xlsx")
    page = book[book.sheetnames[0]]
    column = [cell.value for cell in page[1]].index(PRESALE_HEAD[1]) + 1
    page.cell(2, column).value = credit_code(2)
    book.save(place / "补正.xlsx")
    work()
    assert sorted(Batch.objects.values_list("rows", flat=True)) == [1, 3]

    first = Batch.objects.get(kind="first")
    office = client_of("office")
    office.post(f"/batches/{first.pk}/return", {"reason": "请核对面积", "remarks": ""})
    work()
    assert "请核对面积" in (answer / "结果.txt").read_text("utf-8-sig")
    heard = told(receiver)
    assert [one["outcome"] for one in heard] == ["partial", "accepted", "returned"]
    assert heard[0]["batch"] == heard[2]["batch"] == first.number
    assert (heard[0]["accepted"], heard[0]["set_aside"]) == (3, 1)
    bodies = b"".join(body for _, body in receiver.calls).decode()
    for value in (str(rows[0][0]), str(rows[0][1]), str(rows[0][2]), "请核对面积", "预售.xlsx"):
        assert value not in bodies
    assert len({headers["X-Gongzhi-Nonce"] for headers, _ in receiver.calls}) == 3

    page = client_of("liaison").get("/submissions").content.decode()
    assert "预售.xlsx" in page
    assert "预售.xlsx" not in client_of("peer").get("/submissions").content.decode()


def test_two_persons_decide_on_what_a_machine_brought(
    place: Path, receiver: Receiver, client_of: Clients
) -> None:
    liaison, head = client_of("liaison"), client_of("head")
    liaison.post("/two-persons", {"wish": "two"})
    workbook(place / "预售.xlsx", [PRESALE_HEAD, *presale_rows(3)])
    work()
    (answer,) = (place / "回复").iterdir()
    assert (answer / "结果.txt").read_text("utf-8-sig").startswith("待复核")
    assert not Batch.objects.exists()
    submission = Submission.objects.get()
    head.post(f"/submissions/{submission.pk}/commit")
    work()
    assert (answer / "结果.txt").read_text("utf-8-sig").startswith("已入库")
    assert [one["outcome"] for one in told(receiver)] == ["awaiting", "accepted"]


def test_the_units_database_is_asked_once_the_period_has_ended(
    place: Path, receiver: Receiver, front: psycopg.Connection, cast: object
) -> None:
    owed = Obligation.objects.create(
        unit="construction_transport", resource="9.5", period="2026Q2", period_end=dt.date(2026, 6, 30),
        opens=dt.date(2026, 4, 1), due=dt.date(2026, 7, 15), definitions="0" * 64,
    )  # fmt: skip
    work()
    batch = Batch.objects.get(slot__period="2026Q2")
    assert (batch.rows, batch.submission.channel) == (4, "sql")
    owed.refresh_from_db()
    assert owed.received_at == batch.submission.received_at
    heard = [one for one in told(receiver) if one["period"] == "2026Q2"]
    assert [(one["outcome"], one["batch"]) for one in heard] == [("accepted", batch.number)]
    work()
    assert Batch.objects.filter(slot__period="2026Q2").count() == 1


def test_without_the_file_no_door_is_open(settings: object, cast: object) -> None:
    assert Doors() == settings.DOORS
    done = tick()
    assert (done["take"], done["answer"], done["pull"]) == (0, 0, 0)
