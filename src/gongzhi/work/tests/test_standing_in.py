"""AB角: named by the holder, or by who answers for her post while she is away."""

from __future__ import annotations

import pytest

from gongzhi.audit.models import Event
from gongzhi.organisation.actions import grant
from gongzhi.organisation.models import Person
from gongzhi.work import actions
from gongzhi.work.actions.refused import Refused
from gongzhi.work.models import Item

from .conftest import UNIT, said

pytestmark = pytest.mark.django_db
WHY = "年休假到月底"


@pytest.fixture
def colleague(cast):
    """A second liaison of the same unit."""
    made = Person.objects.create(username="colleague", name="同事甲", unit=UNIT, is_active=True)
    grant(person=made, role="liaison", unit=UNIT, basis="测试", by=cast["security"])
    return made


@pytest.fixture
def held(errand, cast):
    item = errand()
    actions.take(item=item, by=cast["liaison"])
    return item


@pytest.mark.parametrize(("who", "duty"), [("head", "oversee_unit"), ("office", "confirm_liaisons")])
def test_the_head_and_the_office_name_one_and_say_why(held, cast, colleague, who, duty):
    with pytest.raises(Refused, match="理由"):
        actions.name_stand_in(item=held, person=colleague, by=cast[who])
    actions.name_stand_in(item=held, person=colleague, by=cast[who], note=WHY)
    held.refresh_from_db()
    assert (held.person, held.stand_in) == (cast["liaison"], colleague)
    step = held.steps.last()
    assert (step.by, step.note) == (cast[who], f"{colleague.name}：{WHY}")
    assert Event.objects.get(verb="work.stand_in_named").duty == duty
    assert any("AB角" in line for line in said(cast, "liaison"))
    actions.submit(item=held, answer={"result": "代办"}, by=colleague)


def test_nobody_else_names_one_and_only_one_of_the_post(held, errand, cast, colleague):
    for who in ("peer", "officer", "street"):
        with pytest.raises(Refused, match="由签收的人、本单位分管负责人"):
            actions.name_stand_in(item=held, person=colleague, by=cast[who], note=WHY)
    with pytest.raises(Refused, match="AB角应是本单位"):
        actions.name_stand_in(item=held, person=cast["liaison"], by=cast["head"], note=WHY)
    with pytest.raises(Refused, match="AB角应是本单位"):
        actions.name_stand_in(item=held, person=cast["peer"], by=cast["head"], note=WHY)
    with pytest.raises(Refused, match="还没有人签收"):
        actions.name_stand_in(item=errand(), person=colleague, by=cast["head"], note=WHY)


def test_for_all_that_somebody_has_in_hand_at_once(held, errand, cast, colleague):
    other, waiting = errand(title="二"), errand(title="三")
    actions.take(item=other, by=cast["liaison"])
    before = Event.objects.count()
    done = actions.stand_in_for(giver=cast["liaison"], receiver=colleague, reason=WHY, by=cast["head"])
    assert {one.pk for one in done} == {held.pk, other.pk}
    assert Event.objects.count() == before + 1
    assert list(Item.objects.filter(stand_in=colleague, person=cast["liaison"])) == list(
        Item.objects.exclude(pk=waiting.pk)
    )
    with pytest.raises(Refused, match="没有要指定"):
        actions.stand_in_for(giver=cast["liaison"], receiver=colleague, reason=WHY, by=cast["head"])
    with pytest.raises(Refused, match="同一单位"):
        actions.stand_in_for(giver=cast["liaison"], receiver=cast["peer"], reason=WHY, by=cast["head"])
    with pytest.raises(Refused, match="自己负责"):
        actions.stand_in_for(giver=cast["liaison"], receiver=colleague, reason=WHY, by=cast["peer"])


def test_on_the_pages(held, cast, colleague, client_of):
    head, at = client_of("head"), f"/work/{held.pk}/stand-in"
    page = head.get(f"/work/{held.pk}").content.decode()
    assert f"{cast['liaison'].name}不在时由谁办" in page
    wrong = head.post(at, {"person": str(colleague.pk), "note": ""})
    assert (wrong.status_code, "理由" in wrong.content.decode()) == (422, True)
    assert client_of("liaison").post(at, {"person": "junk"}).status_code == 422
    told = head.post(at, {"person": str(colleague.pk), "note": WHY}, follow=True).content.decode()
    assert f"已指定{colleague.name}为AB角" in told
    assert client_of("peer").post(at, {"person": str(colleague.pk), "note": WHY}).status_code == 404
    client_of("liaison").post(at, {"person": ""})
    held.refresh_from_db()
    assert held.stand_in is None
    asked = {"giver": cast["liaison"].pk, "receiver": colleague.pk, "reason": WHY, "way": "stand_in"}
    assert "AB角" in client_of("office").post("/work/handover", asked, follow=True).content.decode()
    held.refresh_from_db()
    assert (held.person, held.stand_in) == (cast["liaison"], colleague)


def test_where_nobody_else_could_the_page_says_so_and_nothing_is_kept(held, client_of):
    liaison = client_of("liaison")
    page = liaison.get(f"/work/{held.pk}").content.decode()
    assert "没有别的人能办这一件" in page
    assert f"/work/{held.pk}/stand-in" not in page
    before = Event.objects.count()
    answer = liaison.post(f"/work/{held.pk}/stand-in", {"person": ""})
    assert (answer.status_code, "还没有指定AB角" in answer.content.decode()) == (422, True)
    assert Event.objects.count() == before


def test_the_same_is_not_named_twice(held, cast, colleague):
    actions.name_stand_in(item=held, person=colleague, by=cast["liaison"])
    with pytest.raises(Refused, match=f"已经是{colleague.name}"):
        actions.name_stand_in(item=held, person=colleague, by=cast["liaison"])
