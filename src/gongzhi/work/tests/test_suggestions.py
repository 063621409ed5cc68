"""A suggestion goes to who answers for it, the answer to who made it, once each and through the outbox."""

import pytest
from django.utils import timezone

from gongzhi.audit.models import Event
from gongzhi.editions.actions import answer, approve, carry, draft_of, rewrite, submit, suggest
from gongzhi.editions.queries import Piece
from gongzhi.editions.states import Answer, NotPossible
from gongzhi.work.actions import tell_of_suggestions
from gongzhi.work.models import Delivery, Message

pytestmark = pytest.mark.django_db
PIECE = Piece("list", "findings")


def lines(person):
    return [line for one in Message.objects.filter(person=person) for line in one.lines]


def test_the_office_hears_of_it_and_the_unit_of_the_answer_once_each(cast, settings):
    settings.HOOK_ADDRESS = "http://gateway.example/"
    made = suggest(piece=PIECE, title="检查提示的文字", text="“缺列”写得更清楚些", by=cast["liaison"])
    before = Event.objects.count()
    assert (tell_of_suggestions(), tell_of_suggestions()) == (1, 0)
    asked = ["有人对“检查提示的文字”提了建议，请答复", "/suggestions"]
    assert lines(cast["office"]) == lines(cast["office2"]) == [asked]
    assert lines(cast["liaison"]) == lines(cast["peer"]) == []
    (event,) = Event.objects.order_by("pk")[before:]
    assert (event.verb, event.detail) == ("suggestion.told", {"people": 2, "rung": "made"})
    answer(suggestion=made, verdict=Answer.TAKEN, text="下一版改", by=cast["office"])
    assert (tell_of_suggestions(), tell_of_suggestions()) == (1, 0)
    assert lines(cast["liaison"]) == [["您对“检查提示的文字”的建议有了答复：采纳", "/suggestions"]]
    assert "缺列" not in str(list(Message.objects.values_list("lines", flat=True)))
    assert Delivery.objects.filter(message__person=cast["liaison"], channel="hook").count() == 1


def test_who_owns_the_piece_hears_of_it_alone(cast):
    made = suggest(piece=PIECE, title="检查提示的文字", text="改一改", by=cast["liaison"])
    made.owner = cast["office2"]
    made.save()
    tell_of_suggestions()
    assert (len(lines(cast["office2"])), lines(cast["office"])) == (1, [])


def test_it_is_told_when_the_edition_that_carries_it_is_in_force(cast):
    made = suggest(piece=PIECE, title="检查提示的文字", text="写得更清楚些", by=cast["liaison"])
    made = answer(suggestion=made, verdict=Answer.TAKEN, text="下一版改", by=cast["office"])
    assert tell_of_suggestions() == 1
    draft = draft_of(piece=PIECE, by=cast["office"])
    texts = {name: text.replace("缺少必填列", "缺少必填的列") for name, text in draft.texts.items()}
    draft = rewrite(edition=draft, texts=texts, by=cast["office"])
    carry(suggestion=made, edition=draft, by=cast["office2"])
    draft = submit(edition=draft, since=timezone.localdate(), reason="采纳建议", by=cast["office"])
    assert tell_of_suggestions() == 0
    approve(edition=draft, by=cast["office2"])
    assert (tell_of_suggestions(), tell_of_suggestions()) == (1, 0)
    said = ["您对“检查提示的文字”的建议已在第 2 版里改好，现已生效", "/suggestions"]
    assert lines(cast["liaison"])[-1] == said


def test_only_what_was_taken_up_is_carried_and_by_a_version_of_the_same_thing(cast):
    made = suggest(piece=PIECE, title="检查提示的文字", text="写得更清楚些", by=cast["liaison"])
    other = draft_of(piece=Piece("list", "glossary"), by=cast["office"])
    with pytest.raises(NotPossible, match="采纳了的"):
        carry(suggestion=made, edition=other, by=cast["office"])
    answer(suggestion=made, verdict=Answer.TAKEN, text="下一版改", by=cast["office"])
    with pytest.raises(NotPossible, match="不是这一项的"):
        carry(suggestion=made, edition=other, by=cast["office"])
