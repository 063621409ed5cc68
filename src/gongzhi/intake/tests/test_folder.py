"""前置机: what units put into the watched folder comes in like any other file, and is answered beside it."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path

import openpyxl
import pytest
from django.utils import timezone
from tests.files import PRESALE_HEAD, csv_file, presale_rows, workbook

from gongzhi.catalogue.models import Obligation
from gongzhi.engine.doors import Doors, Watched
from gongzhi.intake import actions
from gongzhi.intake.actions.folder import answer_again, prepare_places, take_files, taking
from gongzhi.intake.actions.folder.place import place_of
from gongzhi.intake.models import Batch, FolderFile, Submission
from gongzhi.intake.states import State

pytestmark = pytest.mark.django_db
UNIT = "construction_transport"
PLACE = "建设交通局/9.5 商品房预售信息/2026年三季度"


@pytest.fixture
def watched(home, tmp_path, settings):
    """The watched folder, empty."""
    path = tmp_path / "exchange"
    path.mkdir()
    settings.DOORS = Doors(folder=Watched(path=str(path)))
    return path


@pytest.fixture
def place(watched):
    made = watched / PLACE
    made.mkdir(parents=True)
    return made


def look():
    """Two looks with time between them; how many files were dealt with at the second."""
    take_files()
    FolderFile.objects.filter(told="").update(seen_at=timezone.now() - taking.SETTLED)
    return take_files()


def answer_of(folder: Path) -> Path:
    (found,) = (folder / "回复").iterdir()
    return found


def told(folder: Path) -> tuple[str, dict]:
    found = answer_of(folder)
    return (found / "结果.txt").read_text("utf-8-sig"), json.loads((found / "结果.json").read_text("utf-8"))


def broken(rows):
    rows[1][1] = str(rows[1][1])[:-1] + ("0" if str(rows[1][1])[-1] != "0" else "1")
    return rows


class TestTaking:
    def test_a_file_comes_in_with_its_receipt_and_is_put_aside(self, place):
        workbook(place / "预售.xlsx", [PRESALE_HEAD, *presale_rows(3)])
        assert look() == 1
        submission = Submission.objects.get()
        assert (submission.channel, submission.unit, submission.period) == ("folder", UNIT, "2026Q3")
        said, data = told(place)
        assert said.startswith("已入库")
        assert (data["outcome"], data["accepted"]) == ("accepted", 3)
        receipt = json.loads((answer_of(place) / "回执.json").read_text("utf-8"))
        assert receipt["number"] == submission.batch.receipt.number
        (kept,) = (place / "已收").iterdir()
        assert kept.name.endswith(" 预售.xlsx")
        assert not (place / "预售.xlsx").exists()
        assert look() == 0

    def test_bad_rows_come_back_and_mended_they_add(self, place):
        workbook(place / "预售.xlsx", [PRESALE_HEAD, *broken(presale_rows(3))])
        look()
        said, data = told(place)
        assert (data["outcome"], data["set_aside"]) == ("partial", 1)
        assert "数据!B3" in said
        assert (answer_of(place) / "标注表.xlsx").exists()
        book = openpyxl.load_workbook(answer_of(place) / "待补正行.xlsx")
        page = book[book.sheetnames[0]]
        column = [cell.value for cell in page[1]].index(PRESALE_HEAD[1]) + 1
        page.cell(2, column).value = presale_rows(3)[1][1]
        book.save(place / "补正.xlsx")
        look()
        assert [batch.kind for batch in Batch.objects.order_by("version")] == ["first", "adds"]

    def test_it_is_left_alone_while_it_grows(self, place):
        path = csv_file(place / "预售.csv", PRESALE_HEAD, presale_rows(2))
        assert take_files() == 0
        assert take_files() == 0  # too soon
        FolderFile.objects.update(seen_at=timezone.now() - taking.SETTLED)
        csv_file(path, PRESALE_HEAD, presale_rows(3))
        assert take_files() == 0  # changed since
        assert look() == 1
        assert Batch.objects.get().rows == 3

    def test_what_is_under_way_is_not_looked_at(self, place):
        for name in ("预售.xlsx.part", "~$预售.xlsx", ".预售.xlsx.swp", "预售.xlsx.filepart", "Thumbs.db"):
            (place / name).write_bytes(b"x")
        look()
        assert not FolderFile.objects.exists()

    def test_it_counts_as_received_when_it_was_first_seen_whole(self, place):
        csv_file(place / "预售.csv", PRESALE_HEAD, presale_rows(2))
        take_files()
        seen = timezone.now() - dt.timedelta(hours=1)
        FolderFile.objects.update(seen_at=seen)
        take_files()
        assert Submission.objects.get().received_at == seen

    def test_the_same_file_again_is_the_same_batch_and_is_answered_again(self, place):
        second = timezone.now().replace(microsecond=0) - dt.timedelta(minutes=1)
        for part in (100_000, 900_000):  # both within one second
            csv_file(place / "预售.csv", PRESALE_HEAD, presale_rows(2))
            os.utime(place / "预售.csv", ns=(1, 1))
            take_files()
            FolderFile.objects.filter(told="").update(seen_at=second.replace(microsecond=part))
            take_files()
        assert Batch.objects.count() == 1
        assert FolderFile.objects.filter(told="accepted").count() == 2
        assert len(list((place / "已收").iterdir())) == len(list((place / "回复").iterdir())) == 2

    def test_a_second_file_for_a_filled_place_says_what_it_is_by_its_folder(self, place):
        csv_file(place / "一.csv", PRESALE_HEAD, presale_rows(2))
        look()
        csv_file(place / "二.csv", PRESALE_HEAD, presale_rows(2, start=5))
        look()
        row = FolderFile.objects.get(told="refused")
        said = (place.parents[2] / row.answer / "结果.txt").read_text("utf-8-sig")
        assert "已有入库批次" in said
        assert "“更正”里" in said
        (place / "更正").mkdir()
        csv_file(place / "更正" / "三.csv", PRESALE_HEAD, presale_rows(2, start=5))
        look()
        assert told(place / "更正")[1]["outcome"] == "accepted"
        (place / "补充" / "9.5-2026Q3-02").mkdir(parents=True)
        csv_file(place / "补充" / "9.5-2026Q3-02" / "四.csv", PRESALE_HEAD, presale_rows(1, start=9))
        look()
        assert [batch.kind for batch in Batch.objects.order_by("version")] == ["first", "replaces", "adds"]

    def test_nothing_there_to_correct_is_said(self, place):
        (place / "更正").mkdir()
        csv_file(place / "更正" / "一.csv", PRESALE_HEAD, presale_rows(2))
        look()
        assert "本期还没有入库的批次" in told(place / "更正")[0]


class TestWrongPlaces:
    @pytest.mark.parametrize(
        ("folder", "said"),
        [
            ("", "三层文件夹"),
            ("建设交通局/9.5", "三层文件夹"),
            ("建设交通局/9.5/2026Q3/其他", "没有“其他”"),
            ("某某局/9.5/2026Q3", "没有名为“某某局”的单位"),
            ("建设交通局/99.9/2026Q3", "没有编号或代码为“99.9”"),
            ("自然资源分局/9.5/2026Q3", "不由"),
            ("建设交通局/9.5/2026-09", "期间“2026-09”不合，应写成季度，如 2026Q3"),
            ("建设交通局/9.5/第三季度", "看不懂期间"),
        ],
    )
    def test_a_misplaced_file_stays_and_is_told_where_it_belongs(self, watched, folder, said):
        place = watched / folder
        place.mkdir(parents=True, exist_ok=True)
        path = csv_file(place / "预售.csv", PRESALE_HEAD, presale_rows(2))
        assert look() == 1
        assert said in told(place)[0]
        assert path.exists()
        assert look() == 0  # told once
        assert not Submission.objects.exists()
        path.unlink()
        look()
        assert not FolderFile.objects.exists()

    def test_links_and_pipes_are_refused_and_never_followed(self, watched, place, tmp_path):
        outside = tmp_path / "outside"
        outside.mkdir()
        secret = csv_file(outside / "secret.csv", PRESALE_HEAD, presale_rows(2))
        (place / "link.csv").symlink_to(secret)
        os.mkfifo(place / "pipe.csv")
        (watched / "自然资源分局").symlink_to(outside, target_is_directory=True)
        assert look() == 3
        assert not Submission.objects.exists()
        for answered in FolderFile.objects.all():
            assert "链接或特殊文件" in (watched / answered.answer / "结果.txt").read_text("utf-8-sig")
        assert list(outside.iterdir()) == [secret]

    def test_answers_never_leave_through_a_link(self, place, tmp_path, caplog):
        outside = tmp_path / "outside"
        outside.mkdir()
        (place / "回复").symlink_to(outside, target_is_directory=True)
        (place / "已收").symlink_to(outside, target_is_directory=True)
        csv_file(place / "预售.csv", PRESALE_HEAD, presale_rows(2))
        assert look() == 3
        assert list(outside.iterdir()) == []
        assert Batch.objects.get().rows == 2
        assert (place / "预售.csv").exists()
        assert "cannot be moved" in caplog.text
        assert "cannot be written" in caplog.text
        assert look() == 0

    def test_a_file_swapped_for_a_link_after_the_look_is_not_read(self, place, tmp_path, monkeypatch):
        path = csv_file(place / "预售.csv", PRESALE_HEAD, presale_rows(2))
        secret = csv_file(tmp_path / "secret.csv", PRESALE_HEAD, presale_rows(4))
        real = taking.place_of

        def swapped(parts):
            path.unlink()
            path.symlink_to(secret)
            return real(parts)

        monkeypatch.setattr(taking, "place_of", swapped)
        assert look() == 1
        assert "平台读不了这份文件" in told(place)[0]
        assert not Submission.objects.exists()

    def test_a_file_that_is_no_table_is_refused_with_the_reason(self, place):
        (place / "照片.xlsx").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
        assert look() == 1
        said, data = told(place)
        assert data["outcome"] == "refused"
        assert Submission.objects.get().state == State.REFUSED
        assert data["refusal"]["text"] in said

    def test_a_name_that_is_no_text_and_a_very_long_one(self, place, watched):
        content = csv_file(watched / "x.csv", PRESALE_HEAD, presale_rows(2)).read_bytes()
        (watched / "x.csv").unlink()
        raw = os.path.join(os.fsencode(place), "预售".encode("gbk") + b".csv")
        Path(os.fsdecode(raw)).write_bytes(content)
        (place / f"{'长' * 80}.csv").write_bytes(content)
        assert look() == 2
        assert Batch.objects.count() == 1
        assert FolderFile.objects.filter(told="accepted").count() == 2

    def test_too_large_is_said_and_not_read(self, place, settings):
        settings.MAX_FILE_BYTES = 10
        csv_file(place / "预售.csv", PRESALE_HEAD, presale_rows(2))
        look()
        assert "请分成几份" in told(place)[0]


class TestAfterwards:
    def test_a_death_after_the_hand_in_gives_the_same_once_more(self, place, monkeypatch):
        csv_file(place / "预售.csv", PRESALE_HEAD, presale_rows(2))

        real = taking._handed_in

        def dies_after(*more):
            real(*more)
            raise KeyboardInterrupt

        def dies(*_):
            raise KeyboardInterrupt

        for step, broken_off in (("_handed_in", dies_after), ("_moved", dies)):
            with monkeypatch.context() as dying:
                dying.setattr(taking, step, broken_off)
                with pytest.raises(KeyboardInterrupt):
                    look()
        assert (place / "预售.csv").exists()
        assert take_files() + answer_again() == 1
        assert Submission.objects.count() == Batch.objects.count() == 1
        assert told(place)[1]["outcome"] == "accepted"

    def test_a_death_after_moving_is_answered_later(self, place, monkeypatch):
        csv_file(place / "预售.csv", PRESALE_HEAD, presale_rows(2))

        def die(*_):
            raise KeyboardInterrupt

        with monkeypatch.context() as dying:
            dying.setattr(taking, "_answered", die)
            with pytest.raises(KeyboardInterrupt):
                look()
        assert not (place / "预售.csv").exists()
        assert answer_again() == 1
        assert told(place)[1]["outcome"] == "accepted"
        assert answer_again() == 0

    def test_one_that_breaks_off_keeps_no_other_waiting_and_is_given_up(self, place, monkeypatch, caplog):
        csv_file(place / "坏.csv", PRESALE_HEAD, presale_rows(2))
        csv_file(place / "好.csv", PRESALE_HEAD, presale_rows(2, start=4))
        real = taking.hand_in

        def hand_in(*, name, **more):
            if name == "坏.csv":
                raise OSError(28, "No space left on device")
            return real(name=name, **more)

        monkeypatch.setattr(taking, "hand_in", hand_in)
        assert look() == 1
        for _ in range(taking.MOST_TRIES):
            look()
        assert Batch.objects.get().submission.file_name == "好.csv"
        row = FolderFile.objects.get(told="refused")
        assert "系统管理员" in (place.parents[2] / row.answer / "结果.txt").read_text("utf-8-sig")
        assert "could not be taken in" in caplog.text

    def test_two_persons_wait_and_the_outcome_is_told_when_it_is_there(self, place, cast):
        actions.begin_two_persons(unit=UNIT, by=cast["liaison"])
        csv_file(place / "预售.csv", PRESALE_HEAD, presale_rows(2))
        look()
        said, data = told(place)
        assert (data["outcome"], data["receipt"]) == ("awaiting", None)
        assert "两人报送" in said
        assert answer_again() == 0
        submission = Submission.objects.get()
        actions.send_back(submission=submission, reason="缺八月的", by=cast["head"])
        assert answer_again() == 1
        assert "缺八月的" in told(place)[0]
        actions.propose(submission=submission, by=cast["liaison"])
        actions.commit(submission=submission, by=cast["head"])
        assert answer_again() == 1
        assert told(place)[1]["outcome"] == "accepted"
        assert (answer_of(place) / "回执.json").exists()

    def test_a_return_by_the_office_is_told(self, place, cast):
        csv_file(place / "预售.csv", PRESALE_HEAD, presale_rows(2))
        look()
        remarks = [{"part": 0, "row": 3, "field": "", "text": "与规划许可不符"}]
        actions.return_batch(batch=Batch.objects.get(), reason="请核对", by=cast["office"], remarks=remarks)
        assert answer_again() == 1
        said, data = told(place)
        assert data["outcome"] == "returned"
        assert "请核对" in said
        assert "第 3 行 与规划许可不符" in said
        assert answer_again() == 0

    def test_folders_are_made_for_what_is_owed_now(self, watched):
        today = timezone.localdate()
        soon, late = today + dt.timedelta(1), today - dt.timedelta(1)
        for number, opens, due in (("9.5", today, today), ("9.6", late, late), ("9.4", soon, soon)):
            Obligation.objects.create(
                unit=UNIT, resource=number, period="2026Q3", period_end=today, opens=opens, due=due,
                definitions="0" * 64,
            )  # fmt: skip
        assert prepare_places() == 0  # no unit has its folder
        for name in ("建设交通局", "随便"):
            (watched / name).mkdir()
        assert prepare_places() == 2
        made = sorted(path.name for path in (watched / "建设交通局").iterdir())
        assert made == ["9.5 商品房预售信息", "9.6 商品房网签信息"]  # what is overdue too

    def test_the_folder_of_a_stock_says_that_it_is_one_and_takes_its_file(self, watched):
        today = timezone.localdate()
        Obligation.objects.create(
            unit=UNIT, resource="9.5", period=f"{today}", period_end=today, opens=today, due=today,
            definitions="0" * 64, of_stock=True,
        )  # fmt: skip
        (watched / "建设交通局").mkdir()
        prepare_places()
        place = watched / "建设交通局" / "9.5 商品房预售信息" / f"{today} 存量"
        workbook(place / "预售.xlsx", [PRESALE_HEAD, *presale_rows(2)])
        look()
        assert Submission.objects.get().period == f"{today}"

    @pytest.mark.parametrize(
        ("folder", "number"),
        [
            ("9.5商品房预售信息", "9.5"),
            ("9.5_预售", "9.5"),
            ("presale_permits", "presale_permits"),
            ("K.30工程项目", "K.30"),
            ("3.1-a 甲", "3.1/a"),
            ("3.1-a甲", "3.1/a"),
            ("9.5-above", "9.5"),
        ],
    )
    def test_a_folder_is_known_by_the_number_that_it_begins_with(self, folder, number):
        assert place_of(["建设交通局", folder, "2026Q3"]).resource == number

    def test_without_the_setting_nothing_is_done(self, home):
        assert (take_files(), answer_again(), prepare_places()) == (0, 0, 0)
