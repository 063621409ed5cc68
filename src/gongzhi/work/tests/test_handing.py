"""交接: what goes, what stays, who may do it, and what the trail says of it."""

import datetime as dt

import pytest
from django.utils import timezone

from gongzhi.audit.models import Event
from gongzhi.editions.actions import approve, draft_of
from gongzhi.editions.models import Edition
from gongzhi.editions.queries import Piece
from gongzhi.editions.states import NotPossible
from gongzhi.organisation.actions import grant
from gongzhi.organisation.models import Person
from gongzhi.organisation.queries import unit_name
from gongzhi.work import actions, queries
from gongzhi.work.actions.refused import Refused
from gongzhi.work.models import Item, Message

from .conftest import UNIT

pytestmark = pytest.mark.django_db
WHY = "调到办公室工作"


@pytest.fixture
def successor(cast):
    """A second liaison of the same unit."""
    made = Person.objects.create(username="successor", name="接手甲", unit=UNIT, is_active=True)
    grant(person=made, role="liaison", unit=UNIT, basis="测试", by=cast["security"])
    return made


def hand_over(cast, receiver, by="head", **more):
    said = {"giver": cast["liaison"], "receiver": receiver, "reason": WHY, "by": cast[by]} | more
    return actions.hand_over(**said)


def test_items_go_with_their_state_and_leave_a_line_each(cast, errand, successor):
    liaison = cast["liaison"]
    mine, waiting, other = errand(title="一"), errand(title="二"), errand(title="三")
    for item in (mine, other):
        actions.take(item=item, by=liaison)
    actions.name_stand_in(item=mine, person=successor, by=liaison)
    actions.take(item=other, by=successor)
    actions.name_stand_in(item=other, person=liaison, by=successor)
    before = Event.objects.count()
    done = hand_over(cast, successor)
    assert ([one.pk for one in done.items], [one.pk for one in done.standing_in]) == ([mine.pk], [other.pk])
    mine, waiting, other = (Item.objects.get(pk=one.pk) for one in (mine, waiting, other))
    assert (mine.person, mine.stand_in, mine.state) == (successor, None, "working")
    assert (other.person, other.stand_in) == (successor, None)
    assert (waiting.person, waiting.steps.count()) == (None, 1)
    for item in (mine, other):
        step = item.steps.last()
        assert (step.verb, step.by, WHY in step.note) == ("hand_over", cast["head"], True)
    (event,) = Event.objects.order_by("pk")[before:]
    assert (event.verb, event.detail["items"]) == ("work.handed_over", [str(mine.pk)])
    with pytest.raises(Refused, match="没有可以移交"):
        hand_over(cast, successor)


def test_reminders_go_once_and_are_read_at_the_old_post(cast, successor):
    day = timezone.localdate()
    line = ["核对清单，今天到期", "/work/1"]
    Message.objects.create(
        person=cast["liaison"], day=day - dt.timedelta(1), lines=[line, ["旧事", "/work/2"]]
    )
    Message.objects.create(person=cast["liaison"], day=day, lines=[line])
    Message.objects.create(person=successor, day=day, lines=[line])
    assert len(hand_over(cast, successor).reminders) == 2
    assert Message.objects.get(person=successor).lines == [line, ["旧事", "/work/2"]]
    assert not Message.objects.filter(person=cast["liaison"], read_at=None).exists()


def test_what_the_successor_may_not_do_stays(cast, errand, successor):
    item = errand()
    actions.take(item=item, by=cast["liaison"])
    found = queries.handing(cast["liaison"], cast["head"])
    assert (found.items, found.stays) == ((), (item.title,))
    with pytest.raises(Refused, match="没有可以移交"):
        hand_over(cast, cast["head"])
    assert Item.objects.get(pk=item.pk).person == cast["liaison"]


def test_who_may_hand_over_and_to_whom(cast, errand, successor):
    actions.take(item=errand(), by=cast["liaison"])
    for by in ("liaison", "peer", "officer"):
        with pytest.raises(Refused, match="自己负责的单位"):
            hand_over(cast, successor, by=by)
    for wrong in ("peer", "office", "liaison"):
        with pytest.raises(Refused, match="同一单位"):
            hand_over(cast, cast[wrong])
    with pytest.raises(Refused, match="理由"):
        hand_over(cast, successor, reason=" ")
    assert len(hand_over(cast, successor, by="office").items) == 1


def test_who_wrote_a_draft_that_was_handed_over_never_approves_it(cast, db):
    office, second = cast["office"], cast["office2"]
    draft = draft_of(piece=Piece("list", "letters/chase"), by=office)
    assert hand_over(cast, second, by="office2", giver=office).drafts == (draft,)
    draft = Edition.objects.get(pk=draft.pk)
    assert (draft.author, draft.former_authors) == (second, [str(office.pk)])
    Edition.objects.filter(pk=draft.pk).update(state="checked")
    draft.refresh_from_db()
    for one in (office, second):
        with pytest.raises(NotPossible, match="自己起草的"):
            approve(edition=draft, by=one)


def test_the_page_shows_how_many_of_what_before_it_is_done(cast, client_of, errand, successor):
    actions.take(item=errand(title="核对预售清单"), by=cast["liaison"])
    head = client_of("head")
    assert "接手甲" in head.get("/work/handover").content.decode()
    asked = f"/work/handover?giver={cast['liaison'].pk}&receiver={successor.pk}"
    page = head.get(asked).content.decode()
    assert "交给接手甲：1 件事项" in page
    assert "移交给接手甲</button>" in page
    assert f'<optgroup label="{unit_name(UNIT)}">' in page
    assert "核对预售清单" in page
    assert Item.objects.get().person == cast["liaison"]
    said = {"giver": cast["liaison"].pk, "receiver": successor.pk}
    assert "请写明交接的理由" in head.post("/work/handover", said | {"reason": ""}).content.decode()
    answer = head.post("/work/handover", said | {"reason": WHY}, follow=True).content.decode()
    assert "手上的 1 件事项交给接手甲" in answer
    assert "交接" in client_of("head").get(f"/work/{Item.objects.get().pk}").content.decode()
    assert head.get(f"/work/handover?giver={cast['peer'].pk}").status_code == 404
    office = client_of("office")
    another = f"/work/handover?giver={cast['peer'].pk}&receiver={successor.pk}"
    assert "看看会移交什么" in office.get(another).content.decode(), (
        "the one chosen before is of another unit"
    )
