"""Several items at once: each by its own right and from its own state, and why not where it may not be."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from gongzhi.audit.models import Event
from gongzhi.organisation.actions import grant
from gongzhi.organisation.models import Person
from gongzhi.work import actions
from gongzhi.work.actions.giving import PlaceOfWork
from gongzhi.work.models import Item
from gongzhi.work.states import State

from .conftest import UNIT

pytestmark = pytest.mark.django_db
ELSEWHERE = PlaceOfWork(unit="natural_resources")


@pytest.fixture
def colleague(cast):
    person = Person.objects.create(username="liaison2", name="联络员丙", unit=UNIT, is_active=True)
    grant(person=person, role="liaison", unit=UNIT, basis="测试", by=None)
    return person


def told(items, verb, by, **said):
    """Which of the items were done, and why the others were not."""
    found = actions.together(items=items, verb=verb, said={"note": "", **said}, by=by)
    return [one.pk for one in found.done], [(one.pk, why) for one, why in found.left]


def now(item):
    return Item.objects.get(pk=item.pk)


def test_what_cannot_be_done_is_told_one_by_one(errand, cast, colleague):
    free, mine, hers, gone = (errand(title=name) for name in "甲乙丙丁")
    actions.take(item=mine, by=cast["liaison"])
    actions.take(item=hers, by=colleague)
    actions.withdraw(item=gone, note="撤", by=cast["office"])
    before = Event.objects.count()
    done, left = told([free, mine, hers, gone], "take", cast["liaison"])
    assert done == [free.pk]
    assert [why for _, why in left] == [
        "已经在您手上，不用再签收", "已由联络员丙签收，要接手请打开这一件", "撤销的事项不能签收",
    ]  # fmt: skip
    assert now(hers).person == colleague
    assert Event.objects.count() == before + 1
    done, left = told([free, hers], "accept", cast["office"])
    assert (done, {why for _, why in left}) == ([], {"办理中的事项不能审核通过"})


def test_finished_together_where_nothing_must_be_said(errand, cast):
    readings, asked = [errand("reading"), errand("reading")], errand()
    for item in (*readings, asked):
        actions.take(item=item, by=cast["liaison"])
    done, left = told([*readings, asked], "finish", cast["liaison"])
    assert (done, left) == ([one.pk for one in readings], [(asked.pk, "交办事项不能办结")])


def test_forwarded_each_with_its_step(errand, cast):
    here, there = errand(), errand(place=ELSEWHERE)
    done, left = told([here, there], "forward", cast["office"], place=ELSEWHERE, note="属规划")
    assert (done, left) == ([here.pk], [(there.pk, "已经在这个单位或网格，不用转办")])
    assert now(here).unit == ELSEWHERE.unit
    assert now(here).steps.get(verb="forward").note == "属规划"


def test_more_time_asked_and_answered(errand, cast):
    today = timezone.localdate()
    near, far = errand(), errand(due=today + dt.timedelta(90))
    for item in (near, far):
        actions.take(item=item, by=cast["liaison"])
    wanted = today + dt.timedelta(60)
    done, left = told([near, far], "ask_time", cast["liaison"], wanted=wanted, note="缺资料")
    assert done == [near.pk]
    assert left == [(far.pk, "申请的日期应晚于现在的期限和今天")]
    assert now(near).due < wanted
    assert told([near], "decide_time", cast["liaison"], grant=True)[1][0][1].startswith("不能答复延期")
    done, left = told([near, far], "decide_time", cast["office"], grant=True)
    assert (done, left) == ([near.pk], [(far.pk, "没有申请延期，不用答复")])
    assert (now(near).due, now(near).wanted_due) == (wanted, None)
    told([near], "ask_time", cast["liaison"], wanted=wanted + dt.timedelta(9), note="再延")
    told([near], "decide_time", cast["office"], grant=False, note="不能再延")
    assert now(near).due == wanted


def test_merged_into_one_of_those_chosen(errand, cast):
    into, same, other = errand(title="甲"), errand(title="乙"), errand("reading", "丙")
    done, left = told([into, same, other], "merge", cast["office"], into=into.pk)
    assert done == [same.pk]
    assert left == [(other.pk, "阅知事项不能并入另一件")]
    assert (now(same).state, now(same).merged_into, now(into).state) == (State.WITHDRAWN, into, State.PENDING)
    away = errand(place=ELSEWHERE)
    assert told([into, away], "merge", cast["office"], into=into.pk)[1] == [
        (away.pk, "只能并入同一单位或网格的另一件同类事项")
    ]


def test_split_each_into_the_same_parts(errand, cast):
    first, second, other = errand(), errand(), errand("reading")
    done, left = told([first, second, other], "split", cast["office"], parts=["一期", "二期"])
    assert done == [first.pk, second.pk]
    assert left == [(other.pk, "阅知事项不能分解")]
    assert {one.title for one in now(second).pieces.all()} == {"一期", "二期"}


def test_withdrawn_and_sent_back(errand, cast):
    handed, waiting = errand(), errand()
    actions.take(item=handed, by=cast["liaison"])
    actions.submit(item=handed, answer={"result": "好"}, by=cast["liaison"])
    done, left = told([handed, waiting], "send_back", cast["office"], note="缺附件")
    assert (done, left) == ([handed.pk], [(waiting.pk, "待签收的事项不能退回")])
    done, left = told([handed, waiting], "withdraw", cast["liaison"], note="不办")
    assert (done, {why for _, why in left}) == ([], {"不能撤销：这件事由交办的一方撤销"})
    assert told([handed, waiting], "withdraw", cast["office"], note="不办了")[1] == []
    assert {now(handed).state, now(waiting).state} == {State.WITHDRAWN}


def test_one_that_breaks_leaves_nothing_half_done(errand, cast, monkeypatch):
    items = [errand(), errand()]

    def broken(item, said, by):
        if item.pk == items[1].pk:
            raise OSError
        actions.take(item=item, by=by)

    monkeypatch.setitem(actions.TOGETHER, "take", broken)
    with pytest.raises(OSError):  # noqa: PT011  # nothing more is known of it
        told(items, "take", cast["liaison"])
    assert {now(one).state for one in items} == {State.PENDING}
