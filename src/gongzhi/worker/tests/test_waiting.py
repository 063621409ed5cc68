"""The worker's part of a hand-in: what waits is checked, what breaks is tried again and then says so."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils import timezone
from tests.files import PRESALE_HEAD, csv_file, presale_rows

from gongzhi.intake.actions import committing, preparation, receive, submission, under_way
from gongzhi.intake.actions.place import Place
from gongzhi.intake.actions.under_way import at_it
from gongzhi.intake.models import Submission
from gongzhi.intake.states import State
from gongzhi.web.home import Home
from gongzhi.worker.pipeline import tick

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(tmp_path, settings):
    made = Home(tmp_path / "home")
    settings.HOME = made
    settings.LAKE, settings.ORIGINALS = made.folder("lake"), made.folder("originals")

    def received(number):
        path = csv_file(tmp_path / f"{number}.csv", PRESALE_HEAD, presale_rows(2, start=2 * number))
        place = Place("9.5", "2026Q3", "建设交通局")
        return receive(file=path, name=path.name, place=place, by=None, channel="page")

    return received


def an_hour_later():
    Submission.objects.exclude(checked_at=None).update(checked_at=timezone.now() - dt.timedelta(hours=1))


def test_what_waits_is_checked_once(waiting):
    waiting(1)
    assert tick()["check"] == 1
    assert tick()["check"] == 0
    one = Submission.objects.get()
    assert (one.state, one.accepted) == (State.CHECKED, 2)


def test_what_another_process_is_at_is_left_alone_until_that_must_have_died(waiting):
    one = waiting(1)
    with at_it(one.pk):
        assert submission.claim(one)
        assert submission.check_waiting() == 0
        an_hour_later()
        assert submission.check_waiting() == 1


AT_IT = """
import fcntl, sys, time
lock = open(sys.argv[1], "wb")
fcntl.flock(lock, fcntl.LOCK_SH)
print(flush=True)
time.sleep(600)
"""


def test_a_check_whose_process_was_killed_is_begun_again_in_the_next_round(waiting):
    """It said 正在检查 for ten minutes, where nobody was at it."""
    one = waiting(1)
    lock = under_way._lock(one.pk)  # what `at_it` holds, here by a process that can be killed
    other = subprocess.Popen([sys.executable, "-c", AT_IT, str(lock)], stdout=subprocess.PIPE)
    assert other.stdout.readline()
    assert submission.claim(one)
    assert submission.check_waiting() == 0
    other.kill()
    other.communicate()
    assert submission.check_waiting() == 1
    one.refresh_from_db()
    assert (one.state, one.attempts) == (State.CHECKED, 2)
    assert not lock.exists()


def test_saying_anew_what_a_file_is_uses_up_no_attempt(waiting):
    """Each choice of 补充 or 更正 is a check; one more that was cut was refused as cut three times."""
    one = waiting(1)
    for whole in (True, False, True):
        submission.check(submission=one, by=None)
        place = Place("9.5", "2026Q3", "建设交通局", whole=whole)
        submission.tell(submission=one, place=place, by=None)
    assert (one.state, one.attempts) == (State.RECEIVED, 0)
    assert submission.check_waiting() == 1


def test_a_check_that_breaks_keeps_no_other_waiting_and_is_refused_after_three(waiting, monkeypatch, caplog):
    broken, good = waiting(1), waiting(2)
    real = submission.prepare

    def prepare(one, file):
        if one.pk == broken.pk:
            raise OSError(5, "Input/output error")
        return real(one, file)

    monkeypatch.setattr(submission, "prepare", prepare)
    assert submission.check_waiting() == 1
    good.refresh_from_db()
    assert good.state == State.CHECKED
    for _ in range(3):
        submission.check_waiting()
    broken.refresh_from_db()
    assert (broken.state, broken.attempts) == (State.REFUSED, 3)
    assert broken.refusal["code"] == "check_failed"
    assert "3 次" in broken.refusal["text"]
    assert "could not be checked" in caplog.text


def test_a_full_disk_uses_up_no_try_and_leaves_nothing_behind(waiting, monkeypatch, settings):
    """The file was refused within seconds, and came late when it was handed in again."""
    waiting(1)
    real = preparation._meta

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(preparation, "_meta", full)
    for _ in range(4):
        assert submission.check_waiting() == 0
    assert not list(settings.HOME.folder("staging").iterdir())
    monkeypatch.setattr(preparation, "_meta", real)  # there is space again
    assert submission.check_waiting() == 1
    one = Submission.objects.get()
    assert (one.state, one.attempts) == (State.CHECKED, 1)


def test_what_a_machine_handed_in_waits_for_space_too(waiting, monkeypatch):
    one = waiting(1)
    Submission.objects.update(channel="api")
    assert submission.check_waiting() == 1

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(committing, "committed_or_not", full)
    for _ in range(4):
        assert committing.take_in_waiting() == 0
    monkeypatch.undo()
    assert committing.take_in_waiting() == 1
    one.refresh_from_db()
    assert one.state == State.COMMITTED


def test_what_was_found_is_on_the_disk_before_it_gets_its_name(waiting, monkeypatch, settings):
    """After a power cut it is there whole, or found anew: a sealed part cut short would have come in."""
    one = waiting(1)
    synced, named, staging = [], [], settings.HOME.folder("staging")
    sync, rename = os.fsync, Path.rename

    def told(descriptor):
        synced.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")))
        sync(descriptor)

    def placed(path, target):
        if path.parent == staging:
            named.append({*path.iterdir(), path} <= set(synced))
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", told)
    monkeypatch.setattr(Path, "rename", placed)
    submission.check(submission=one, by=None)
    assert named == [True]
    assert (staging / str(one.pk) / "meta.json").exists()
