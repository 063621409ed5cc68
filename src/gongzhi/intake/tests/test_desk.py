"""The desk: two persons, the office's review, reasons that are remembered, what a correction changed."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from tests.files import PRESALE_HEAD, csv_file, presale_rows

from gongzhi.audit.models import Event
from gongzhi.catalogue.models import Obligation
from gongzhi.catalogue.states import Standing, standing
from gongzhi.catalogue.states import State as Owed
from gongzhi.intake import actions, queries
from gongzhi.intake.actions import check, receive
from gongzhi.intake.actions.place import Place
from gongzhi.intake.actions.refused import Refused
from gongzhi.intake.models import Review, TwoPersons
from gongzhi.intake.states import NotPossible, State
from gongzhi.organisation.models import Grant, Person
from gongzhi.work.models import Message

UNIT = "construction_transport"
PLACE = ("9.5", "2026Q3", UNIT)
TODAY = timezone.localdate


@pytest.fixture
def second(cast):
    """Another liaison of the same unit."""
    person = Person.objects.create(username="liaison2", name="联络员丙", unit=UNIT, is_active=True)
    Grant.objects.create(
        person=person, role="liaison", unit=UNIT, valid_from=timezone.now(), granted_by=cast["security"],
        granted_at=timezone.now(),
    )  # fmt: skip
    return person


@pytest.fixture
def checked(home, tmp_path, cast):
    """checked(rows, file) → a submission of 9.5 that was read and checked."""

    def made(rows, name="报送.csv", **more):
        path = csv_file(tmp_path / name, PRESALE_HEAD, rows)
        place = Place(*PLACE, **more)
        submission = receive(file=path, name=path.name, place=place, by=cast["liaison"], channel="page")
        check(submission=submission, by=cast["liaison"])
        return submission

    return made


def committed(submission, by):
    return actions.commit(submission=submission, by=by)


class TestTwoPersons:
    def test_one_hands_in_another_takes_in(self, checked, cast, second):
        actions.begin_two_persons(unit=UNIT, by=cast["liaison"])
        submission = checked(presale_rows(3))
        with pytest.raises(Refused, match="两人报送"):
            committed(submission, cast["liaison"])
        actions.propose(submission=submission, by=cast["liaison"])
        assert submission.state == State.AWAITING
        with pytest.raises(Refused, match="另一个人"):
            committed(submission, cast["liaison"])
        with pytest.raises(Refused, match="另一个人"):
            committed(submission, None)
        batch = committed(submission, second)
        assert (batch.committed_by, batch.rows) == (second, 3)
        verbs = ["two_persons.begun", "submission.proposed", "batch.committed"]
        assert [Event.objects.filter(verb=verb).count() for verb in verbs] == [1, 1, 1]

    def test_it_goes_back_with_a_reason(self, checked, cast, second):
        actions.begin_two_persons(unit=UNIT, by=cast["liaison"])
        submission = checked(presale_rows(3))
        actions.propose(submission=submission, by=cast["liaison"])
        with pytest.raises(Refused, match="理由"):
            actions.send_back(submission=submission, reason=" ", by=second)
        with pytest.raises(Refused, match="自己"):
            actions.send_back(submission=submission, reason="再看看", by=cast["liaison"])
        actions.send_back(submission=submission, reason="缺八月的", by=second)
        assert (submission.state, submission.sent_back) == (State.CHECKED, "缺八月的")
        with pytest.raises(NotPossible):
            actions.send_back(submission=submission, reason="再退", by=second)

    def test_who_put_it_to_the_second_person_hears_what_came_of_it(self, checked, cast):
        actions.begin_two_persons(unit=UNIT, by=cast["liaison"])
        submission = checked(presale_rows(3))
        actions.propose(submission=submission, by=cast["liaison"])
        actions.send_back(submission=submission, reason="缺一行", by=cast["head"])
        with pytest.raises(Refused, match="已退回经办人"):  # from a page that was opened before
            committed(submission, cast["head"])
        actions.propose(submission=submission, by=cast["liaison"])
        batch = committed(submission, cast["head"])
        lines = [text for one in Message.objects.filter(person=cast["liaison"]) for text, _ in one.lines]
        assert lines[-1] == f"9.5 商品房预售信息（2026年三季度）已由复核人入库，回执 {batch.receipt.number}"
        assert not Message.objects.filter(person=cast["head"], lines__icontains="已由复核人入库").exists()

    def test_the_command_line_waits_for_the_second_person(self, hand, cast, second):
        actions.begin_two_persons(unit=UNIT, by=cast["liaison"])
        handed = hand(presale_rows(3), by=cast["liaison"])
        assert (handed.outcome, handed.batch) == ("awaiting", None)
        assert committed(handed.submission, second).rows == 3

    def test_it_begins_only_where_there_are_two_and_ends_only_when_nothing_waits(self, checked, cast):
        other = cast["head"]
        Person.objects.filter(pk=other.pk).update(is_active=False)
        Person.objects.create(username="liaison3", name="未授权的人", unit=UNIT, is_active=True)
        with pytest.raises(Refused, match="没有另一个可以复核"):
            actions.begin_two_persons(unit=UNIT, by=cast["liaison"])
        Person.objects.filter(pk=other.pk).update(is_active=True)
        actions.begin_two_persons(unit=UNIT, by=cast["liaison"])
        submission = checked(presale_rows(3))
        actions.propose(submission=submission, by=cast["liaison"])
        with pytest.raises(Refused, match="待复核"):
            actions.end_two_persons(unit=UNIT, by=other)
        actions.withdraw(submission=submission, by=cast["liaison"])
        actions.end_two_persons(unit=UNIT, by=other)
        assert queries.two_persons(UNIT) is None
        assert Event.objects.get(verb="two_persons.ended").duty == "review_file"

    def test_who_began_it_cannot_end_it_alone(self, client_of, cast, second):
        begun_by, head = client_of("liaison"), client_of("head")
        assert head.post("/two-persons", {"wish": "two"}).status_code == 404
        begun_by.post("/two-persons", {"wish": "two"})
        page = begun_by.post("/two-persons", {"wish": "one"}, follow=True).content.decode()
        assert "要由本单位的分管负责人" in page
        assert 'value="one"' not in page
        assert queries.two_persons(UNIT).begun_by == cast["liaison"]
        assert 'value="one"' in head.get("/two-persons").content.decode()
        assert client_of("peer").post("/two-persons", {"wish": "one"}).status_code == 302  # her own unit's
        assert queries.two_persons(UNIT)
        page = head.post("/two-persons", {"wish": "one"}, follow=True).content.decode()
        assert "已改为一人报送" in page
        assert TwoPersons.objects.get(unit=UNIT).ended_by == cast["head"]
        assert 'value="two"' not in head.get("/two-persons").content.decode()


class TestReview:
    @pytest.fixture
    def owed(self, db):
        today = TODAY()
        return Obligation.objects.create(
            unit=UNIT, resource="9.5", period="2026Q3", period_end=today - dt.timedelta(40),
            opens=today - dt.timedelta(130), due=today - dt.timedelta(5), definitions="0" * 64,
        )  # fmt: skip

    def test_a_returned_batch_no_longer_counts_until_it_comes_again(self, owed, checked, cast):
        submission = checked(presale_rows(3))
        submission.received_at = timezone.now() - dt.timedelta(6)
        submission.save()
        batch = committed(submission, cast["liaison"])
        owed.refresh_from_db()
        assert standing(owed, TODAY()).state is Owed.ON_TIME
        remark = {"part": 0, "row": 3, "field": "presale_area", "text": "与规划许可不符"}
        with pytest.raises(Refused, match="理由"):
            actions.return_batch(batch=batch, reason="", by=cast["office"])
        with pytest.raises(Refused, match="300 字，现在是 301 字"):
            actions.return_batch(batch=batch, reason="面" * 301, by=cast["office"])
        day = actions.return_batch(batch=batch, reason="请核对面积", by=cast["office"], remarks=[remark])
        owed.refresh_from_db()
        assert day == owed.grace_due
        assert day > TODAY()
        assert standing(owed, TODAY()).state is Owed.AWAITED
        with pytest.raises(Refused, match="已于"):
            actions.return_batch(batch=batch, reason="再退", by=cast["office"])
        rows = presale_rows(3)
        rows[1][6] = 9_999
        again = committed(checked(rows, "更正.csv", replaces=str(batch.pk)), cast["liaison"])
        owed.refresh_from_db()
        assert standing(owed, TODAY()).state is Owed.ON_TIME
        assert again.kind == "replaces"
        with pytest.raises(Refused, match="已被更正"):
            actions.return_batch(batch=batch, reason="x", by=cast["office"])

    def test_what_came_late_is_late_when_it_comes_again_after_a_return(self, owed, checked, cast):
        batch = committed(checked(presale_rows(3)), cast["liaison"])
        owed.refresh_from_db()
        assert standing(owed, TODAY()) == Standing(Owed.LATE, 5)
        assert actions.return_batch(batch=batch, reason="不是这张表", by=cast["office"]) is None
        owed.refresh_from_db()
        assert standing(owed, TODAY()) == Standing(Owed.MISSING, 5)
        committed(checked(presale_rows(4), "更正.csv", replaces=str(batch.pk)), cast["liaison"])
        owed.refresh_from_db()
        assert standing(owed, TODAY()) == Standing(Owed.LATE, 5)

    def test_several_are_accepted_or_returned_at_once_and_returned_all_or_none(self, checked, cast):
        one = committed(checked(presale_rows(3)), cast["liaison"])
        more = checked(presale_rows(2, start=50), "补充.csv", adds=str(one.pk))
        two = committed(more, cast["liaison"])
        assert actions.accept(batches=[one], by=cast["office"]) == 1
        assert actions.accept(batches=[one, two], by=cast["office"]) == 1
        assert Review.objects.filter(verdict="accepted").count() == 2
        actions.return_batch(batch=two, reason="面积不符", by=cast["office"])
        with pytest.raises(Refused):
            actions.return_batches(batches=[one, two], reason="一起退", by=cast["office"])
        assert Review.objects.get(batch=one).verdict == "accepted"


class TestReasons:
    def test_a_reason_is_given_once_and_remembered_until_its_day(self, checked, cast):
        rows = presale_rows(3, day="2025-01-05")
        submission = checked(rows)
        [asked] = [one for one in queries.asked_of(submission) if one.code == "out_of_period"]
        assert (asked.count, asked.explanation) == (3, None)
        said = {"submission": submission, "code": asked.code, "field": asked.field, "by": cast["liaison"]}
        with pytest.raises(Refused, match="不能早于今天"):
            actions.explain(**said, reason="补录", until=TODAY() - dt.timedelta(1))
        with pytest.raises(Refused, match="原因"):
            actions.explain(**said, reason=" ", until=TODAY())
        with pytest.raises(Refused, match="没有这样"):
            actions.explain(**(said | {"code": "required"}), reason="补录", until=TODAY())
        actions.explain(**said, reason="历史数据补录", until=TODAY() + dt.timedelta(30))
        later = checked(presale_rows(2, start=60, day="2025-02-01"), "再报.csv")
        [again] = [one for one in queries.asked_of(later) if one.code == "out_of_period"]
        assert again.explanation.reason == "历史数据补录"
        assert queries.explanations(later, TODAY() + dt.timedelta(31)) == {}
        actions.explain(**said, reason="改写过", until=TODAY() + dt.timedelta(9))
        [again] = [one for one in queries.asked_of(later) if one.code == "out_of_period"]
        assert again.explanation.reason == "改写过"


class TestDifference:
    def test_added_removed_and_changed_cells_are_told_by_key(self, checked, cast):
        old = committed(checked(presale_rows(4)), cast["liaison"])
        rows = presale_rows(4)[1:] + presale_rows(1, start=70)
        rows[0][6], rows[1][4] = 5_000, "越城区另一路8号"
        new = committed(checked(rows, "更正.csv", replaces=str(old.pk)), cast["liaison"])
        [table] = queries.difference(new, old)
        assert (table.keyed, table.added, table.removed, table.changed, table.same) == (True, 1, 1, 2, 1)
        told = {(cell.title, cell.before, cell.after) for cell in table.cells}
        assert ("房屋座落地址", "越城区示例路3号", "越城区另一路8号") in told
        assert ("预售建筑面积", "1,001", "5,000") in told
        assert table.added_rows == [5]
        assert table.removed_rows == [2]

    def test_the_same_rows_in_another_order_differ_in_nothing(self, checked, cast):
        old = committed(checked(presale_rows(3)), cast["liaison"])
        rows = presale_rows(3)[::-1]
        rows[0][6] = 1
        new = committed(checked(rows, "更正.csv", replaces=str(old.pk)), cast["liaison"])
        [table] = queries.difference(new, old)
        assert (table.added, table.removed, table.changed) == (0, 0, 1)
