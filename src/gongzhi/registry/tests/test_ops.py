"""The register in the lake: written when it has changed, once; what is handed in is checked against it."""

from __future__ import annotations

import datetime as dt
import os

import pytest
from tests.files import PRESALE_HEAD, credit_code, csv_file, presale_rows

from gongzhi.cli import verify
from gongzhi.engine.lake import REGISTER, Lake
from gongzhi.intake.actions.derived import put_ops
from gongzhi.intake.actions.orphans import GRACE_SECONDS, sweep
from gongzhi.intake.models import OpsFile, Submission
from gongzhi.intake.queries import findings_of
from gongzhi.registry.actions import put_register, refresh
from gongzhi.registry.models import Taxpayer
from gongzhi.web.home import Home

from .test_joins import HEAD, developer, register, submit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lake(tmp_path, settings):
    settings.HOME = Home(tmp_path / "home")
    settings.LAKE, settings.ORIGINALS = (settings.HOME.folder(name) for name in ("lake", "originals"))
    return Lake(settings.LAKE)


def says(folder, period, status, closed_on):
    """The bureau's register of a month: one developer, in this state."""
    row = [*developer(0, 纳税人状态=status, 更新日期=f"{period}-01"), closed_on]
    submit(csv_file(folder / f"登记{period}.csv", (*HEAD, "注销日期"), [row]), "T.1", period, "区税务局")
    refresh(by=None)
    put_register()


def written():
    return OpsFile.objects.get(name=REGISTER)


def test_the_register_is_written_when_it_has_changed_and_not_again(tmp_path, lake):
    assert put_register() == 0
    register(tmp_path, [developer(0), developer(1, 曾用名="绍兴旧名置业有限公司")])
    assert put_register() == 1
    first = written()
    rows = lake.read(first.path)
    assert sorted(rows["name"]) == [
        "绍兴旧名置业有限公司",
        "绍兴示例0号置业有限公司",
        "绍兴示例1号置业有限公司",
    ]
    assert rows.filter(rows["former"])["code"].to_list() == [credit_code(1)]
    assert (rows.height, set(rows["status"])) == (first.rows, {"正常"})
    assert refresh(by=None) == put_register() == 0
    assert written().path == first.path
    register(tmp_path, [developer(0, 曾用名="绍兴更早名置业有限公司")], "2026-09")
    assert put_register() == 1
    assert "绍兴更早名置业有限公司" in lake.read(written().path)["name"]


def test_an_old_file_is_swept_and_the_latest_is_part_of_what_is_verified(tmp_path, lake):
    register(tmp_path, [developer(0)])
    put_register()
    first = written().path
    register(tmp_path, [developer(1)], "2026-09")
    put_register()
    for path in lake.files():
        os.utime(path, (0, 0))
    assert lake.path(first).exists()
    assert sweep(grace=GRACE_SECONDS) == 1
    assert not lake.path(first).exists()
    assert verify.lake()["whole"]
    lake.path(written().path).write_bytes(b"")
    assert [loss["path"] for loss in verify.lake()["losses"]] == [written().path]


def test_a_slower_writer_does_not_put_an_older_register_over_a_newer_one(tmp_path, lake):
    register(tmp_path, [developer(0)])
    put_register()
    old = lake.write("_ops/slow", lake.read(written().path))
    register(tmp_path, [developer(1)], "2026-09")
    put_register()
    newest = written().path
    assert not put_ops(name=REGISTER, stored=old, made=1)
    assert written().path == newest
    assert not lake.path(old.path).exists()


def test_what_breaks_off_while_it_is_written_is_tried_again(tmp_path, lake, monkeypatch):
    register(tmp_path, [developer(0)])

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(Lake, "write", full)
        with pytest.raises(OSError, match="No space"):
            put_register()
    assert written().path is None
    assert put_register() == 1


def test_presales_are_checked_against_the_latest_register(tmp_path):
    says(tmp_path, "2026-08", "注销", "2026-08-01")
    assert Taxpayer.objects.get().closed_on == dt.date(2026, 8, 1)
    presale(tmp_path, "2026Q3", 0)
    assert codes("2026Q3") == {"closed_in_register": [2], "not_in_register": [3]}
    says(tmp_path, "2026-09", "正常", "")
    assert Taxpayer.objects.get().closed_on is None
    presale(tmp_path, "2026Q2", 10)
    assert codes("2026Q2") == {"not_in_register": [3]}


def presale(folder, period, number):
    day = "2026-05-15" if period == "2026Q2" else "2026-08-15"
    rows = [[f"{row[0]}{number}", *row[1:]] for row in presale_rows(2, day=day)]
    submit(csv_file(folder / f"{period}.csv", PRESALE_HEAD, rows), "9.5", period, "建设交通局")


def codes(period):
    found = findings_of(Submission.objects.get(period=period))
    about = found.filter(found["code"].str.contains("register")).sort("row")
    return {code: rows["row"].to_list() for (code,), rows in about.group_by("code", maintain_order=True)}
