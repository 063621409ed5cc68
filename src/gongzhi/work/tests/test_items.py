"""Work items: every verb, by the right side, from the right state, with its trail."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from gongzhi.audit.models import Event
from gongzhi.gate import sight_of
from gongzhi.organisation.actions import disable, grant
from gongzhi.organisation.models import Person
from gongzhi.work import actions, queries
from gongzhi.work.actions import Refused
from gongzhi.work.actions.giving import PlaceOfWork, Subject
from gongzhi.work.models import Item
from gongzhi.work.queries import Filter
from gongzhi.work.states import TRANSITIONS, NotPossible, State, after

from .conftest import UNIT

pytestmark = pytest.mark.django_db
ELSEWHERE = PlaceOfWork(unit="natural_resources")


@pytest.fixture
def colleague(cast):
    """A second liaison of the unit."""
    person = Person.objects.create(username="liaison2", name="联络员丙", unit=UNIT, is_active=True)
    grant(person=person, role="liaison", unit=UNIT, basis="测试", by=None)
    return person


def state(item):
    return Item.objects.get(pk=item.pk).state


def verbs(who, item):
    return set(queries.verbs_of(sight_of(Person.objects.get(pk=who.pk)), Item.objects.get(pk=item.pk)))


def test_every_verb_leads_to_one_state_and_the_closed_stay_closed():
    assert len({(one.source, one.verb) for one in TRANSITIONS}) == len(TRANSITIONS)
    for closed in (State.DONE, State.WITHDRAWN):
        assert not [one for one in TRANSITIONS if one.source == closed]
        with pytest.raises(NotPossible, match="不能签收"):
            after(closed, "take")


class TestTheWay:
    def test_given_taken_done_accepted(self, errand, cast):
        item = errand()
        assert verbs(cast["liaison"], item) >= {"take", "forward", "comment", "attach"}
        assert "submit" not in verbs(cast["liaison"], item)
        actions.take(item=item, by=cast["liaison"])
        with pytest.raises(Refused, match="不能审核通过"):
            actions.accept(item=item, note="", by=cast["office"])
        actions.submit(item=item, answer={"result": "已核对"}, by=cast["liaison"])
        assert verbs(cast["office"], item) >= {"accept", "send_back"}
        assert not verbs(cast["liaison"], item) & {"accept", "send_back", "submit"}
        actions.send_back(item=item, note="缺二期", by=cast["office"])
        assert state(item) == State.RETURNED
        actions.submit(item=item, answer={"result": "已补二期"}, by=cast["liaison"])
        actions.accept(item=item, note="", by=cast["office"])
        done = Item.objects.get(pk=item.pk)
        assert (done.state, done.answer) == (State.DONE, {"result": "已补二期"})
        assert done.closed_at
        said = ["open", "take", "submit", "send_back", "submit", "accept"]
        assert list(done.steps.values_list("verb", flat=True)) == said
        assert done.steps.get(verb="send_back").note == "缺二期"
        trail = Event.objects.filter(subject_kind="work", subject=str(item.pk))
        assert trail.count() == len(said)

    def test_a_reading_ends_in_the_hands_of_the_reader(self, errand, cast):
        item = errand("reading", "新模板说明")
        actions.take(item=item, by=cast["liaison"])
        actions.finish(item=item, answer={}, by=cast["liaison"])
        assert state(item) == State.DONE

    def test_the_due_day_counts_working_days_or_is_the_givers(self, errand):
        given = errand()
        assert given.due > timezone.localdate() + dt.timedelta(4)
        day = timezone.localdate() + dt.timedelta(1)
        assert errand(due=day).due == day
        with pytest.raises(Refused, match="早于今天"):
            errand(due=day - dt.timedelta(2))

    def test_reasons_are_needed(self, errand, cast):
        item = errand()
        with pytest.raises(Refused, match="撤销的理由"):
            actions.withdraw(item=item, note=" ", by=cast["office"])
        with pytest.raises(Refused, match="不超过"):
            actions.withdraw(item=item, note="长" * 1_001, by=cast["office"])
        with pytest.raises(Refused, match="转办的理由"):
            actions.forward(
                item=item, place=PlaceOfWork(unit="natural_resources"), note="", by=cast["liaison"]
            )
        assert state(item) == State.PENDING

    def test_another_room_opens_an_item_once(self, cast):
        def opened():
            return actions.open_item(
                kind="errand", key="case:1", title="核查", place=PlaceOfWork(unit=UNIT), by=None,
                subject=Subject("taxpayer", "1", "绍兴示例1号置业有限公司"),
            )  # fmt: skip

        assert opened() == opened()
        item = Item.objects.get()
        assert (item.subject_title, item.steps.count()) == ("绍兴示例1号置业有限公司", 1)


class TestWhoseHands:
    def test_a_colleague_takes_it_over_before_she_goes_on(self, errand, cast, colleague):
        item = errand()
        actions.take(item=item, by=cast["liaison"])
        with pytest.raises(Refused, match="不在您手上"):
            actions.submit(item=item, answer={}, by=colleague)
        actions.take(item=item, by=colleague)
        assert Item.objects.get().person == colleague
        with pytest.raises(Refused):
            actions.submit(item=item, answer={}, by=cast["liaison"])

    def test_the_stand_in_may_do_all_that_the_holder_may(self, errand, cast, colleague):
        item = errand()
        actions.take(item=item, by=cast["liaison"])
        with pytest.raises(Refused, match="AB角应是本单位"):
            actions.name_stand_in(item=item, person=cast["peer"], by=cast["liaison"])
        with pytest.raises(Refused, match="AB角应是本单位"):  # of the unit, but no post of hers does work
            actions.name_stand_in(item=item, person=cast["head"], by=cast["liaison"])
        with pytest.raises(Refused, match="由签收的人"):
            actions.name_stand_in(item=item, person=colleague, by=colleague)
        actions.name_stand_in(item=item, person=colleague, by=cast["liaison"])
        step = item.steps.last()
        assert (step.word, step.note) == ("指定AB角", colleague.name)
        actions.submit(item=item, answer={"result": "代办"}, by=colleague)
        assert state(item) == State.REVIEW

    def test_withdrawn_it_takes_its_pieces_along_and_divided_it_is_not_merged(self, errand, cast):
        item, other = errand(), errand()
        actions.take(item=item, by=cast["liaison"])
        pieces = actions.split(item=item, titles=["甲", "乙"], by=cast["liaison"])
        actions.take(item=pieces[0], by=cast["liaison"])
        deeper = actions.split(item=pieces[0], titles=["丙", "丁"], by=cast["liaison"])
        with pytest.raises(Refused, match="已分解"):
            actions.merge(item=item, into=other, by=cast["office"])
        actions.withdraw(item=item, note="不办了", by=cast["office"])
        assert {state(one) for one in (item, *pieces, *deeper)} == {State.WITHDRAWN}
        assert state(other) == State.PENDING

    def test_nobody_judges_her_own_work(self, errand, cast):
        item = errand(place=PlaceOfWork(unit="tax_bureau"))
        actions.take(item=item, by=cast["office"])
        actions.submit(item=item, answer={"result": "自办"}, by=cast["office"])
        with pytest.raises(Refused):
            actions.accept(item=item, note="", by=cast["office"])

    def test_what_the_office_gave_is_not_the_streets_to_withdraw(self, errand, cast):
        item = errand(place=PlaceOfWork(cell=cast["street"].unit.removeprefix("street_")))
        assert "take" in verbs(cast["street"], item)
        with pytest.raises(Refused):
            actions.withdraw(item=item, note="不办", by=cast["street"])

    def test_forwarded_it_leaves_the_old_place(self, errand, cast):
        item = errand()
        actions.take(item=item, by=cast["liaison"])
        actions.forward(
            item=item, place=PlaceOfWork(unit="natural_resources"), note="属规划", by=cast["liaison"]
        )
        now = Item.objects.get()
        assert (now.state, now.unit, now.person) == (State.FORWARDED, "natural_resources", None)
        assert now.steps.get(verb="forward").changes["unit"] == [UNIT, "natural_resources"]
        assert not queries.visible_to(sight_of(cast["liaison"])).exists()
        actions.take(item=item, by=cast["peer"])
        with pytest.raises(Refused, match="请选择转给"):
            actions.forward(item=item, place=PlaceOfWork(unit="nobody"), note="x", by=cast["peer"])


class TestPieces:
    def test_the_whole_waits_for_its_pieces(self, errand, cast):
        item = errand()
        actions.take(item=item, by=cast["liaison"])
        with pytest.raises(Refused, match="至少两个部分"):
            actions.split(item=item, titles=["一期"], by=cast["liaison"])
        first, second = actions.split(item=item, titles=["一期", "", "二期"], by=cast["liaison"])
        with pytest.raises(Refused, match="还有 2 个部分"):
            actions.submit(item=item, answer={}, by=cast["liaison"])
        for piece in (first, second):
            actions.withdraw(item=piece, note="合并办理", by=cast["office"])
        actions.submit(item=item, answer={"result": "好"}, by=cast["liaison"])
        assert state(item) == State.REVIEW

    def test_given_twice_it_is_done_once(self, errand, cast):
        item, other, foreign = errand(), errand(), errand("reading", "另一类")
        with pytest.raises(Refused, match="同类事项"):
            actions.merge(item=item, into=item, by=cast["office"])
        with pytest.raises(Refused):
            actions.merge(item=item, into=foreign, by=cast["office"])
        actions.merge(item=item, into=other, by=cast["office"])
        assert (state(item), state(other)) == (State.WITHDRAWN, State.PENDING)
        assert Item.objects.get(pk=item.pk).merged_into == other


class TestTime:
    def test_asked_and_granted_or_not(self, errand, cast):
        item = errand()
        actions.take(item=item, by=cast["liaison"])
        later = item.due + dt.timedelta(10)
        with pytest.raises(Refused, match="晚于现在的期限"):
            actions.ask_time(item=item, wanted=item.due, note="忙", by=cast["liaison"])
        actions.ask_time(item=item, wanted=later, note="系统停机", by=cast["liaison"])
        assert Item.objects.get().due == item.due
        with pytest.raises(Refused, match="不同意的理由"):
            actions.decide_time(item=item, grant=False, note="", by=cast["office"])
        actions.decide_time(item=item, grant=True, note="", by=cast["office"])
        assert (Item.objects.get().due, Item.objects.get().wanted_due) == (later, None)
        with pytest.raises(Refused):
            actions.decide_time(item=item, grant=True, note="", by=cast["office"])

    def test_late_is_computed(self, errand):
        item = errand()
        text, meaning = queries.with_standing(item, item.due + dt.timedelta(3))
        assert (text, meaning) == ("待签收，逾期3天", "stop")
        assert queries.with_standing(item, item.due) == ("待签收", "warn")


class TestSight:
    def test_a_peer_sees_nothing_and_the_head_sees_what_her_unit_owes(self, errand, cast):
        item = errand()
        seeing = {
            name
            for name, one in cast.items()
            if queries.visible_to(sight_of(one)).filter(pk=item.pk).exists()
        }
        assert seeing == {"liaison", "head", "office", "office2"}

    def test_a_cell_is_not_its_neighbour(self, cast):
        street = cast["street"]
        code = sight_of(street).held[0].cell
        inside = PlaceOfWork(cell=f"{code}004")
        actions.give(kind="errand", title="走访", note="", places=[inside], by=street)
        with pytest.raises(Refused, match="自己范围内"):
            actions.give(
                kind="errand", title="走访", note="", places=[PlaceOfWork(cell="330602002001")], by=street
            )
        with pytest.raises(Refused, match="不能由您交办"):
            actions.give(kind="errand", title="走访", note="", places=[inside], by=cast["liaison"])

    def test_the_views_of_the_list(self, errand, cast):
        today = timezone.localdate()
        item, other = errand(), errand("reading", "通知", due=today)
        actions.take(item=item, by=cast["liaison"])

        def seen(who, which, day=today):
            return set(queries.mine(sight_of(cast[who]), day, which))

        assert seen("liaison", Filter.OPEN) == {item, other}
        assert seen("liaison", Filter.UNTAKEN) == {other}
        assert seen("liaison", Filter.IN_HAND) == {item}
        assert seen("liaison", Filter.SOON) == {other}
        assert seen("liaison", Filter.LATE, today + dt.timedelta(1)) == {other}
        assert seen("office", Filter.OPEN) == set()
        assert seen("office", Filter.GIVEN) == {item, other}
        actions.submit(item=item, answer={"result": "好"}, by=cast["liaison"])
        assert seen("liaison", Filter.OPEN) == {other}
        assert seen("office", Filter.REVIEW) == seen("office", Filter.OPEN) == {item}
        actions.accept(item=item, note="", by=cast["office"])
        assert seen("liaison", Filter.CLOSED) == {item}

    def test_what_a_colleague_took_is_in_the_view_of_the_post(self, errand, cast, colleague):
        item, today = errand(), timezone.localdate()
        actions.take(item=item, by=colleague)
        for who, which, there in (
            ("liaison", Filter.OPEN, False), ("liaison", Filter.POST, True), ("head", Filter.POST, True),
            ("head", Filter.ALL, True), ("peer", Filter.POST, False), ("peer", Filter.ALL, False),
        ):  # fmt: skip
            assert queries.mine(sight_of(cast[who]), today, which).filter(pk=item.pk).exists() == there
        assert queries.views_of(sight_of(cast["head"]))[0] is Filter.POST

    def test_a_grid_worker_carries_out_what_was_given_to_her_cell(self, cast):
        cell = sight_of(cast["grid"]).held[0].cell
        item = actions.give(
            kind="errand", title="走访", note="", places=[PlaceOfWork(cell=cell)], by=cast["street"]
        )[0]
        assert set(queries.mine(sight_of(cast["grid"]), timezone.localdate())) == {item}
        assert not queries.visible_to(sight_of(cast["gridpeer"])).exists()
        actions.take(item=item, by=cast["grid"])
        actions.submit(item=item, answer={"result": "已走访"}, by=cast["grid"])
        actions.accept(item=item, note="", by=cast["street"])
        assert state(item) == State.DONE


class TestHandover:
    def test_open_work_of_who_is_gone_stands_at_the_post_again_and_keeps_its_trail(
        self, errand, cast, colleague
    ):
        item, today = errand(), timezone.localdate()
        actions.take(item=item, by=cast["liaison"])
        actions.comment(item=item, note="核到第三个楼盘", by=cast["liaison"])
        assert item not in queries.mine(sight_of(colleague), today)
        disable(person=cast["liaison"], reason="离职", by=cast["security"])
        assert item in queries.mine(sight_of(colleague), today)
        assert [one.people for one in queries.own_matters()] == [()]
        actions.take(item=item, by=colleague)
        item.refresh_from_db()
        assert item.person == colleague
        steps = [(step.verb, step.by.name) for step in item.steps.order_by("pk") if step.by]
        assert steps[-3:] == [
            ("take", cast["liaison"].name), ("comment", cast["liaison"].name), ("take", colleague.name)
        ]  # fmt: skip
        assert [one.people for one in queries.own_matters()] == [(str(colleague.pk),)]

    def test_who_moves_to_another_unit_leaves_her_work_behind(self, errand, cast, colleague):
        item, today = errand(), timezone.localdate()
        actions.take(item=item, by=cast["liaison"])
        Person.objects.filter(pk=cast["liaison"].pk).update(unit="natural_resources")
        assert item in queries.mine(sight_of(colleague), today)
