"""What an item is about: named by the giver as far as she sees, shown to whoever sees the item."""

from __future__ import annotations

import uuid

import pytest
from django.utils import timezone

from gongzhi.gate import sight_of
from gongzhi.work import actions, queries
from gongzhi.work.actions import Refused
from gongzhi.work.actions.giving import PlaceOfWork
from gongzhi.work.models import Item
from gongzhi.work.queries import Subject

from .conftest import UNIT

pytestmark = pytest.mark.django_db


class Register:
    """A register of one taxpayer that only the office may see."""

    key, title = str(uuid.UUID(int=5)), "绍兴示例1号置业有限公司（91330602MA2Y0001XP）"

    def search(self, sight, text, most):
        found = self.named(sight, self.key)
        return [found] if found and text in found.title else []

    def named(self, sight, key):
        return Subject("taxpayer", key, self.title) if sight.has("see_taxpayer") and key == self.key else None


@pytest.fixture
def register(monkeypatch):
    one = Register()
    monkeypatch.setattr(queries.subjects._bound, "taxpayers", one)
    return one


def test_the_title_is_the_registers_and_not_the_givers(register, errand, cast):
    item = errand(subject=Subject("taxpayer", register.key, "别的名字"))
    assert (item.subject_kind, item.subject_id, item.subject_title) == (
        "taxpayer", register.key, register.title
    )  # fmt: skip
    assert queries.subject_address(sight_of(cast["office"]), item) == f"/taxpayers/{register.key}"
    assert queries.subject_address(sight_of(cast["liaison"]), item) == ""


@pytest.mark.parametrize(
    "subject",
    [
        Subject("taxpayer", str(uuid.UUID(int=6)), "没有的"), Subject("taxpayer", "不是编号", "x"),
        Subject("unit", "nobody", ""), Subject("place", "999", "x"), Subject("place", "", ""),
    ],
)  # fmt: skip
def test_what_is_not_there_is_refused(subject, errand):
    with pytest.raises(Refused, match="没有找到"):
        errand(subject=subject)
    assert not Item.objects.exists()


def test_what_is_out_of_sight_answers_like_what_is_not_there(register, cast):
    inside = PlaceOfWork(cell=sight_of(cast["street"]).held[0].cell)
    told = []
    for key in (register.key, str(uuid.UUID(int=6))):
        with pytest.raises(Refused) as error:
            actions.give(
                kind="errand", title="走访", note="", places=[inside], by=cast["street"],
                subject=Subject("taxpayer", key, "x"),
            )  # fmt: skip
        told.append(str(error.value))
    assert told[0] == told[1]


def test_a_unit_and_a_place(errand):
    assert errand(subject=Subject("unit", "natural_resources", "")).subject_title == "区自然资源和规划分局"
    place = errand(subject=Subject("place", "330602001004", "胜利东路12号"))
    assert place.subject_title == "塔山街道花园社区 胜利东路12号"
    assert errand(subject=Subject("place", "", "胜利东路12号")).subject_id == ""


def test_pieces_are_about_the_same_and_only_the_same_is_merged(errand, cast):
    one, other, none = (
        errand(subject=subject)
        for subject in (Subject("unit", "water", ""), Subject("unit", "commerce", ""), None)
    )
    pieces = actions.split(item=one, titles=["甲", "乙"], by=cast["office"])
    assert {piece.subject_id for piece in pieces} == {"water"}
    with pytest.raises(Refused, match="关于的对象不同"):
        actions.merge(item=other, into=none, by=cast["office"])
    assert set(queries.same_as(sight_of(cast["office"]), other)) == set()
    actions.merge(item=none, into=other, by=cast["office"])


def test_items_about_a_subject_are_shown_to_those_who_may_see_them(errand, cast):
    item = errand(subject=Subject("unit", "water", ""))
    seen = {name for name, who in cast.items() if queries.about(sight_of(who), "unit", "water").exists()}
    assert seen == {"liaison", "head", "office", "office2"}
    assert timezone.localdate(item.given_at) == timezone.localdate()
    assert item.unit == UNIT
