"""Two at the same instant: one outcome each as designed, and versions without a gap (security.md T07)."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.files import PRESALE_HEAD, csv_file, presale_rows
from tests.threads import at_once

from gongzhi.engine.lake import Lake
from gongzhi.intake.actions import check, commit, hand_in, receive
from gongzhi.intake.actions.orphans import sweep
from gongzhi.intake.actions.place import Place
from gongzhi.intake.actions.refused import Refused
from gongzhi.intake.actions.submission import check_waiting
from gongzhi.intake.models import Batch, Slot, Submission
from gongzhi.intake.queries import ledger
from gongzhi.intake.states import NotPossible, State

pytestmark = pytest.mark.django_db(transaction=True)
PLACE = ("9.5", "2026Q3", "建设交通局")


@pytest.fixture
def race(home, tmp_path, unshared_database):
    """race((rows, said) …): each handed in by a thread of its own at the same instant."""

    def run(*files):
        def act(number, rows, said):
            path = csv_file(tmp_path / f"{number}-{len(rows)}.csv", PRESALE_HEAD, rows)
            place = Place(*PLACE, **said)
            return lambda: hand_in(file=path, name="a.csv", place=place, by=None, channel="cli")

        return at_once(*(act(number, rows, said) for number, (rows, said) in enumerate(files)))

    return run


def settled(home):
    """What must hold after any race: gapless versions, whole lake, nothing left over."""
    for slot in Slot.objects.all():
        versions = sorted(slot.batches.values_list("version", flat=True))
        assert versions == list(range(1, slot.version + 1))
    assert list(Lake(home / "lake").losses(ledger())) == []
    sweep(grace=-1)
    left = {path.relative_to(home / "lake").as_posix() for path in Lake(home / "lake").files()}
    assert left == {stored.path for stored in ledger()}


def test_different_files_one_wins_and_the_other_is_told(race, home):
    outcomes = race(*((presale_rows(3, start=10 * n), {}) for n in range(4)))
    assert Counter(one.outcome for one in outcomes) == {"accepted": 1, "refused": 3}
    refusals = [one.as_json(1)["refusal"]["code"] for one in outcomes if one.outcome == "refused"]
    assert refusals == ["slot_filled"] * 3
    settled(home)


def test_the_same_file_is_one_batch_with_one_receipt(race, home):
    outcomes = race(*((presale_rows(3), {}) for _ in range(4)))
    answers = [one.as_json(1) for one in outcomes]
    assert {answer["outcome"] for answer in answers} == {"accepted"}
    assert len({answer["receipt"]["number"] for answer in answers}) == 1
    assert len({answer["submission"] for answer in answers}) == 1
    assert Batch.objects.count() == 1
    settled(home)


def test_the_same_content_in_other_files_is_one_batch(race, home):
    outcomes = race(*((sorted(presale_rows(4), key=lambda row: row[n]), {}) for n in (0, 1)),
                    (presale_rows(4)[::-1], {}))  # fmt: skip
    assert len({one.as_json(1)["receipt"]["number"] for one in outcomes}) == 1
    settled(home)


def test_of_two_corrections_of_one_batch_one_wins(race, home, hand):
    first = hand(presale_rows(3))
    said = {"replaces": first.batch.number}
    outcomes = race(*((presale_rows(3, start=10 * n), said) for n in (1, 2, 3)))
    won = [one for one in outcomes if not isinstance(one, Refused) and one.outcome == "accepted"]
    lost = [one for one in outcomes if one not in won]
    codes = {one.code if isinstance(one, Refused) else one.as_json(1)["refusal"]["code"] for one in lost}
    assert (len(won), codes) == (1, {"replaced_already"})
    assert list(Batch.objects.filter(replaced_by=None)) == [won[0].batch]
    settled(home)


def test_all_additions_come_in(race, home, hand):
    first = hand(presale_rows(3))
    said = {"adds": first.batch.number}
    outcomes = race(*((presale_rows(3, start=10 * n), said) for n in (1, 2, 3)))
    assert [one.outcome for one in outcomes] == ["accepted"] * 3
    assert sorted(one.batch.version for one in outcomes) == [2, 3, 4]
    settled(home)


def test_a_submission_confirmed_twice_at_once_is_committed_once(race, home, tmp_path):
    path = csv_file(tmp_path / "x.csv", PRESALE_HEAD, presale_rows(3))
    submission = receive(file=path, name="x.csv", place=Place(*PLACE), by=None, channel="page")
    check(submission=submission, by=None)
    copies = [Submission.objects.get(pk=submission.pk) for _ in range(3)]
    outcomes = at_once(*((lambda copy=copy: commit(submission=copy, by=None)) for copy in copies))
    assert len({outcome.pk for outcome in outcomes}) == 1
    settled(home)


def test_a_check_that_comes_late_does_not_undo_a_commit(race, home, tmp_path):
    path = csv_file(tmp_path / "x.csv", PRESALE_HEAD, presale_rows(3))
    submission = receive(file=path, name="x.csv", place=Place(*PLACE), by=None, channel="page")
    check(submission=submission, by=None)
    stale = Submission.objects.get(pk=submission.pk)
    commit(submission=submission, by=None)
    with pytest.raises(NotPossible):
        check(submission=stale, by=None)
    assert Submission.objects.get().state == State.COMMITTED


def test_two_workers_check_each_waiting_file_once(race, home, tmp_path):
    for number in range(3):
        path = csv_file(tmp_path / f"{number}.csv", PRESALE_HEAD, presale_rows(2, start=5 * number))
        receive(file=path, name="x.csv", place=Place(*PLACE), by=None, channel="page")
    counts = at_once(check_waiting, check_waiting)
    assert set(Submission.objects.values_list("state", flat=True)) == {State.CHECKED}
    assert sum(counts) == 3
    assert set(Submission.objects.values_list("attempts", flat=True)) == {1}
